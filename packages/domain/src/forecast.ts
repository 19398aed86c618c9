import { z } from 'zod';
import { atMs, band, probability, recordKey, shortText, socPct, vehicleId } from './fields.ts';

export const stopForecast = z.strictObject({
  stopId: recordKey,
  name: shortText,
  distanceM: z.number().min(0).describe('Along the road from here.'),
  arriveAtMs: atMs.describe('When it would be there.'),
  arrivalSocPct: band.describe('Charge on arrival; below 0 means that much is lacking.'),
  belowReserveProbability: probability.describe('Probability of arriving with less than the reserve.'),
});

/** `forecasts.v1` (compacted): the newest forecast of a vehicle. Sealed whole: it names places. */
export const forecast = z.strictObject({
  forecastId: recordKey,
  vehicleId,
  tripId: recordKey.optional(),
  madeAtMs: atMs.describe('When it was made, in event time.'),
  socPct,
  reserveSocPct: socPct,
  stops: z.array(stopForecast),
  curve: z
    .array(z.strictObject({ distanceM: z.number().min(0), socPct: band }))
    .max(400)
    .describe('Battery along the road to the next stop: distance from here, band of SOC.'),
  reachM: band.optional().describe('How far the charge would take the car.'),
  deadlineM: z
    .number()
    .min(0)
    .optional()
    .describe('Last point where the best remedy still works, as distance from here.'),
  modelVersion: shortText.describe('Model, car and how many drives it has learned from.'),
  snapshotId: recordKey.optional().describe('The snapshot of the world it used.'),
  unknown: shortText
    .optional()
    .describe('Set when the forecast cannot be made, with the reason; never read as "fine".'),
});
export type Forecast = z.infer<typeof forecast>;
