import type { Alert } from '@outrider/domain';
import type { NotificationRow, Person, State } from '@outrider/state';
import { type Recipient, whoMayBeTold } from '@outrider/trust';
import { openContent } from './content.ts';
import type { Parts } from './notifier-deps.ts';
import { isTold, type Told } from './stage.ts';

// Who is to be told, and what they were told before.

/** Enough for the longest rate and for an inhibiting alert of a whole day. */
const HISTORY_MS = 24 * 3_600_000;
const HISTORY_ROWS = 500;

/** Who may be told of an alert now, by trust's one decision. */
export async function recipientsOf(
  state: State,
  { vehicleId, startedAtMs, changedAtMs }: Pick<Alert, 'vehicleId' | 'startedAtMs' | 'changedAtMs'>,
  nowMs: number,
): Promise<readonly Recipient[]> {
  const ownerships = await state.vehicles.ownerships([vehicleId]);
  const assignments = await state.assignments.ofVehicles([vehicleId]);
  return whoMayBeTold(ownerships, assignments, [startedAtMs, changedAtMs], nowMs);
}

/** Asked at the moment of sending: is the person a row is for still to be told? */
export async function hasPart(state: State, row: NotificationRow, nowMs: number): Promise<boolean> {
  const made = { vehicleId: row.vehicleId, startedAtMs: row.createdAtMs, changedAtMs: row.createdAtMs };
  return (await recipientsOf(state, made, nowMs)).some(({ personId }) => personId === row.personId);
}

/** Cars this person drives or is driven in: their own without a driver on shift, and those they are on shift in. */
export async function carsOf(state: State, personId: string, nowMs: number): Promise<readonly string[]> {
  const owned = (await state.vehicles.listOf(personId, nowMs)).map(({ vehicleId }) => vehicleId);
  const assigned = (await state.assignments.ofPerson(personId, nowMs)).map(({ vehicleId }) => vehicleId);
  const cars: string[] = [];
  for (const vehicleId of new Set([...owned, ...assigned])) {
    const recipients = await recipientsOf(
      state,
      { vehicleId, startedAtMs: nowMs, changedAtMs: nowMs },
      nowMs,
    );
    if (recipients.some((one) => one.personId === personId && isInside(one))) cars.push(vehicleId);
  }
  return cars;
}

/** Sits in the car, so that it moving is they moving. */
export const isInside = ({ part }: Pick<Recipient, 'part'>): boolean =>
  part === 'driver' || part === 'co-driver';

export function toldOf(parts: Parts, row: NotificationRow): Told {
  return {
    notificationId: row.notificationId,
    alertId: row.alertId,
    revision: row.revision,
    ruleId: row.ruleId,
    subject: row.subject,
    channel: row.channel,
    state: row.state,
    severity: row.severity,
    interrupts: row.interrupts,
    purpose: row.purpose,
    reason: row.reason,
    atMs: Math.max(row.createdAtMs, row.notBeforeMs),
    basis: openContent(parts.trust.reader('alert_driver'), row)?.basis,
  };
}

/** What a person was told of one car since they have it, and when they were interrupted about any. */
export async function historyOf(
  parts: Parts,
  state: State,
  vehicleId: string,
  person: Person,
  sinceMs: number,
  nowMs: number,
) {
  const rows = await state.notifications.listOfPerson(person.personId, nowMs - HISTORY_MS, HISTORY_ROWS);
  const interruptions = new Map<string, number>();
  for (const row of rows)
    if (row.interrupts && isTold({ ...row, atMs: row.createdAtMs, basis: undefined }))
      interruptions.set(`${row.alertId} ${row.revision}`, Math.max(row.createdAtMs, row.notBeforeMs));
  const ofVehicle = rows
    .filter((row) => row.vehicleId === vehicleId && row.createdAtMs >= sinceMs)
    .map((row) => toldOf(parts, row));
  return { ofVehicle, interruptedAtMs: [...interruptions.values()] };
}

/** Taken back because they handed the car over: what they are told after it begins anew. */
const isHandover = (row: NotificationRow): boolean => row.purpose === 'resolve' && row.reason === 'off-shift';

/** Rows of one person about one alert since they last took the car, and how often they handed it over before. */
export function sinceHandover(mine: readonly NotificationRow[]): {
  readonly rows: readonly NotificationRow[];
  readonly turn: number;
} {
  return {
    rows: mine.slice(mine.findLastIndex(isHandover) + 1),
    turn: mine.filter(isHandover).length,
  };
}
