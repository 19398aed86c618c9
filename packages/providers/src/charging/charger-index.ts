import {
  besideLine,
  type ChargerOnRoute,
  type ChargingLocation,
  type ConnectorStandard,
  distanceM,
  type Position,
} from '@outrider/domain';
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { ROAD_FACTOR } from '../routing/great-circle.ts';
import { worksProbability } from './works-probability.ts';

/** Charging places by position. Immutable: a change of the list builds a new one (200,000 places: 75 ms). */
export interface ChargerIndex {
  readonly size: number;
  /** Places within `corridorM` of the road, in the order they are passed. */
  alongRoute(
    segments: readonly (Position & { readonly distanceM: number })[],
    end: Position,
    corridorM: number,
    plugs: ReadonlySet<ConnectorStandard>,
    nowMs: number,
  ): ChargerOnRoute[];
  /** The nearest places around; `alongM` is 0 and `detourM` the estimated road there. */
  around(
    position: Position,
    withinM: number,
    limit: number,
    plugs: ReadonlySet<ConnectorStandard>,
    nowMs: number,
  ): ChargerOnRoute[];
}

export function chargerIndex(locations: readonly ChargingLocation[]): ChargerIndex {
  const tree = new KDBush(locations.length);
  for (const { lon, lat } of locations) tree.add(lon, lat);
  tree.finish();
  const near = (position: Position, withinM: number, limit: number) =>
    around(tree, position.lon, position.lat, limit, withinM / 1000).map(
      (id) => locations[id] as ChargingLocation,
    );
  return {
    size: locations.length,
    alongRoute: (segments, end, corridorM, plugs, nowMs) =>
      chargersAlong(near, segments, end, corridorM, plugs, nowMs),
    around(position, withinM, limit, plugs, nowMs) {
      return near(position, withinM, limit).flatMap((location) => {
        const place = describe(location, plugs, nowMs);
        return place === undefined
          ? []
          : [{ ...place, alongM: 0, detourM: distanceM(position, location) * ROAD_FACTOR }];
      });
    },
  };
}

/** Candidates are asked for every so often along the road; the radius then covers the gaps. */
const SAMPLE_M = 5_000;

function chargersAlong(
  near: (position: Position, withinM: number, limit: number) => ChargingLocation[],
  segments: readonly (Position & { readonly distanceM: number })[],
  end: Position,
  corridorM: number,
  plugs: ReadonlySet<ConnectorStandard>,
  nowMs: number,
): ChargerOnRoute[] {
  const candidates = new Set<ChargingLocation>();
  let sinceSampleM = Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    if (sinceSampleM >= SAMPLE_M) {
      for (const location of near(segment, corridorM + SAMPLE_M, 200)) candidates.add(location);
      sinceSampleM = 0;
    }
    sinceSampleM += segment.distanceM;
  }
  for (const location of near(end, corridorM + SAMPLE_M, 200)) candidates.add(location);
  const found: ChargerOnRoute[] = [];
  for (const location of candidates) {
    const beside = nearestOnRoute(segments, end, location);
    const place = beside.awayM <= corridorM ? describe(location, plugs, nowMs) : undefined;
    if (place !== undefined)
      found.push({ ...place, alongM: beside.alongM, detourM: 2 * ROAD_FACTOR * beside.awayM });
  }
  return found.sort((a, b) => a.alongM - b.alongM || a.locationId.localeCompare(b.locationId));
}

function nearestOnRoute(
  segments: readonly (Position & { readonly distanceM: number })[],
  end: Position,
  point: Position,
): { readonly awayM: number; readonly alongM: number } {
  let best = { awayM: Number.POSITIVE_INFINITY, alongM: 0 };
  let passedM = 0;
  segments.forEach((segment, i) => {
    const { awayM, ratio } = besideLine(point, segment, segments[i + 1] ?? end);
    if (awayM < best.awayM) best = { awayM, alongM: passedM + ratio * segment.distanceM };
    passedM += segment.distanceM;
  });
  return best;
}

/** The place's strongest plug that fits; undefined when none does. */
function describe(
  location: ChargingLocation,
  plugs: ReadonlySet<ConnectorStandard>,
  nowMs: number,
): Omit<ChargerOnRoute, 'alongM' | 'detourM'> | undefined {
  const fitting = location.evses
    .flatMap((evse) => evse.connectors)
    .filter((connector) => plugs.has(connector.standard));
  const strongest = fitting.toSorted((a, b) => b.maxPowerKw - a.maxPowerKw)[0];
  if (strongest === undefined) return undefined;
  const { probability, statusAgeS } = worksProbability(location, nowMs);
  const { locationId, name, lat, lon } = location;
  return {
    locationId,
    name,
    lat,
    lon,
    maxPowerKw: strongest.maxPowerKw,
    powerType: strongest.powerType,
    worksProbability: probability,
    statusAgeS,
  };
}
