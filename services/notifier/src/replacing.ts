import type { NotificationRow } from '@outrider/state';
import type { Channel, Message } from './channel.ts';
import type { Parts } from './notifier-deps.ts';

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

/** What the provider calls the message that this one takes the place of, where it has names for them. */
export async function replacedBy(
  { state }: Parts,
  { replaces }: Channel,
  { alertId, personId, channel }: NotificationRow,
): Promise<Pick<Message, 'shownAs'>> {
  if (replaces !== true || personId === null || channel === null) return {};
  const shownAs = await state.notifications.providerIdOf({ alertId, personId, channel });
  return shownAs === undefined ? {} : { shownAs };
}
