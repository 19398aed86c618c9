import type { NotificationRow, Person, State } from '@outrider/state';

/** Why a message that was given up is not tried again. */
export const REPLAY_REFUSALS = {
  'not-failed': 'It was not given up, or is tried again already.',
  expired: 'It is too late for what it says.',
  withdrawn: 'What it says is over, or was said anew or taken back since.',
  answered: 'They have seen or answered the warning since.',
  'address-gone': 'The person has no such address any more, or it was called gone and not proved since.',
  'may-have-arrived':
    'Nobody knows whether it arrived, and that channel has no key against repeats: it might be there twice.',
} as const;
export type ReplayRefusal = keyof typeof REPLAY_REFUSALS;

export interface FailedMessage {
  readonly row: NotificationRow;
  /** Undefined: it can be tried again. */
  readonly refusal: ReplayRefusal | undefined;
}

export interface FailedPage {
  readonly messages: readonly FailedMessage[];
  /** Absent on the last page. */
  readonly next?: number;
}

export interface FailedQuery {
  readonly limit: number;
  /** `next` of the page before. */
  readonly before: number | undefined;
  readonly nowMs: number;
}

/** Messages that were given up, newest first, each with what speaks against another try. */
export async function listFailed(state: State, { limit, before, nowMs }: FailedQuery): Promise<FailedPage> {
  const found = await state.notifications.listFailed({ beforeSequence: before, limit: limit + 1 });
  const page = found.slice(0, limit);
  const messages: FailedMessage[] = [];
  for (const { notificationId } of page) {
    const row = await state.notifications.find(notificationId);
    if (row?.state === 'failed') messages.push({ row, refusal: await refusalOf(state, row, nowMs) });
  }
  const next = found.length > limit ? page.at(-1)?.sequence : undefined;
  return { messages, ...(next !== undefined && { next }) };
}

/**
 * Another try for a message that was given up, under the same id, so that who got it before can tell; audited.
 * Whoever sends it asks once more for consent, place and hour.
 * @param by who says so, for the audit
 */
export const replayFailed = (
  state: State,
  {
    notificationId,
    by,
    nowMs,
  }: { readonly notificationId: string; readonly by: string; readonly nowMs: number },
): Promise<ReplayRefusal | undefined> =>
  state.transaction(async (within) => {
    const row = await within.notifications.find(notificationId);
    if (row === undefined) return 'not-failed';
    const refusal = await refusalOf(within, row, nowMs);
    if (refusal !== undefined) return refusal;
    if (!(await within.notifications.replay(notificationId, nowMs))) return 'not-failed';
    const action = `replay-message ${notificationId}`;
    const { vehicleId } = row;
    await within.audit.append({ atMs: nowMs, actor: by, action, purpose: 'alert_driver', vehicleId });
    return undefined;
  });

async function refusalOf(
  state: State,
  row: NotificationRow,
  nowMs: number,
): Promise<ReplayRefusal | undefined> {
  if (row.state !== 'failed') return 'not-failed';
  if (row.expiresAtMs <= nowMs) return 'expired';
  const all = await state.notifications.listOfAlert(row.alertId);
  const theirs = all.filter(({ personId }) => personId === row.personId);
  if (row.purpose !== 'resolve' && (await isOver(state, row))) return 'withdrawn';
  const later = theirs.slice(theirs.findIndex((one) => one.notificationId === row.notificationId) + 1);
  if (later.some((one) => takesPlaceOf(one, row))) return 'withdrawn';
  if (theirs.some((one) => one.state === 'read' && one.revision >= row.revision)) return 'answered';
  const person = row.personId === null ? undefined : await state.people.find(row.personId);
  if (person === undefined || !hasAddress(person, row)) return 'address-gone';
  if (row.reason === 'ambiguous' && isWithoutKey(row)) return 'may-have-arrived';
  return undefined;
}

/** An alert that nobody has any record of is not known to be over. */
const isOver = async (state: State, { alertId }: NotificationRow): Promise<boolean> =>
  (await state.alerts.find(alertId))?.state === 'resolved';

const SAID: ReadonlySet<NotificationRow['state']> = new Set(['waiting', 'sent', 'delivered', 'read']);

function takesPlaceOf(later: NotificationRow, row: NotificationRow): boolean {
  if (later.purpose === 'resolve') return row.purpose !== 'resolve';
  return later.channel === row.channel && SAID.has(later.state);
}

/** There an alert is one message of the provider's own numbering. */
const isWithoutKey = ({ channel }: NotificationRow): boolean => channel === 'telegram' || channel === 'slack';

/** What was called gone counts again from when it was proved anew. */
function hasAddress(
  { email, webhookUrl, phone, contacts = [] }: Person,
  { channel, reason, changedAtMs }: NotificationRow,
): boolean {
  const sinceMs = reason === 'target-gone' ? changedAtMs : Number.NEGATIVE_INFINITY;
  const isProved = contacts.some(
    (one) =>
      one.channel === channel &&
      one.stoppedAtMs === null &&
      one.verifiedAtMs >= sinceMs &&
      (channel !== 'sms' || one.target === phone) &&
      (channel !== 'email' || one.target === email),
  );
  if (isProved) return true;
  if (reason === 'target-gone') return false;
  if (channel === 'email') return email !== null;
  if (channel === 'webhook') return webhookUrl !== null;
  return channel === 'feed' || channel === 'homeassistant';
}
