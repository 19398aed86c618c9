import { z } from 'zod';
import { chargerOnRoute } from './charging.ts';
import { atMs, latitude, longitude, recordKey, vehicleId } from './fields.ts';

/** Where a figure came from when no real provider answered. The forecast says so and widens. */
export const sourceFlag = z.enum([
  'planner-route',
  'provider',
  'great-circle',
  'flat',
  'car-thermometer',
  'forecast-file',
  'open-meteo',
  'met-norway',
  'nws-grid',
  'climatology',
  'none',
]);
export type SourceFlag = z.infer<typeof sourceFlag>;

/** What a road is made of where it is not smooth; cobbles are rough, a forest track is unpaved. */
export const roadSurface = z.enum(['rough', 'gravel', 'unpaved']);
export type RoadSurface = z.infer<typeof roadSurface>;

/** One piece of road, about 500 m, with the weather at the time the car is there. */
export const roadSegment = z.strictObject({
  lat: latitude,
  lon: longitude,
  distanceM: z.number().positive().describe('Length.'),
  speedMps: z.number().positive().max(90).describe('Mean expected on it.'),
  speedSdRatio: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'How much the speed varies about that mean, relative: where one speed stands for a long road. Absent: 0.',
    ),
  climbM: z.number().describe('Height gained over it; negative is down.'),
  bearingDeg: z.number().min(0).max(360).describe('Direction of travel, clockwise from north.'),
  surface: roadSurface.optional().describe('Absent: smooth, or nobody says.'),
  tempC: z.number().min(-80).max(70).describe('Of the air, when the car is there.'),
  pressureHpa: z
    .number()
    .min(400)
    .max(1_100)
    .describe('Of the air at the road’s height; 1013.25 where nobody tells.'),
  windMps: z
    .number()
    .min(0)
    .max(80)
    .describe('As forecasts give it, 10 m above open ground; 0 also where nobody tells.'),
  windFromDeg: z.number().min(0).max(360).describe('Where the wind comes from, clockwise from north.'),
  isWet: z.boolean().describe('Rain, snow or their remains on the road.'),
});
export type RoadSegment = z.infer<typeof roadSegment>;

/** One standard deviation of what the segments say; correlated along the whole route. */
export const conditionsSigma = z.strictObject({
  tempK: z.number().min(0).describe('Of the air temperature.'),
  windMps: z.number().min(0).describe('Of the wind.'),
  speedRatio: z.number().min(0).describe('Of the speed, relative: 0.07 is 7 %.'),
  climbM: z
    .number()
    .min(0)
    .describe('Of the height gained to a stop; 0 where the heights of all roads are known.'),
});

export const stretch = z.strictObject({
  stopId: recordKey.describe('The stop of the trip this stretch leads to.'),
  segments: z
    .array(roadSegment)
    .min(1)
    .max(20_000)
    .describe('Pieces of about 500 m in the order of the drive, each from its `lat`, `lon` on.'),
  chargers: z
    .array(chargerOnRoute)
    .max(500)
    .describe('Within 8 km of the road, with a plug that fits, in the order of the drive.'),
  routeSource: sourceFlag.describe(
    'Who drew the road: `planner-route` the plan, `provider` a router; `great-circle` is a guess.',
  ),
});
export type Stretch = z.infer<typeof stretch>;

/** Air temperature at a place over time, for a car that stands there. */
export const standingWeather = z.strictObject({
  stopId: recordKey.optional().describe('The stop of the trip it stands at; absent: where it is now.'),
  fromMs: atMs.describe('When it begins to stand there, not before `asOfMs`.'),
  toMs: atMs.describe('When the plan has it leave; where it is now: a day from `asOfMs`.'),
  tempC: z.number().min(-80).max(70).describe('Mean of that time.'),
  sigmaK: z.number().min(0).describe('One standard deviation of that mean.'),
  source: sourceFlag.describe('Who says so; `car-thermometer` and `climatology` are no forecast.'),
});

/**
 * `conditions.v1` (compacted): what the world knew for this vehicle at `asOfMs`.
 * With a trip: one stretch per stop. Without one: the way home and the chargers around.
 */
export const conditions = z.strictObject({
  snapshotId: recordKey.describe('Made from what it says; forecasts and alerts name it.'),
  vehicleId,
  asOfMs: atMs.describe('When the world was looked at.'),
  tripId: recordKey.optional().describe('The plan in `trips.v1` that counts now; absent: none does.'),
  tripRevision: z.int().min(1).optional().describe('Of the plan that it was looked at for.'),
  stretches: z
    .array(stretch)
    .describe('The road to each stop, those passed as well, and the way home (stop `home`) where it counts.'),
  nearby: z
    .array(chargerOnRoute)
    .max(500)
    .describe('Chargers around the car, `alongM` 0 and `detourM` the way there. For reach without a plan.'),
  home: z
    .strictObject({
      lat: latitude,
      lon: longitude,
      distanceM: z.number().min(0).describe('Straight from the car.'),
    })
    .optional()
    .describe('Where the car lives; absent when that, or where the car is, is not known.'),
  standing: z.array(standingWeather).max(200).describe('Air where the car stands between drives.'),
  sigma: conditionsSigma.describe(
    'One standard deviation of what the segments say; one error for the whole route.',
  ),
  weatherSource: sourceFlag.describe(
    'Whose weather the road being driven has; `car-thermometer` and `climatology` are no forecast.',
  ),
  weatherAgeS: z
    .number()
    .min(0)
    .nullable()
    .describe('Age of the weather at `asOfMs`, or of the car’s reading; null with `climatology`.'),
});
export type Conditions = z.infer<typeof conditions>;
