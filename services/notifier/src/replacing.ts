import type { NotificationRow, State } from '@outrider/state';
import type { Channel, Message } from './channel.ts';
import type { Parts } from './notifier-deps.ts';
import { isMaybeThere } from './people-told.ts';

// On channels where a later word about an alert takes the place of what they show.

/** An earlier word is still on its way: it goes first, or it would take the place of this one. */
export async function isOvertaking(
  { state }: Parts,
  { replaces }: Channel,
  row: NotificationRow,
): Promise<boolean> {
  if (replaces !== true) return false;
  const rows = await state.notifications.listOfAlert(row.alertId);
  return rows.some(
    (one) =>
      one.state === 'waiting' &&
      one.channel === row.channel &&
      one.personId === row.personId &&
      isEarlier(one, row),
  );
}

const isEarlier = (one: NotificationRow, other: NotificationRow): boolean =>
  one.revision < other.revision ||
  (one.revision === other.revision && one.purpose !== 'resolve' && other.purpose === 'resolve');

/** What a message takes the place of, and stands beside. */
export async function replacedBy(
  { state }: Parts,
  { replaces, showsRules }: Channel,
  row: NotificationRow,
  nowMs: number,
): Promise<Pick<Message, 'shownAs' | 'isOneOfMany'>> {
  const { alertId, personId, channel } = row;
  if (replaces !== true || personId === null || channel === null) return {};
  const shownAs = await state.notifications.providerIdOf({ alertId, personId, channel });
  return {
    ...(shownAs !== undefined && { shownAs }),
    ...(showsRules === true && { isOneOfMany: await standsBeside(state, row, nowMs) }),
  };
}

const DAY_MS = 24 * 3_600_000;
/** More than are said about a car in a day. */
const ROWS = 500;

/** Somebody is told there of another alert of this car and rule, and it is not over. */
async function standsBeside(state: State, row: NotificationRow, nowMs: number): Promise<boolean> {
  const rows = await state.notifications.listOfVehicle(row.vehicleId, nowMs - DAY_MS, ROWS);
  const newest = new Map<string, NotificationRow>();
  for (const one of rows.toReversed())
    if (
      one.channel === row.channel &&
      one.ruleId === row.ruleId &&
      (one.state === 'waiting' || isMaybeThere(one))
    )
      newest.set(`${one.alertId} ${one.personId}`, one);
  newest.delete(`${row.alertId} ${row.personId}`);
  return [...newest.values()].some(
    ({ purpose, expiresAtMs }) => purpose !== 'resolve' && expiresAtMs > nowMs,
  );
}
