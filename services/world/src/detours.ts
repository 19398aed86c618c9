import { between, type ChargerOnRoute, type Position } from '@outrider/domain';
import { ProviderUnavailable } from '@outrider/providers';
import { askFirst } from './ask.ts';
import type { RoadDeps } from './ask-road.ts';
import type { Road } from './build-stretches.ts';

/** Of so many the detour is asked; those further down are no remedy while these are there. */
const ASKED = 20;
/** A detour by road is a little better than its estimate: so long a look waits for all of them. */
const PATIENCE_MS = 3_000;
/** Neighbours along the road are asked together: far pairs cost the most and tell nothing. */
const TOGETHER = 5;

/**
 * The chargers with detours as the road net has them, there and back, instead of the estimate. Where nobody knows a
 * way, the estimate stays: that a map lacks a car park's gate must not take a charger away.
 */
export async function withDetours(
  chargers: readonly ChargerOnRoute[],
  road: Road,
  end: Position,
  deps: RoadDeps,
): Promise<ChargerOnRoute[]> {
  const { matrix = [] } = deps;
  if (matrix.length === 0 || road.source === 'great-circle') return [...chargers];
  const best = chargers
    .toSorted((a, b) => b.maxPowerKw - a.maxPowerKw || a.detourM - b.detourM)
    .slice(0, ASKED)
    .toSorted((a, b) => a.alongM - b.alongM);
  const groups = Array.from({ length: Math.ceil(best.length / TOGETHER) }, (_, i) =>
    best.slice(i * TOGETHER, (i + 1) * TOGETHER),
  );
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const asked = await Promise.all(groups.map((group) => detoursOf(group, road, end, { ...deps, signal })));
  const known = new Map(asked.flat().map(({ locationId, detourM }) => [locationId, detourM]));
  return chargers.map((charger) => ({
    ...charger,
    detourM: known.get(charger.locationId) ?? charger.detourM,
  }));
}

interface Detour {
  readonly locationId: string;
  readonly detourM: number;
}

/** Of those that have a way there and one back. */
async function detoursOf(
  group: readonly ChargerOnRoute[],
  road: Road,
  end: Position,
  deps: RoadDeps,
): Promise<readonly Detour[]> {
  const leaving = group.map(({ alongM }) => placeAt(road, end, alongM));
  const ask = (from: readonly Position[], to: readonly Position[]) =>
    askFirst(deps.matrix ?? [], deps.signal, (provider) => provider.matrix(from, to, deps.signal));
  try {
    const [there, back] = await Promise.all([ask(leaving, group), ask(group, leaving)]);
    return group.flatMap(({ locationId }, i) => {
      const [out, home] = [there[i]?.[i], back[i]?.[i]];
      return out && home ? [{ locationId, detourM: out.distanceM + home.distanceM }] : [];
    });
  } catch (error) {
    if (error instanceof ProviderUnavailable) return [];
    throw error;
  }
}

/** The place of the road `alongM` from its beginning. */
function placeAt(road: Road, end: Position, alongM: number): Position {
  let passedM = 0;
  for (const [i, segment] of road.segments.entries()) {
    const leftM = alongM - passedM;
    if (leftM <= segment.distanceM)
      return between(segment, road.segments[i + 1] ?? end, Math.max(0, leftM) / segment.distanceM);
    passedM += segment.distanceM;
  }
  return end;
}
