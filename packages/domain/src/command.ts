import { z } from 'zod';
import { atMs, recordKey, vehicleId } from './fields.ts';

/** `commands.v1`: something the car is asked to do, and its answer. */
export const command = z.strictObject({
  commandId: recordKey,
  vehicleId,
  kind: z.enum(['precondition-battery']),
  state: z.enum(['asked', 'done', 'refused', 'expired']),
  askedAtMs: atMs,
  expiresAtMs: atMs,
  reason: z.string().max(200).optional().describe('Why the car refused.'),
});
export type Command = z.infer<typeof command>;
