import { type Batch, type BatchContext, TOPICS } from '@outrider/bus';
import type { Alert, Feedback } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { NotificationRow, State } from '@outrider/state';
import { takeAlert } from './alert-intake.ts';
import { isUnknownSubject } from './decided.ts';
import { inDecidingOrder } from './deciding.ts';
import { decodeAll, type Sorted } from './decode-all.ts';
import { takeFeedback } from './feedback-intake.ts';
import { countDecision, type Parts } from './notifier-deps.ts';

/**
 * One batch of alerts or feedback: decisions, their records and the next offset in one transaction of the
 * state store. A crash before it leaves nothing, one after it begins behind it.
 */
export async function takeBatch(
  parts: Parts,
  batch: Batch,
  context: BatchContext,
  untilDrivingKnown: (alert: Alert) => Promise<void>,
): Promise<void> {
  const { topic, partition, records } = batch;
  const taken =
    topic === TOPICS.alerts.name
      ? { kind: 'alerts' as const, sorted: await decodeAll(parts, TOPICS.alerts, records) }
      : { kind: 'feedback' as const, sorted: await decodeAll(parts, TOPICS.feedback, records) };
  if (taken.kind === 'alerts') for (const { value } of taken.sorted.good) await untilDrivingKnown(value);
  if (!context.isCurrent()) return;
  const written = await parts.state.transaction(async (state) => {
    const doneUpTo = (await state.notifications.readOffsets(partition)).get(topic) ?? 0;
    const rows =
      taken.kind === 'alerts'
        ? await takeAlerts(parts, state, from(taken.sorted, doneUpTo))
        : await takeAnswers(parts, state, from(taken.sorted, doneUpTo));
    const nextOffset = (records.at(-1)?.offset ?? -1) + 1;
    if (nextOffset > doneUpTo) await state.notifications.writeOffset(partition, topic, nextOffset);
    return rows;
  });
  for (const row of written) if (row.state !== 'waiting') countDecision(parts, row);
  await context.commit();
}

/** Records that were decided before are left out. */
const from = <T>({ good, bad }: Sorted<T>, offset: number): Sorted<T> => ({
  good: good.filter(({ record }) => record.offset >= offset),
  bad: bad.filter(({ record }) => record.offset >= offset),
});

async function takeAlerts(
  parts: Parts,
  state: State,
  { good, bad }: Sorted<Alert>,
): Promise<readonly NotificationRow[]> {
  const written: NotificationRow[] = [];
  const causes = new Map(good.map(({ record, value }) => [value, record.headers.traceparent]));
  for (const alert of inDecidingOrder(good.map(({ value }) => value))) {
    try {
      written.push(...(await takeAlert(parts, state, alert, causes.get(alert))));
    } catch (error) {
      if (!isUnknownSubject(error)) throw error;
      written.push(...(await storeUnreadable(parts, state, alert.alertId, alert.vehicleId, 'no-recipient')));
    }
  }
  for (const { record, reason } of bad) {
    const { topic, partition, offset } = record;
    parts.runtime.log.warn({ partition, offset, reason }, 'an alert is unreadable');
    const id = contentId(topic, partition, offset);
    written.push(...(await storeUnreadable(parts, state, id, record.key, whyUnreadable(reason))));
  }
  return written;
}

/** A person's no, an erased car, or a record that is not an alert. */
const whyUnreadable = (reason: string) =>
  reason === 'no-consent'
    ? 'no-consent'
    : reason === 'key-destroyed' || reason === 'unknown-vehicle' || reason === 'not-owner'
      ? 'no-recipient'
      : 'bad-request';

/** An alert nobody can be told: stored and counted, so that its silence has a reason. */
async function storeUnreadable(
  parts: Parts,
  state: State,
  alertId: string,
  vehicleId: string,
  reason: 'no-consent' | 'no-recipient' | 'bad-request',
): Promise<readonly NotificationRow[]> {
  const nowMs = parts.runtime.eventClock.nowMs();
  const row: NotificationRow = {
    notificationId: contentId('unreadable', alertId),
    alertId,
    revision: 1,
    vehicleId,
    ruleId: 'unknown',
    subject: 'unknown',
    personId: null,
    channel: null,
    state: reason === 'bad-request' ? 'failed' : 'suppressed',
    severity: 'info',
    interrupts: false,
    purpose: 'alert',
    reason,
    createdAtMs: nowMs,
    changedAtMs: nowMs,
    expiresAtMs: nowMs,
    notBeforeMs: nowMs,
    attempts: 0,
    keyId: null,
    box: null,
  };
  await state.notifications.insert([row]);
  return [row];
}

async function takeAnswers(
  parts: Parts,
  state: State,
  { good, bad }: Sorted<Feedback>,
): Promise<readonly NotificationRow[]> {
  const written: NotificationRow[] = [];
  for (const { value } of good) written.push(...(await takeFeedback(parts, state, value)));
  for (const { record, reason } of bad) {
    const { partition, offset } = record;
    parts.runtime.log.warn({ partition, offset, reason }, 'feedback is unreadable');
    parts.decisions.inc({ state: 'failed', reason: 'unreadable-feedback' });
  }
  return written;
}
