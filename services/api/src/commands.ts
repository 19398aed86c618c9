import { TOPICS } from '@outrider/bus';
import { type Command, type Feedback, isCommandOpen } from '@outrider/domain';
import { randomId } from '@outrider/runtime';
import { actorOf } from './access.ts';
import { type ApiContext, outboxRow } from './context.ts';
import type { Principal } from './credentials.ts';
import { ApiError } from './errors.ts';

export interface Wanted {
  readonly kind: Command['kind'];
  readonly minutes?: number | undefined;
  readonly expiresAtMs: number;
}

export interface AskedCommand {
  readonly command: Command;
  /** False: the same was asked already and is still open. */
  readonly isNew: boolean;
}

/**
 * Asks a car to do something; once, while the same is open. The car's owner is asking and access has been checked.
 * @throws ApiError no-consent while the owner has not agreed to commands
 */
export async function ask(
  context: ApiContext,
  principal: Principal,
  vehicleId: string,
  wanted: Wanted,
): Promise<AskedCommand> {
  const nowMs = context.eventClock.nowMs();
  const { personId, role } = principal;
  const decision = context.trust.decide({
    ...{ purpose: 'warm_battery', vehicleId, dataClass: 'plain' },
    ...{ actor: { kind: 'person', personId, role }, aboutFromMs: nowMs, aboutToMs: nowMs },
  });
  if (decision.kind === 'deny') throw new ApiError('no-consent');
  const open = context.commands
    .of(vehicleId)
    .find((one) => one.kind === wanted.kind && isCommandOpen(one, nowMs));
  if (open !== undefined) return { command: open, isNew: false };
  const { kind, minutes, expiresAtMs } = wanted;
  const command: Command = {
    commandId: randomId('cmd'),
    ...{ vehicleId, kind, state: 'asked', askedAtMs: nowMs, expiresAtMs },
    ...(minutes !== undefined && { minutes }),
  };
  await write(context, actorOf(principal), command, 'command-asked');
  return { command, isNew: true };
}

/** Cancels one command; cancelling it again changes nothing. `actor` is for the owner's list of what was done. */
export async function cancel(
  context: ApiContext,
  actor: string,
  command: Command,
  reason: 'driver' | 'no-consent',
): Promise<void> {
  const changedAtMs = context.eventClock.nowMs();
  if (!isCommandOpen(command, changedAtMs)) return;
  await write(context, actor, { ...command, state: 'cancelled', changedAtMs, reason }, 'command-cancelled');
}

/** Who says no to an alert's advice, by whichever channel, does not want the car to follow it either. */
export async function cancelOfAlert(context: ApiContext, said: Feedback): Promise<void> {
  const { kind, vehicleId, alertId, personId } = said;
  if (kind !== 'declined' || alertId === undefined || personId === undefined) return;
  for (const one of context.commands.of(vehicleId))
    if (one.alertId === alertId) await cancel(context, `person ${personId}`, one, 'driver');
}

/** Cancels everything the car has not finished. */
export async function cancelOpen(
  context: ApiContext,
  principal: Principal,
  vehicleId: string,
  reason: 'driver' | 'no-consent',
): Promise<void> {
  for (const one of context.commands.of(vehicleId)) await cancel(context, actorOf(principal), one, reason);
}

/** The step and the owner's list of what was done with the car, both or neither. */
async function write(
  context: ApiContext,
  actor: string,
  step: Command,
  action: 'command-asked' | 'command-cancelled',
): Promise<void> {
  const { vehicleId, commandId, state } = step;
  const atMs = context.eventClock.nowMs();
  await context.state.transaction(async (tx) => {
    await tx.audit.append({ atMs, actor, action, purpose: 'warm_battery', vehicleId });
    const row = outboxRow(context, TOPICS.commands, vehicleId, step, `command/${commandId}/${state}`);
    await tx.outbox.insert([row]);
  });
  // Its own words, at once: the log comes back a moment later.
  context.commands.note(step);
  context.pokeRelay();
}
