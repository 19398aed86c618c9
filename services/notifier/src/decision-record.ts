import { encodeRecord, TOPICS, withTrace } from '@outrider/bus';
import { failureReason, type Notification, suppressReason } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { NotificationRow, OutboxRow } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Content } from './content.ts';

/** What was said, and what led to it. */
type Words = Pick<Content, 'title' | 'body' | 'spoken' | 'traceparent'>;

/**
 * A decision as it goes to `notifications.v1`. Only what went out carries its whole text; of the rest the
 * title says what was meant.
 */
export function notificationOf(row: NotificationRow, said: Words | undefined): Notification {
  const reason = suppressReason.or(failureReason).safeParse(row.reason);
  const isOut = row.state === 'sent' || row.state === 'delivered' || row.state === 'read';
  return {
    notificationId: row.notificationId,
    alertId: row.alertId,
    revision: row.revision,
    vehicleId: row.vehicleId,
    ruleId: row.ruleId,
    ...(row.personId === null ? {} : { personId: row.personId }),
    ...(row.channel === null ? {} : { channel: row.channel }),
    state: row.state,
    severity: row.severity,
    interrupts: row.interrupts,
    purpose: row.purpose,
    ...(reason.success ? { reason: reason.data } : {}),
    ...(said === undefined ? {} : { title: said.title }),
    ...(said === undefined || !isOut ? {} : { body: said.body, spoken: said.spoken }),
    at: { createdMs: row.createdAtMs, changedMs: row.changedAtMs, expiresMs: row.expiresAtMs },
    attempts: row.attempts,
  };
}

/**
 * The outbox row of a decision, written in the transaction that stores the decision. Its id is the
 * decision's, so that deciding it again publishes nothing new. @throws UnknownSubject without a key.
 */
export function decisionRow(trust: Trust, row: NotificationRow, said: Words | undefined): OutboxRow {
  const decision = notificationOf(row, said);
  const sealed = encodeRecord(TOPICS.notifications, row.vehicleId, decision, row.createdAtMs, trust);
  const record = withTrace(sealed, said?.traceparent);
  const outboxId = contentId('notification', row.notificationId, row.state, row.reason ?? '');
  return {
    outboxId,
    writer: 'notifier',
    topic: record.topic,
    key: record.key,
    value: record.value,
    headers: { ...record.headers, id: outboxId },
    createdAtMs: row.changedAtMs,
  };
}
