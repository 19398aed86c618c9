import { distanceM } from '@outrider/domain';
import { freshPosition, type RouteView } from '@outrider/energy';
import type { Car } from './car.ts';

const ROAD_FACTOR = 1.3;
const MOVED_M = 500;

/** Distances to the places around are as of the snapshot: the car has moved on since. */
export function withPosition(view: RouteView | null, car: Car, nowMs: number): RouteView | null {
  const here = freshPosition(car.state, nowMs);
  if (view === null || here === undefined || view.conditions.nearby.length === 0) return view;
  const first = view.conditions.nearby[0];
  if (first !== undefined && Math.abs(distanceM(here, first) * ROAD_FACTOR - first.detourM) < MOVED_M)
    return view;
  const nearby = view.conditions.nearby.map((place) => ({
    ...place,
    detourM: distanceM(here, place) * ROAD_FACTOR,
  }));
  return {
    ...view,
    conditions: { ...view.conditions, nearby: nearby.toSorted((a, b) => a.detourM - b.detourM) },
  };
}
