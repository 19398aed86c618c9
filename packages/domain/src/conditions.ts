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
  speedMps: z.number().positive().max(90),
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
  tempC: z.number().min(-80).max(70),
  pressureHpa: z.number().min(400).max(1_100),
  windMps: z.number().min(0).max(80),
  windFromDeg: z.number().min(0).max(360).describe('Where the wind comes from, clockwise from north.'),
  isWet: z.boolean().describe('Rain, snow or their remains on the road.'),
});
export type RoadSegment = z.infer<typeof roadSegment>;

/** One standard deviation of what the segments say; correlated along the whole route. */
export const conditionsSigma = z.strictObject({
  tempK: z.number().min(0),
  windMps: z.number().min(0),
  speedRatio: z.number().min(0),
  climbM: z.number().min(0).describe('Height gained over it; negative is down.'),
});

export const stretch = z.strictObject({
  stopId: recordKey.describe('The stop of the trip this stretch leads to.'),
  segments: z.array(roadSegment).min(1).max(20_000),
  chargers: z.array(chargerOnRoute).max(500),
  routeSource: sourceFlag,
});
export type Stretch = z.infer<typeof stretch>;

/** Air temperature at a place over time, for a car that stands there. */
export const standingWeather = z.strictObject({
  stopId: recordKey.optional(),
  fromMs: atMs,
  toMs: atMs,
  tempC: z.number().min(-80).max(70),
  sigmaK: z.number().min(0),
  source: sourceFlag,
});

/**
 * `conditions.v1` (compacted): what the world knew for this vehicle at `asOfMs`.
 * With a trip: one stretch per stop. Without one: the way home and the chargers around.
 */
export const conditions = z.strictObject({
  snapshotId: recordKey,
  vehicleId,
  asOfMs: atMs.describe('When the world was looked at.'),
  tripId: recordKey.optional(),
  tripRevision: z.int().min(1).optional().describe('Of the plan that it was looked at for.'),
  stretches: z.array(stretch).describe('The road to each stop.'),
  nearby: z
    .array(chargerOnRoute)
    .max(500)
    .describe('Chargers around the car, `alongM` 0 and `detourM` the way there. For reach without a plan.'),
  home: z.strictObject({ lat: latitude, lon: longitude, distanceM: z.number().min(0) }).optional(),
  standing: z.array(standingWeather).max(200).describe('Air where the car stands between drives.'),
  sigma: conditionsSigma,
  weatherSource: sourceFlag,
  weatherAgeS: z
    .number()
    .min(0)
    .nullable()
    .describe('Age of the weather at `asOfMs`; null when there is none but the car’s own.'),
});
export type Conditions = z.infer<typeof conditions>;
