import { z } from 'zod';
import { severity } from './alert.ts';
import { atMs, personId, recordKey, vehicleId } from './fields.ts';

export const channelName = z.enum(['feed', 'email', 'webhook']);
export type ChannelName = z.infer<typeof channelName>;

/** Why nothing was sent; the reason is a metric label and a stored column. */
export const SUPPRESS_REASONS = [
  'no-recipient',
  'inhibited',
  'snoozed',
  'no-consent',
  'driver-moving',
  'quiet-hours',
  'bundled',
  'duplicate',
  'declined',
  'throttled',
  'expired',
  'superseded',
  'no-channel',
  'resolved-silently',
  'acknowledged',
] as const;
export const suppressReason = z.enum(SUPPRESS_REASONS);
export type SuppressReason = z.infer<typeof suppressReason>;

export const FAILURE_REASONS = [
  'target-gone',
  'bad-request',
  'not-authorised',
  'throttled',
  'unreachable',
  'timed-out',
  'ambiguous',
] as const;
export const failureReason = z.enum(FAILURE_REASONS);
export type FailureReason = z.infer<typeof failureReason>;

export const notificationState = z.enum([
  'waiting',
  'sent',
  'delivered',
  'read',
  'suppressed',
  'failed',
  'expired',
]);
export type NotificationState = z.infer<typeof notificationState>;

/** `notifications.v1`: every decision about telling somebody something. Sealed whole. */
export const notification = z.strictObject({
  notificationId: recordKey,
  alertId: recordKey,
  revision: z.int().min(1),
  vehicleId,
  ruleId: recordKey,
  personId: personId.optional(),
  channel: channelName.optional(),
  state: notificationState,
  severity,
  /** The message makes a sound or shows itself; a silent card does not. */
  interrupts: z.boolean(),
  /** `alert` tells, `update` replaces silently, `resolve` withdraws. */
  purpose: z.enum(['alert', 'update', 'resolve']),
  reason: z.union([suppressReason, failureReason]).optional(),
  title: z.string().max(200).optional(),
  body: z.string().max(2_000).optional(),
  /** Same text to read aloud or to show to a moving driver; at most 120 characters. */
  spoken: z.string().max(120).optional(),
  at: z.strictObject({ createdMs: atMs, changedMs: atMs, expiresMs: atMs }),
  attempts: z.int().min(0),
});
export type Notification = z.infer<typeof notification>;
