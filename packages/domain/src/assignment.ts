import { z } from 'zod';

/**
 * What somebody has to do with a vehicle for a time. `driver` is at its wheel, `co-driver` beside them; a `dispatcher`
 * and the `crew` that comes out are not in it.
 */
export const part = z
  .enum(['driver', 'co-driver', 'dispatcher', 'crew'])
  .describe('`driver` and `co-driver` are in the car, `dispatcher` and `crew` (service crew) are not.');
export type Part = z.infer<typeof part>;
