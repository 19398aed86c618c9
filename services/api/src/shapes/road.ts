import { type Conditions, chargerOnRoute, conditions, recordKey } from '@outrider/domain';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';

const onTheWay = chargerOnRoute.omit({ alongM: true }).extend({
  toStopM: z
    .number()
    .min(0)
    .describe('Along the road, from where the car leaves it for this charger to the stop.'),
});

export const roadView = z.strictObject({
  snapshotId: recordKey.describe('The same as long as nothing here changes; forecasts name it.'),
  asOf: isoText.describe('When the world was looked at.'),
  tripId: conditions.shape.tripId,
  stretches: z.array(
    z.strictObject({
      stopId: recordKey.describe('The stop that the stretch leads to; `home` is the way home.'),
      distanceM: z.number().describe('Length of the whole stretch.'),
      chargers: z.array(onTheWay).describe('In the order of the drive.'),
    }),
  ),
  weather: z.strictObject({ source: conditions.shape.weatherSource, ageS: conditions.shape.weatherAgeS }),
});
export type RoadView = z.infer<typeof roadView>;

/** What was known of a car's way, without its line and its air piece by piece. */
export function viewRoad(record: Conditions): RoadView {
  const { snapshotId, asOfMs, tripId, stretches, weatherSource, weatherAgeS } = record;
  return {
    snapshotId,
    asOf: iso(asOfMs),
    ...(tripId !== undefined && { tripId }),
    stretches: stretches.map(({ stopId, segments, chargers }) => {
      const lengthM = segments.reduce((sum, { distanceM }) => sum + distanceM, 0);
      return {
        stopId,
        distanceM: lengthM,
        chargers: chargers.map(({ alongM, ...charger }) => ({
          ...charger,
          toStopM: Math.max(0, lengthM - alongM),
        })),
      };
    }),
    weather: { source: weatherSource, ageS: weatherAgeS },
  };
}
