import { z } from 'zod';
import { atMs, recordKey, vehicleId } from './fields.ts';

/** `commands.v1`: something the car is asked to do, and its answer. */
export const command = z.strictObject({
  commandId: recordKey.describe('Of what is asked; the answer has the same.'),
  vehicleId,
  kind: z
    .enum(['precondition-battery'])
    .describe('What to do: warm the battery for a fast charger. Nobody asks for it yet.'),
  state: z
    .enum(['asked', 'done', 'refused', 'expired'])
    .describe('`asked`, or how it ended; `expired`: without an answer.'),
  askedAtMs: atMs.describe('When it was asked, in the answer too.'),
  expiresAtMs: atMs.describe('The car is not to do it after this.'),
  reason: z.string().max(200).optional().describe('Why the car refused.'),
});
export type Command = z.infer<typeof command>;
