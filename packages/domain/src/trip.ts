import { z } from 'zod';
import { atMs, latitude, longitude, recordKey, shortText, socPct, vehicleId } from './fields.ts';

/** One point of a route; `elevationM` where the planner knows it. */
export const routePoint = z.strictObject({
  lat: latitude,
  lon: longitude,
  elevationM: z
    .number()
    .min(-500)
    .max(9_000)
    .optional()
    .describe('Above the sea, where the planner knows it.'),
});
export type RoutePoint = z.infer<typeof routePoint>;

/**
 * The way to a stop. `distanceM` overrides the polyline's own length (a published road distance);
 * `speedMps` is the speed a planner expects on average.
 */
export const leg = z.strictObject({
  points: z.array(routePoint).min(2).max(20_000).describe('The line of the road.'),
  distanceM: z
    .number()
    .positive()
    .max(5_000_000)
    .optional()
    .describe('Published length of the road; absent: the line’s own.'),
  speedMps: z
    .number()
    .positive()
    .max(90)
    .optional()
    .describe('Mean the planner expects while it drives; absent: 70 km/h is taken.'),
});
export type Leg = z.infer<typeof leg>;

/** What happens at a stop. A `stay` may be plugged in (at home, at a hotel) or not. */
export const stopKind = z.enum(['charge', 'stay', 'via', 'destination']);

export const stop = z.strictObject({
  stopId: recordKey.describe('Of the stop within its trip; the same in every revision that has this stop.'),
  name: shortText.describe('As the planner calls the place; messages say it.'),
  lat: latitude,
  lon: longitude,
  kind: stopKind.describe(
    '`charge`: it charges there; `stay`: it stands there, on a plug or not; `via`: it passes; `destination`: it arrives.',
  ),
  arriveAtMs: atMs.optional().describe('When the car should be there.'),
  departAtMs: atMs.optional().describe('When it should leave again.'),
  plugged: z.boolean().optional().describe('The car will be on a plug while it stands here.'),
  powerKw: z
    .number()
    .positive()
    .max(2_000)
    .optional()
    .describe('Power of the plug there, where the planner knows it.'),
  chargeToSocPct: socPct
    .optional()
    .describe('Charge at which it leaves that plug; absent: open, and no forecast goes beyond this stop.'),
  locationId: recordKey.optional().describe('The charging place in `chargers.v1`, where the plan names one.'),
});
export type Stop = z.infer<typeof stop>;

/** How the car is loaded and shod on a trip; what is absent is as usual. */
export const carUse = z.strictObject({
  payloadKg: z.number().min(0).max(1_500).optional().describe('Driver, passengers and luggage.'),
  roofBox: z.boolean().optional().describe('A box on the roof; absent: none.'),
  trailerKg: z.number().min(0).max(3_500).optional().describe('The trailer and what is on it; 0 is none.'),
  tyres: z.enum(['summer', 'winter']).optional().describe('What it is shod with; absent counts as `summer`.'),
});
export type CarUse = z.infer<typeof carUse>;

/**
 * `trips.v1` (compacted): the plan as it is known now; `stops[i]` is reached by `legs[i]`.
 * Its places are sealed with the whole record.
 */
export const trip = z
  .strictObject({
    tripId: recordKey.describe('Of the plan, the same in all its revisions; behind the slash of the key.'),
    vehicleId,
    revision: z.int().min(1).describe('Grows when the plan changes.'),
    source: z
      .enum(['driver', 'car', 'dispatcher', 'file', 'calendar'])
      .describe('Who planned it, or what it was read from.'),
    createdAtMs: atMs.describe('When its first revision was entered.'),
    departAtMs: atMs.describe('When the drive begins.'),
    reserveSocPct: socPct.default(5).describe('Charge the driver wants to keep; absent: 5.'),
    origin: z
      .strictObject({
        name: shortText.describe('As the planner calls the place.'),
        lat: latitude,
        lon: longitude,
      })
      .describe('Where the drive begins.'),
    stops: z.array(stop).min(1).max(100).describe('In the order of the drive.'),
    legs: z.array(leg).max(100).optional().describe('The way to each stop, where somebody drew it.'),
    use: carUse.optional().describe('How the car is loaded and shod; what is absent is as usual.'),
    withdrawn: z.boolean().optional().describe('The plan no longer holds.'),
    isGuess: z
      .boolean()
      .optional()
      .describe(
        'Worked out, not said by anybody: it informs and interrupts nobody. `false`: its driver has confirmed it.',
      ),
  })
  .refine((plan) => plan.legs === undefined || plan.legs.length === plan.stops.length, {
    message: 'legs[i] leads to stops[i]: there must be as many of one as of the other',
  });
export type Trip = z.infer<typeof trip>;
