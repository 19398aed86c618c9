import { type BusRecord, type CommandBook, decodeRecord, TOPICS } from '@outrider/bus';
import { alert, type Command, isCommandOpen } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { parseSealed } from '../context.ts';
import { viewCommand } from '../shapes/commands.ts';
import { wordsOfCommand } from './command-words.ts';
import type { Feed } from './feed.ts';
import { type LiveMessage, writeCursor } from './messages.ts';

/** What cars are asked to do, as their owners' feeds show it. */
export interface CommandCards {
  /** A step of the log as the card it leads to; undefined when it cannot be read, or nobody owned the car then. */
  read(record: BusRecord, cursorMs: number): Promise<OwnedCard | undefined>;
  /** What the cars one has the rights of are being asked, and what changed since `afterMs`; oldest first. */
  open(
    rights: Feed['rights'],
    afterMs: number | undefined,
    cursorMs: number,
  ): Promise<readonly LiveMessage[]>;
}

export interface OwnedCard {
  readonly message: LiveMessage;
  /** Key of the ownership in which the car was asked: the card is that owner's. */
  readonly keyId: string;
}

interface Deps {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
  readonly commands: CommandBook;
}

/** Told again when a feed comes back, as notifications are. */
const OVERLAP_MS = 60_000;

export function createCommandCards(deps: Deps): CommandCards {
  const { commands, eventClock } = deps;
  return {
    async read(record, cursorMs) {
      const decoded = decodeRecord(TOPICS.commands, record, deps.trust.reader('show_driver'));
      if (decoded.kind !== 'record' || decoded.record.vehicleId !== record.key) return undefined;
      const { vehicleId, commandId } = decoded.record;
      // A late step is not shown over one that says more, and leaving what was never asked is nothing.
      commands.note(decoded.record);
      const held = commands.find(vehicleId, commandId);
      return held === undefined ? undefined : cardOf(deps, held, cursorMs);
    },
    async open(rights, afterMs, cursorMs) {
      const nowMs = eventClock.nowMs();
      const isNews = (one: Command): boolean =>
        isCommandOpen(one, nowMs) ||
        (afterMs !== undefined && (one.changedAtMs ?? one.askedAtMs) >= afterMs - OVERLAP_MS);
      const cards: LiveMessage[] = [];
      for (const [vehicleId, keyIds] of rights)
        for (const one of commands.of(vehicleId).filter(isNews).toReversed()) {
          const card = await cardOf(deps, one, cursorMs);
          if (card !== undefined && keyIds.has(card.keyId)) cards.push(card.message);
        }
      return cards;
    },
  };
}

async function cardOf(deps: Deps, one: Command, cursorMs: number): Promise<OwnedCard | undefined> {
  const owned = (await deps.state.vehicles.ownerships([one.vehicleId])).find(
    ({ fromMs, toMs }) => fromMs <= one.askedAtMs && (toMs === null || one.askedAtMs < toMs),
  );
  if (owned === undefined) return undefined;
  const stopName = await readStopName(deps, one, owned.keyId);
  const view = viewCommand(one, deps.eventClock.nowMs());
  const words = wordsOfCommand(view, stopName);
  const command = { ...view, ...(stopName !== undefined && { stopName }), ...words };
  return { message: { type: 'command', cursor: writeCursor(cursorMs), command }, keyId: owned.keyId };
}

/** Commands travel unsealed, so where the car goes stays in the alert. */
async function readStopName(
  { state, trust }: Deps,
  { vehicleId, alertId }: Command,
  keyId: string,
): Promise<string | undefined> {
  const row = alertId === undefined ? undefined : await state.alerts.find(alertId);
  if (row === undefined || row.vehicleId !== vehicleId || row.keyId !== keyId) return undefined;
  const opened = trust.reader('show_driver').open(vehicleId, keyId, Buffer.from(row.box, 'base64url'));
  const said = parseSealed(alert, opened.kind === 'opened' ? opened.bytes : undefined);
  return said?.remedies.flatMap((one) => (one.kind === 'precondition' ? (one.stopName ?? []) : []))[0];
}
