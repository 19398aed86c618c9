import { z } from 'zod';
import { atMs, personId, recordKey, vehicleId } from './fields.ts';

/** `feedback.v1`: what a person said about an alert. `shown` is a receipt from a live page or app. */
export const feedback = z.strictObject({
  feedbackId: recordKey,
  vehicleId,
  alertId: recordKey.optional(),
  notificationId: recordKey.optional(),
  personId: personId.optional(),
  kind: z.enum(['shown', 'acknowledged', 'on-it', 'declined', 'not-useful', 'happened']),
  note: z.string().max(2_000).optional(),
  atMs,
});
export type Feedback = z.infer<typeof feedback>;
