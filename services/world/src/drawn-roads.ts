import type { Conditions, Position, Trip } from '@outrider/domain';
import type { Road } from './build-stretches.ts';

/** Roads drawn for one car, by where they lead from and to. */
export type DrawnRoads = ReadonlyMap<string, Road>;

/** What one look draws: a road that is known is not asked for again, and outlasts whoever told it. */
export interface Drawing {
  /** The road as it was drawn before, else as `ask` has it. */
  draw(from: Position, to: Position, ask: () => Promise<Road>): Promise<Road>;
  /** Those of this look. */
  readonly drawn: DrawnRoads;
}

export function drawing(before: DrawnRoads): Drawing {
  const drawn = new Map<string, Road>();
  return {
    drawn,
    async draw(from, to, ask) {
      const key = keyOf(from, to);
      const known = before.get(key);
      const road = known !== undefined && isKnown(known) ? known : await ask();
      drawn.set(key, road);
      return road;
    },
  };
}

/** What the last look drew, read from what it said: after a restart, when nobody may be there to ask. */
export function drawnIn({ stretches, sigma }: Conditions, trip: Trip): DrawnRoads {
  const drawn = new Map<string, Road>();
  for (const [i, stop] of trip.stops.entries()) {
    const stretch = stretches[i];
    const from = trip.stops[i - 1] ?? trip.origin;
    const [begin] = stretch?.segments ?? [];
    // A road drawn anew under way begins somewhere else.
    if (stretch === undefined || begin === undefined || keyOf(begin, stop) !== keyOf(from, stop)) continue;
    const segments = stretch.segments.map(
      ({ lat, lon, distanceM, speedMps, climbM, bearingDeg, speedSdRatio, surface }) => ({
        ...{ lat, lon, distanceM, speedMps, climbM, bearingDeg },
        ...(speedSdRatio === undefined ? {} : { speedSdRatio }),
        ...(surface === undefined ? {} : { surface }),
      }),
    );
    drawn.set(keyOf(from, stop), { segments, source: stretch.routeSource, hasElevation: sigma.climbM === 0 });
  }
  return drawn;
}

/** The floor is asked for again each time: somebody may know better by now. */
const isKnown = ({ source }: Road): boolean => source !== 'great-circle';

/** About a hundred metres: roads begin beside the place that was asked for. */
const PLACES_PER_DEG = 1_000;
const keyOf = (from: Position, to: Position): string =>
  [from.lat, from.lon, to.lat, to.lon].map((deg) => Math.round(deg * PLACES_PER_DEG)).join();
