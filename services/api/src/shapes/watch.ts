import { type Forecast, forecast, leastSure, probability, stopForecast } from '@outrider/domain';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';

// Silence told from failure: whether somebody watches the trip, and if not, since when and what was known last.

const band = stopForecast.shape.arrivalSocPct;
const stopShown = z.strictObject({
  name: stopForecast.shape.name,
  arrivalSocPct: band,
  sure: probability.describe('Probability of arriving with the reserve or more.'),
});

export const watchView = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('watching'),
    stop: stopShown.optional().describe('The stop ahead that is least sure; absent: none is ahead.'),
  }),
  z.strictObject({
    state: z.literal('not-watching'),
    why: z.string(),
    since: isoText.optional().describe('Absent: nobody knows.'),
    lastKnown: z
      .strictObject({ at: isoText, socPct: forecast.shape.socPct, stop: stopShown.optional() })
      .optional()
      .describe('Absent: nothing was known of this plan.'),
  }),
]);
export type WatchView = z.infer<typeof watchView>;

/** Whether somebody watches, as a forecast that may be shown says it. */
export function viewWatch({ unknown, unknownSinceMs, lastKnown, stops }: Forecast): WatchView {
  if (unknown === undefined) return { state: 'watching', ...stopOf(leastSure(stops)) };
  return {
    state: 'not-watching',
    why: unknown,
    ...(unknownSinceMs !== undefined && { since: iso(unknownSinceMs) }),
    ...(lastKnown !== undefined && {
      lastKnown: { at: iso(lastKnown.madeAtMs), socPct: lastKnown.socPct, ...stopOf(lastKnown.stop) },
    }),
  };
}

function stopOf(stop: Forecast['stops'][number] | undefined): { readonly stop?: z.infer<typeof stopShown> } {
  if (stop === undefined) return {};
  const { name, arrivalSocPct, belowReserveProbability } = stop;
  return { stop: { name, arrivalSocPct, sure: 1 - belowReserveProbability } };
}
