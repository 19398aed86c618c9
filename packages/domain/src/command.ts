import { z } from 'zod';
import { atMs, recordKey, vehicleId } from './fields.ts';

/**
 * How far a command has come, in order: what stands later here says more, whichever was heard first. What the car
 * says it did counts more than what it was asked.
 */
export const COMMAND_STATES = [
  'asked',
  'accepted',
  'started',
  'expired',
  'cancelled',
  'refused',
  'failed',
  'done',
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** What a car may answer. */
export const COMMAND_ANSWERS = ['accepted', 'started', 'done', 'failed', 'refused', 'cancelled'] as const;
export type CommandAnswer = (typeof COMMAND_ANSWERS)[number];

/** `commands.v1`: something the car is asked to do, and each step of what comes of it. */
export const command = z.strictObject({
  commandId: recordKey.describe('Of what is asked; every later step has the same.'),
  vehicleId,
  kind: z.enum(['precondition-battery']).describe('What to do: warm the battery for a fast charger.'),
  state: z
    .enum(COMMAND_STATES)
    .describe(
      '`asked`; `cancelled`: to be left, or left by the car; the others are the car’s own answers. `expired`, never answered in time, follows from `expiresAtMs` and need not be written.',
    ),
  askedAtMs: atMs.describe('When it was asked, in every step.'),
  expiresAtMs: atMs.describe('The car is not to begin it after this.'),
  changedAtMs: atMs.optional().describe('When this step was heard; absent: when it was asked.'),
  minutes: z.number().min(0).max(240).optional().describe('How long it will take, as far as is known.'),
  energyKwh: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('What it takes out of the battery, as far as is known.'),
  alertId: recordKey.optional().describe('The alert in `alerts.v1` it belongs to; absent: a person asked.'),
  reason: z
    .string()
    .max(200)
    .optional()
    .describe('Why the car refused or failed, in its words; why it was cancelled.'),
});
export type Command = z.infer<typeof command>;

/** A car's answer as it comes over the wire. */
export const commandAnswer = z.strictObject({
  command: recordKey,
  state: z.enum(COMMAND_ANSWERS),
  reason: z.string().min(1).max(200).optional(),
});

const rankOf = ({ state }: Command): number => COMMAND_STATES.indexOf(state);
const changedOf = ({ changedAtMs, askedAtMs }: Command): number => changedAtMs ?? askedAtMs;

/** Of two steps of one command the one that holds: the same whichever came first, and however often. */
export function furtherStep(one: Command, other: Command): Command {
  const ahead = rankOf(other) - rankOf(one);
  if (ahead !== 0) return ahead > 0 ? other : one;
  // The same said twice: what was heard first.
  const later = changedOf(other) - changedOf(one);
  if (later !== 0) return later > 0 ? one : other;
  return (one.reason ?? '') <= (other.reason ?? '') ? one : other;
}

/** How it stands at `nowMs`: what the car did not begin in time it is not to begin. */
export function commandStateAt({ state, expiresAtMs }: Command, nowMs: number): CommandState {
  return (state === 'asked' || state === 'accepted') && nowMs >= expiresAtMs ? 'expired' : state;
}

/** No warming takes longer than its `minutes` may say: a car that began and fell silent is not at it any more. */
export const COMMAND_RUNS_MAX_MS = 240 * 60_000;

/** It may still be done, or is being done. */
export function isCommandOpen(one: Command, nowMs: number): boolean {
  const state = commandStateAt(one, nowMs);
  if (state === 'started') return nowMs < one.expiresAtMs + COMMAND_RUNS_MAX_MS;
  return state === 'asked' || state === 'accepted';
}
