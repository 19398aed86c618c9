import { z } from 'zod';
import { atMs, band, probability, recordKey, shortText, socPct, vehicleId } from './fields.ts';

export const stopForecast = z.strictObject({
  stopId: recordKey,
  name: shortText,
  distanceM: z.number().min(0),
  arriveAtMs: atMs,
  arrivalSocPct: band,
  /** Probability of arriving with less than the reserve. */
  belowReserveProbability: probability,
});

/** `forecasts.v1` (compacted): the newest forecast of a vehicle. Sealed whole: it names places. */
export const forecast = z.strictObject({
  forecastId: recordKey,
  vehicleId,
  tripId: recordKey.optional(),
  madeAtMs: atMs,
  socPct,
  reserveSocPct: socPct,
  stops: z.array(stopForecast),
  /** Battery along the road to the next stop: distance from here, band of SOC. */
  curve: z.array(z.strictObject({ distanceM: z.number().min(0), socPct: band })).max(400),
  reachM: band.optional(),
  /** Last point where the best remedy still works, as distance from here. */
  deadlineM: z.number().min(0).optional(),
  modelVersion: shortText,
  snapshotId: recordKey.optional(),
  /** Set when the forecast cannot be made, with the reason; never read as "fine". */
  unknown: shortText.optional(),
});
export type Forecast = z.infer<typeof forecast>;
