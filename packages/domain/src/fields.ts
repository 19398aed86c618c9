import { z } from 'zod';

// Fields that several records share. One definition, so that one bound holds everywhere.

export const vehicleId = z
  .string()
  .regex(/^veh_[a-z0-9]{8,40}$/, 'a vehicle id like veh_…')
  .describe('Opaque pseudonym of a vehicle; VIN, name and phone live only in the state store.');
export const personId = z
  .string()
  .regex(/^per_[a-z0-9]{8,40}$/, 'a person id like per_…')
  .describe('Opaque pseudonym of a person.');
/** Epoch milliseconds; 1970 to 2200. */
export const atMs = z.int().min(0).max(7_258_118_400_000);
export const latitude = z.number().min(-90).max(90).describe('WGS 84, north is positive.');
export const longitude = z.number().min(-180).max(180).describe('WGS 84, east is positive.');
export const socPct = z.number().min(0).max(100);
export const probability = z.number().min(0).max(1);
export const shortText = z.string().min(1).max(200);
/** Cars that belong together, as their owners name them. */
export const fleet = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case with hyphens, like depot-north');
export const recordKey = z.string().min(1).max(200);

export const position = z.strictObject({ lat: latitude, lon: longitude });
export type Position = z.infer<typeof position>;

/** A forecast of a quantity: 10th, 50th and 90th percentile, p10 ≤ p50 ≤ p90. */
export const band = z
  .strictObject({
    p10: z.number().describe('Nine of ten outcomes are above it.'),
    p50: z.number().describe('The median.'),
    p90: z.number().describe('Nine of ten outcomes are below it.'),
  })
  .describe('10th, 50th and 90th percentile.');
export type Band = z.infer<typeof band>;
