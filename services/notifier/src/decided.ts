import type { SuppressReason } from '@outrider/domain';
import type { NotificationRow, State } from '@outrider/state';
import { openContent, sealContent } from './content.ts';
import type { Draft } from './deciding.ts';
import { decisionRow } from './decision-record.ts';
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
    const next = { ...row, state: 'suppressed', reason: why, changedAtMs: nowMs } as const;
    const { state: to, reason, changedAtMs, attempts } = next;
    const isEnded = await state.notifications.finish(row.notificationId, null, {
      state: to,
      reason,
      changedAtMs,
      attempts,
    });
    if (!isEnded) continue;
    await publishDecision(parts, state, next);
    ended.push(next);
  }
  return ended;
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
