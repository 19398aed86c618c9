import type { SuppressReason } from '@outrider/domain';
import type { NotificationRow, State, Word } from '@outrider/state';
import { openContent, sealContent } from './content.ts';
import type { Draft } from './deciding.ts';
import { decisionRow } from './decision-record.ts';
import { afterWord } from './message-state.ts';
import type { Parts } from './notifier-deps.ts';

// What was decided, into the store and on to `notifications.v1`, in the caller's transaction.

/** Messages that still wait are not sent any more. */
export async function supersede(
  parts: Parts,
  state: State,
  rows: readonly NotificationRow[],
  why: SuppressReason,
  nowMs: number,
): Promise<readonly NotificationRow[]> {
  const ended: NotificationRow[] = [];
  for (const row of rows.filter((one) => one.state === 'waiting')) {
    const next = await heed(parts, state, row, { kind: 'dropped', reason: why, atMs: nowMs });
    if (next !== undefined) ended.push(next);
  }
  return ended;
}

/**
 * Stores what a word makes of a message and publishes it; whoever is sending the message heeds it when they are
 * done. Within a transaction. Returns the message as it then stands, undefined when nothing changed yet.
 */
export async function heed(
  parts: Parts,
  state: State,
  { notificationId }: NotificationRow,
  word: Word,
): Promise<NotificationRow | undefined> {
  // Read again, with a lock: a worker may have finished it since.
  const row = await state.notifications.find(notificationId);
  const next = row && afterWord(row, word);
  if (row === undefined || (next === undefined && row.state !== 'waiting')) return undefined;
  // Even what says nothing to a waiting message may say something to what its sender makes of it.
  if (row.state === 'waiting' && (await state.notifications.note(notificationId, word))) return undefined;
  if (next === undefined) return undefined;
  const { state: to, reason, changedAtMs, attempts } = next;
  if (!(await state.notifications.finish(notificationId, null, { state: to, reason, changedAtMs, attempts })))
    return undefined;
  await publishStep(parts, state, row, next);
  return next;
}

/** `delivered` is not published; but that a message went out at all is, where nobody was told before. */
export async function publishStep(
  parts: Parts,
  state: State,
  before: NotificationRow,
  after: NotificationRow,
): Promise<void> {
  if (after.state === 'waiting' || after.state === before.state) return;
  if (after.state !== 'delivered') return publishDecision(parts, state, after);
  if (before.state !== 'sent') await publishDecision(parts, state, { ...after, state: 'sent' });
}

export async function store(
  parts: Parts,
  state: State,
  drafts: readonly Draft[],
): Promise<readonly NotificationRow[]> {
  const rows = drafts.map(({ row, said }): NotificationRow => {
    if (said === undefined) return { ...row, keyId: null, box: null };
    return { ...row, ...sealContent(parts.trust, row.vehicleId, row.createdAtMs, said) };
  });
  await state.notifications.insert(rows);
  for (const row of rows) if (row.state !== 'waiting') await publishDecision(parts, state, row);
  return rows;
}

/** Queues the record of a decision; a car whose key is gone has nobody left to publish to. */
export async function publishDecision(parts: Parts, state: State, row: NotificationRow): Promise<void> {
  const said = openContent(parts.trust.reader('alert_driver'), row);
  try {
    await state.outbox.insert([decisionRow(parts.trust, row, said)]);
  } catch (error) {
    if (!isUnknownSubject(error)) throw error;
    parts.runtime.log.warn({ notificationId: row.notificationId }, 'a decision has no key to be sealed with');
  }
}

export const isUnknownSubject = (error: unknown): boolean =>
  error instanceof Error && error.name === 'UnknownSubject';
