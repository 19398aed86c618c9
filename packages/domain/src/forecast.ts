import { z } from 'zod';
import { atMs, band, probability, recordKey, shortText, socPct, vehicleId } from './fields.ts';

export const stopForecast = z.strictObject({
  stopId: recordKey.describe('Of the stop in the trip; `home` is the way home.'),
  name: shortText.describe('As the planner calls the stop.'),
  distanceM: z.number().min(0).describe('Along the road from here.'),
  arriveAtMs: atMs.describe('When it would be there.'),
  arrivalSocPct: band.describe('Charge on arrival; below 0 means that much is lacking.'),
  belowReserveProbability: probability.describe('Probability of arriving with less than the reserve.'),
});

export const lastKnown = z.strictObject({
  madeAtMs: atMs.describe('When that forecast was made, in event time.'),
  socPct: socPct.describe('Charge then.'),
  stop: stopForecast.optional().describe('The stop ahead that was least sure then; absent: none was judged.'),
});

/** `forecasts.v1` (compacted): the newest forecast of a vehicle. Sealed whole: it names places. */
export const forecast = z.strictObject({
  forecastId: recordKey.describe('Made from car, time and snapshot: a repeat has the same.'),
  vehicleId,
  tripId: recordKey.optional().describe('The plan in `trips.v1` it is for; absent: without a plan.'),
  madeAtMs: atMs.describe('When it was made, in event time.'),
  socPct: socPct.describe('Charge at `madeAtMs`; 0 where `unknown` is set for want of it.'),
  reserveSocPct: socPct.describe('Charge the driver wants to keep.'),
  stops: z
    .array(stopForecast)
    .describe('Those ahead, in order, up to a charge whose end nobody planned; none with `unknown`.'),
  curve: z
    .array(
      z.strictObject({
        distanceM: z.number().min(0).describe('Along the road from where the car was at `madeAtMs`.'),
        socPct: band.describe('Charge there; below 0 means that much is lacking.'),
      }),
    )
    .max(400)
    .describe('Battery along the road to the next stop: distance from here, band of SOC.'),
  reachM: band.optional().describe('How far the charge would take the car.'),
  deadlineM: z
    .number()
    .min(0)
    .optional()
    .describe('Last point where the best remedy still works, as distance from here.'),
  modelVersion: shortText.describe('Version of the model, and the kind of car it was made for.'),
  snapshotId: recordKey.optional().describe('The snapshot of the world it used.'),
  validUntilMs: atMs
    .optional()
    .describe('Until when it may be shown, unless a newer one comes: by then the car is silent too long.'),
  unknownSinceMs: atMs
    .optional()
    .describe('With `unknown`: since when; of a car that fell silent, when it was last heard of.'),
  lastKnown: lastKnown
    .optional()
    .describe('With `unknown`: the last that was known of this plan; absent: nothing was.'),
  isUnderWay: z
    .boolean()
    .optional()
    .describe('The car has left on this plan and has a stop of it ahead; absent: nobody can tell.'),
  unknown: shortText
    .optional()
    .describe('Set when the forecast cannot be made, with the reason; never read as "fine".'),
});
export type Forecast = z.infer<typeof forecast>;

/** The stop ahead where the charge most likely falls below the reserve; the nearest of equals. */
export const leastSure = <S extends Pick<Forecast['stops'][number], 'belowReserveProbability'>>(
  stops: readonly S[],
): S | undefined =>
  stops.reduce<S | undefined>(
    (least, stop) =>
      least === undefined || stop.belowReserveProbability > least.belowReserveProbability ? stop : least,
    undefined,
  );

/** The predictor says by itself that it knows no more; by so much later it should have. */
export const OVERDUE_MS = 2 * 60_000;

/** Nothing newer came in its time: who makes forecasts does not, or cannot be heard. */
export const isOverdue = ({ validUntilMs }: Pick<Forecast, 'validUntilMs'>, nowMs: number): boolean =>
  validUntilMs !== undefined && nowMs > validUntilMs + OVERDUE_MS;

/** A forecast that may be shown at `nowMs`: one whose time is over says only what was known, as such. */
export function shownAt(record: Forecast, nowMs: number): Forecast {
  if (record.unknown !== undefined || !isOverdue(record, nowMs)) return record;
  const { deadlineM: _, reachM: __, validUntilMs, ...rest } = record;
  const { madeAtMs, socPct, stops } = record;
  const stop = leastSure(stops);
  return {
    ...rest,
    stops: [],
    curve: [],
    unknown: 'no newer forecast came',
    unknownSinceMs: validUntilMs,
    lastKnown: { madeAtMs, socPct, ...(stop !== undefined && { stop }) },
  };
}
