import { z } from 'zod';
import { severity } from './alert.ts';
import { atMs, personId, recordKey, vehicleId } from './fields.ts';

export const channelName = z.enum([
  'feed',
  'email',
  'webhook',
  'sms',
  'push',
  'pagerduty',
  'ntfy',
  'telegram',
  'slack',
  'homeassistant',
]);
export type ChannelName = z.infer<typeof channelName>;

/** Why nothing was sent; the reason is a metric label and a stored column. */
export const SUPPRESS_REASONS = [
  'no-recipient',
  'off-shift',
  'inhibited',
  'snoozed',
  'no-consent',
  'driver-moving',
  'quiet-hours',
  'digest',
  'flood',
  'bundled',
  'duplicate',
  'declined',
  'on-it',
  'not-useful',
  'throttled',
  'expired',
  'superseded',
  'no-channel',
  'resolved-silently',
  'acknowledged',
  'escalation',
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

/**
 * Stands where a rule's id stands in the line of a trip: not a warning, but whether anybody watches. Its `alertId` is
 * that of the line; no alert has it.
 */
export const WATCHING = 'watching';

/**
 * Stands where a rule's id stands in one message about many cars. Its `alertId` is that of the digest, its `vehicleId`
 * that of the car to look at first; no alert has it.
 */
export const DIGEST = 'digest';

/** `notifications.v1`: every decision about telling somebody something. Sealed whole. */
export const notification = z.strictObject({
  notificationId: recordKey.describe('Of one person, channel and step of an alert.'),
  alertId: recordKey.describe('The alert of `alerts.v1` it is about; of `watching` and `digest`, their own.'),
  revision: z.int().min(1).describe('Of the alert’s step it is about.'),
  vehicleId,
  ruleId: recordKey.describe(
    'Name of that alert’s rule; `unknown` when the alert could not be read, `watching` for the line that says whether a trip is watched, `digest` for one message about many cars.',
  ),
  personId: personId.optional().describe('Whom; absent where nobody is.'),
  channel: channelName.optional().describe('How; absent where there is no way.'),
  state: notificationState.describe(
    '`sent`: the channel took it; `read`: seen or answered; `suppressed`: decided against; `failed`: refused or given up; `expired`: too late. `waiting` and `delivered` are not published.',
  ),
  severity,
  interrupts: z.boolean().describe('The message makes a sound or shows itself; a silent card does not.'),
  purpose: z
    .enum(['alert', 'update', 'resolve'])
    .describe('`alert` tells, `update` replaces silently, `resolve` withdraws.'),
  reason: z
    .union([suppressReason, failureReason])
    .optional()
    .describe('Why it was not sent, or not aloud; `escalation`: nobody nearer the wheel answered.'),
  title: z.string().max(200).optional().describe('What is said, in the language of the person.'),
  body: z.string().max(2_000).optional().describe('The whole text, of what went out.'),
  spoken: z
    .string()
    .max(120)
    .optional()
    .describe('Same text to read aloud or to show to a moving driver; at most 120 characters.'),
  at: z
    .strictObject({
      createdMs: atMs.describe('When it was decided.'),
      changedMs: atMs.describe('When this state began.'),
      expiresMs: atMs.describe('It is not sent after this.'),
    })
    .describe('When it was decided, last changed, and ends.'),
  attempts: z.int().min(0).describe('Tries so far.'),
});
export type Notification = z.infer<typeof notification>;
