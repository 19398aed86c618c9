import { z } from 'zod';
import { atMs, personId, recordKey, vehicleId } from './fields.ts';

/**
 * `feedback.v1`: what a person said about an alert. `shown` is a receipt from a live page or app. `forget-learned`
 * is about the car: what was learned from its drives is not to be used any more.
 */
export const feedback = z.strictObject({
  feedbackId: recordKey,
  vehicleId,
  alertId: recordKey.optional(),
  notificationId: recordKey.optional(),
  personId: personId.optional(),
  kind: z.enum(['shown', 'acknowledged', 'on-it', 'declined', 'not-useful', 'happened', 'forget-learned']),
  note: z.string().max(2_000).optional().describe('In their own words.'),
  atMs,
});
export type Feedback = z.infer<typeof feedback>;
