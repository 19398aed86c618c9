import { type BusRecord, decodeRecord, type Opener, TOPICS } from '@outrider/bus';
import type { Clock } from '@outrider/runtime';
import { type NotificationRow, notificationOfLine, type State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Principal } from '../credentials.ts';
import type { Feed } from './feed.ts';
import {
  alertMessage,
  forecastMessage,
  type LiveMessage,
  notificationMessage,
  storedNotificationMessage,
  writeCursor,
} from './messages.ts';

/** A record of the bus as the feeds tell it. */
export interface Told {
  readonly message: LiveMessage;
  /** Whom it was for; null when for everybody who may see the vehicle. */
  readonly personId: string | null;
  /** The cursor from here on, epoch milliseconds. */
  readonly cursorMs: number;
}

/** What was told to somebody else stays with them. */
export const isFor = (personId: string | null, principal: Principal): boolean =>
  personId === null || personId === principal.personId;

/**
 * The record as a message, made once however many read it; undefined when it cannot be read. Only
 * notifications move the cursor: they alone are told again to who comes back.
 */
export function toldOf(record: BusRecord, reader: Opener, cursorMs: number, nowMs: number): Told | undefined {
  if (record.topic === TOPICS.notifications.name) {
    const decoded = decodeRecord(TOPICS.notifications, record, reader);
    if (decoded.kind !== 'record') return undefined;
    const { at, personId = null } = decoded.record;
    const nextMs = Math.max(cursorMs, at.changedMs);
    return { message: notificationMessage(decoded.record, writeCursor(nextMs)), personId, cursorMs: nextMs };
  }
  const cursor = writeCursor(cursorMs);
  if (record.topic === TOPICS.forecasts.name) {
    const decoded = decodeRecord(TOPICS.forecasts, record, reader);
    if (decoded.kind !== 'record') return undefined;
    return { message: forecastMessage(decoded.record, cursor, nowMs), personId: null, cursorMs };
  }
  const decoded = decodeRecord(TOPICS.alerts, record, reader);
  if (decoded.kind !== 'record') return undefined;
  return { message: alertMessage(decoded.record, cursor), personId: null, cursorMs };
}

/** Told again when a feed comes back: records of other partitions may have been on their way. */
const OVERLAP_MS = 60_000;
/** A message can change long after it was made (quiet hours); looked back this far. */
const LOOK_BACK_MS = 86_400_000;
const MISSED_MAX = 500;

interface Stores {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
}

/** Notifications of the feed's cars that changed since `afterMs`, oldest first, as messages. */
export async function loadMissed(
  { state, trust, eventClock }: Stores,
  { principal, rights, parts }: Feed,
  afterMs: number,
): Promise<readonly LiveMessage[]> {
  const sinceMs = afterMs - LOOK_BACK_MS;
  const rows: NotificationRow[] = [];
  for (const vehicleId of rights.keys())
    rows.push(...(await state.notifications.listOfVehicle(vehicleId, sinceMs, MISSED_MAX)));
  if (parts.size > 0) {
    const mine = await state.notifications.listOfPerson(principal.personId, sinceMs, MISSED_MAX);
    rows.push(...mine.filter(({ vehicleId }) => !rights.has(vehicleId)));
  }
  // Whether trips are watched; what it rested on is no longer shown when its time is over.
  const lines = await state.watchLines.listOf([...new Set([...rights.keys(), ...parts.keys()])]);
  const nowMs = eventClock.nowMs();
  rows.push(...lines.filter(({ expiresAtMs }) => expiresAtMs > nowMs).map(notificationOfLine));
  const isOwners = ({ vehicleId, keyId }: NotificationRow) =>
    keyId === null ? rights.has(vehicleId) : rights.get(vehicleId)?.has(keyId) === true;
  const isTheirs = ({ vehicleId, keyId }: NotificationRow) =>
    keyId !== null && parts.get(vehicleId)?.has(keyId) === true;
  return rows
    .filter((row) => row.changedAtMs >= afterMs - OVERLAP_MS && isFor(row.personId, principal))
    .filter((row) => isOwners(row) || (row.personId !== null && isTheirs(row)))
    .toSorted((one, other) => one.changedAtMs - other.changedAtMs)
    .map((row) => {
      const opened =
        row.keyId === null || row.box === null
          ? undefined
          : trust
              .reader(isOwners(row) ? 'show_driver' : 'alert_driver')
              .open(row.vehicleId, row.keyId, Buffer.from(row.box, 'base64url'));
      const words = opened?.kind === 'opened' ? opened.bytes : undefined;
      return storedNotificationMessage(row, words, writeCursor(row.changedAtMs));
    });
}
