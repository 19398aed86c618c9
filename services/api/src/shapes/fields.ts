import { atMs, band, position, recordKey, vehicleId } from '@outrider/domain';
import { z } from 'zod';

// Shapes the API speaks: ISO 8601 where records have epoch milliseconds, otherwise the records' own fields.

/** An instant in a body or a query; becomes epoch milliseconds. Without an offset it is refused: whose noon? */
export const instant = z.iso
  .datetime({ offset: true, message: 'an instant like 2026-01-15T08:00:00Z' })
  .transform((text) => Date.parse(text))
  .pipe(atMs);

/** An instant in an answer. */
export const isoText = z.iso.datetime();

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOr = <T>(ms: number | undefined | null, otherwise: T): string | T =>
  ms === undefined || ms === null ? otherwise : iso(ms);

/** A whole number in a query. Nothing is guessed: `1e3`, ` 5` and `0x10` are refused. */
export function countText(min: number, max: number, otherwise: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .optional()
    .transform((text) => (text === undefined ? otherwise : Number(text)))
    .pipe(z.int().min(min).max(max));
}

/** One value or several of the same name in a query. */
export function listText<T extends z.ZodType<string, string>>(item: T, max: number) {
  return z
    .union([item, z.array(item).max(max)])
    .optional()
    .transform((given) => (given === undefined ? [] : ([given].flat() as string[])));
}

export const vehicleParams = z.strictObject({ vehicleId });
export const tripParams = z.strictObject({ tripId: recordKey });
export const alertParams = z.strictObject({ alertId: recordKey });
export const nothing = z.strictObject({});

export { band, position };

/** Answer of a route that has nothing to say. */
export const noContent = z.undefined().describe('Done.');
