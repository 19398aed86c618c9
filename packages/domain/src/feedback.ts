import { z } from 'zod';
import { atMs, personId, recordKey, vehicleId } from './fields.ts';
import { notUsefulBecause } from './rule-opinion.ts';

/**
 * `feedback.v1`: what a person said about an alert. `shown` is a receipt from a live page or app,
 * `delivered` and `undelivered` are a provider's. `forget-learned`
 * is about the car: what was learned from its drives is not to be used any more.
 */
export const feedback = z.strictObject({
  feedbackId: recordKey.describe('Made from what was said and by whom: a repeat has the same.'),
  vehicleId,
  alertId: recordKey.optional().describe('The alert it is about; absent with `forget-learned`.'),
  notificationId: recordKey
    .optional()
    .describe('The message it is about, where one is named: always with a receipt.'),
  personId: personId
    .optional()
    .describe('Who said it, a pseudonym; absent: it counts for all who were told.'),
  kind: z
    .enum([
      ...(['shown', 'acknowledged', 'on-it', 'declined', 'not-useful', 'happened'] as const),
      ...(['forget-learned', 'delivered', 'undelivered'] as const),
    ])
    .describe(
      '`shown` is a page’s receipt, `delivered` and `undelivered` a provider’s; `forget-learned`: use nothing learned from this car’s drives; the others answer an alert.',
    ),
  because: notUsefulBecause.optional().describe('Why, with `not-useful`; absent: not said.'),
  note: z.string().max(2_000).optional().describe('In their own words.'),
  atMs: atMs.describe('When it was said.'),
});
export type Feedback = z.infer<typeof feedback>;
