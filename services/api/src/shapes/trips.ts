import { carUse, leg, recordKey, socPct, stop, type Trip, trip, vehicleId } from '@outrider/domain';
import type { TripPlan as SourcePlan } from '@outrider/providers';
import { contentId } from '@outrider/runtime';
import { z } from 'zod';
import { instant, iso, isoText } from './fields.ts';

const untimedStop = stop.omit({ stopId: true, arriveAtMs: true, departAtMs: true });

const plannedStop = untimedStop.extend({
  stopId: recordKey.optional().describe('Kept over revisions; made from name and place when absent.'),
  arriveAt: instant.optional(),
  departAt: instant.optional(),
});

/** A trip as its driver plans it. `legs[i]` leads to `stops[i]`. */
export const tripPlan = z
  .strictObject({
    departAt: instant,
    reserveSocPct: socPct.optional().describe('The vehicle’s own reserve when absent.'),
    origin: trip.shape.origin,
    stops: z.array(plannedStop).min(1).max(100),
    legs: z.array(leg).max(100).optional(),
    use: carUse.optional().describe('How the car is loaded and shod; what is absent is as usual.'),
  })
  .superRefine((plan, context) => {
    if (plan.legs !== undefined && plan.legs.length !== plan.stops.length)
      context.addIssue({
        code: 'custom',
        path: ['legs'],
        message: 'legs[i] leads to stops[i]: there must be as many of one as of the other',
      });
    let lastMs = plan.departAt;
    plan.stops.forEach((planned, index) => {
      for (const name of ['arriveAt', 'departAt'] as const) {
        const atMs = planned[name];
        if (atMs === undefined) continue;
        if (atMs < lastMs)
          context.addIssue({
            code: 'custom',
            path: ['stops', index, name],
            message: 'is before what precedes it',
          });
        lastMs = atMs;
      }
    });
    const named = plan.stops.flatMap(({ stopId }) => stopId ?? []);
    if (new Set(named).size !== named.length)
      context.addIssue({ code: 'custom', path: ['stops'], message: 'a stopId is used twice' });
  });
export type TripPlan = z.infer<typeof tripPlan>;

export const tripView = z.strictObject({
  tripId: recordKey,
  vehicleId,
  revision: z.int(),
  source: trip.shape.source,
  createdAt: isoText,
  departAt: isoText,
  reserveSocPct: socPct,
  origin: trip.shape.origin,
  stops: z.array(
    untimedStop.extend({ stopId: recordKey, arriveAt: isoText.optional(), departAt: isoText.optional() }),
  ),
  legs: z.array(leg).optional(),
  use: carUse.optional(),
  withdrawn: z.boolean(),
  isGuess: z
    .boolean()
    .describe('Worked out, not said: it informs and does not interrupt, until it is confirmed.'),
});

/** The record of a plan; `source` says who planned it. */
export function tripOf(
  plan: TripPlan,
  about: Pick<Trip, 'tripId' | 'vehicleId' | 'revision' | 'createdAtMs' | 'reserveSocPct'>,
  source: Trip['source'] = 'driver',
): Trip {
  const { departAt, reserveSocPct, origin, stops, legs, use } = plan;
  const ids = stopIds(stops);
  const { tripId, vehicleId, revision, createdAtMs } = about;
  return {
    tripId,
    vehicleId,
    revision,
    createdAtMs,
    source,
    departAtMs: departAt,
    reserveSocPct: reserveSocPct ?? about.reserveSocPct,
    origin,
    stops: stops.map(({ arriveAt, departAt: leaveAt, ...rest }, index) => ({
      ...rest,
      stopId: ids[index] as string,
      ...(arriveAt !== undefined && { arriveAtMs: arriveAt }),
      ...(leaveAt !== undefined && { departAtMs: leaveAt }),
    })),
    ...(legs !== undefined && { legs }),
    ...(use !== undefined && { use }),
  };
}

/** What a source of trips planned, in the words of a request: it passes the same checks as a driver's plan. */
export function requestOf({ departAtMs, stops, ...plan }: SourcePlan): unknown {
  return {
    ...plan,
    departAt: iso(departAtMs),
    stops: stops.map(({ arriveAtMs, departAtMs: leaveAtMs, ...plain }) => ({
      ...plain,
      ...(arriveAtMs !== undefined && { arriveAt: iso(arriveAtMs) }),
      ...(leaveAtMs !== undefined && { departAt: iso(leaveAtMs) }),
    })),
  };
}

/** Made from what a stop says, so that a revised plan speaks of the same stops. The second visit gets `-2`. */
function stopIds(stops: TripPlan['stops']): readonly string[] {
  const taken = new Set(stops.flatMap(({ stopId }) => stopId ?? []));
  return stops.map(({ stopId, name, lat, lon }) => {
    if (stopId !== undefined) return stopId;
    const base = contentId('stop', name, lat, lon);
    let id = base;
    for (let visit = 2; taken.has(id); visit++) id = `${base}-${visit}`;
    taken.add(id);
    return id;
  });
}

export function viewTrip(record: Trip): z.infer<typeof tripView> {
  const { createdAtMs, departAtMs, stops, withdrawn, isGuess, ...rest } = record;
  return {
    ...rest,
    createdAt: iso(createdAtMs),
    departAt: iso(departAtMs),
    stops: stops.map(({ arriveAtMs, departAtMs: leaveAtMs, ...plain }) => ({
      ...plain,
      ...(arriveAtMs !== undefined && { arriveAt: iso(arriveAtMs) }),
      ...(leaveAtMs !== undefined && { departAt: iso(leaveAtMs) }),
    })),
    withdrawn: withdrawn ?? false,
    isGuess: isGuess ?? false,
  };
}
