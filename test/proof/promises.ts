import type { Found } from './examine.ts';
import type { RegisteredCar } from './fleet.ts';
import type { FrameEntry } from './load.ts';
import type { Sent } from './sinks.ts';

/** One promise, how often it was put to the test, and how often it was broken. */
export interface Finding {
  readonly promise: string;
  readonly checked: number;
  readonly broken: readonly string[];
}

export interface Ledger {
  readonly cars: readonly RegisteredCar[];
  readonly entries: readonly FrameEntry[];
  readonly sent: readonly Sent[];
  /** Event time at which the server was stopped. */
  readonly endMs: number;
}

/** Acked frames are stored, and no frame twice. */
export function checkFrames(
  { cars, entries }: Pick<Ledger, 'cars' | 'entries'>,
  { storedNumbers }: Pick<Found, 'storedNumbers'>,
): readonly Finding[] {
  const lost: string[] = [];
  const doubled: string[] = [];
  const phantom: string[] = [];
  let acked = 0;
  let stored = 0;
  for (const car of cars) {
    const numbers = storedNumbers.get(car.vehicleId) ?? [];
    stored += numbers.length;
    const counts = new Map<number, number>();
    for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
    const own = entries.filter(({ carIndex }) => carIndex === car.index);
    for (const { number, ackedAtMs } of own)
      if (ackedAtMs !== undefined) {
        acked += 1;
        if (!counts.has(number)) lost.push(`${car.vehicleId} frame ${number}`);
      }
    const known = new Set(own.filter(({ sent }) => sent > 0).map(({ number }) => number));
    for (const [number, count] of counts) {
      if (count > 1) doubled.push(`${car.vehicleId} frame ${number} ${count} times`);
      if (!known.has(number)) phantom.push(`${car.vehicleId} frame ${number}`);
    }
  }
  return [
    { promise: 'acked frames are in the series', checked: acked, broken: lost },
    { promise: 'no frame is stored twice', checked: stored, broken: doubled },
    { promise: 'nothing is stored that was not sent', checked: stored, broken: phantom },
  ];
}

/** Every revision of every stored alert reached the log. */
export function checkPublished({ alerts, published, unreadableAlerts }: Found): Finding {
  const known = new Set(published.map(({ alertId, revision }) => `${alertId}/${revision}`));
  const broken: string[] = [];
  let checked = 0;
  for (const { alertId, revision } of alerts)
    for (let step = 1; step <= revision; step++) {
      checked += 1;
      if (!known.has(`${alertId}/${step}`)) broken.push(`${alertId} revision ${step}`);
    }
  const rows = new Set(alerts.map(({ alertId }) => alertId));
  for (const alertId of new Set(published.map((one) => one.alertId)))
    if (!rows.has(alertId)) broken.push(`${alertId} is in the log and not in the state`);
  if (unreadableAlerts > 0) broken.push(`${unreadableAlerts} records of alerts.v1 are unreadable`);
  return { promise: 'every revision of every alert is in alerts.v1', checked, broken };
}

/** Each step of an alert is decided, told once by id, and what counts as sent has arrived. */
export function checkNotifications({ sent, endMs }: Ledger, found: Found): readonly Finding[] {
  const { alerts, notifications } = found;
  const decided = new Set(notifications.map(({ alertId }) => alertId));
  const undecided = alerts.filter(({ alertId }) => !decided.has(alertId)).map(({ alertId }) => alertId);
  const arrived = new Set(sent.map(({ notificationId }) => notificationId));
  const told = notifications.filter(({ state, channel }) => isTold(state) && channel !== 'feed');
  const missing = told.filter(({ notificationId }) => !arrived.has(notificationId));
  const stuck = notifications.filter(({ state, notBeforeMs }) => state === 'waiting' && notBeforeMs < endMs);
  const failed = notifications.filter(({ state }) => state === 'failed' || state === 'expired');
  const byStep = Map.groupBy(
    notifications.filter(({ notificationId }) => arrived.has(notificationId)),
    ({ alertId, revision, purpose, personId, channel }) =>
      [alertId, revision, purpose, personId, channel].join(' '),
  );
  const doubled = [...byStep].filter(([, rows]) => rows.length > 1).map(([step]) => step);
  const known = new Set(notifications.map(({ notificationId }) => notificationId));
  const unexplained = [...arrived].filter((id) => !known.has(id));
  const idOf = ({ notificationId }: { readonly notificationId: string }) => notificationId;
  return [
    { promise: 'every alert was decided by the notifier', checked: alerts.length, broken: undecided },
    { promise: 'what counts as sent has arrived', checked: told.length, broken: missing.map(idOf) },
    {
      promise: 'no message failed, expired or is stuck',
      checked: notifications.length,
      broken: [...failed, ...stuck].map(idOf),
    },
    { promise: 'no step was told under two ids', checked: byStep.size, broken: doubled },
    { promise: 'nothing arrived that was not decided', checked: arrived.size, broken: unexplained },
  ];
}

const isTold = (state: string): boolean => state === 'sent' || state === 'delivered' || state === 'read';

/** Repeats a reader tells by their id: allowed, and counted. */
export const repeatsOf = (sent: readonly Sent[]): number =>
  sent.length - new Set(sent.map(({ notificationId }) => notificationId)).size;
