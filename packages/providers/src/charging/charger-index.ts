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
import { isGone, worksProbability } from './works-probability.ts';

/** Charging places by position. Immutable: a change of the list builds a new one (200,000 places: 75 ms). */
export interface ChargerIndex {
  readonly size: number;
  /** Places within `corridorM` of the road, in the order they are passed: the strongest 300 when there are more. */
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
  // Only places with a plug that fits count against the limit: most of a city's do not.
  const near: Near = (position, withinM, limit, plugs) =>
    around(
      tree,
      position.lon,
      position.lat,
      limit,
      withinM / 1000,
      (id) => strongestFitting(locations[id] as ChargingLocation, plugs) !== undefined,
    ).map((id) => locations[id] as ChargingLocation);
  return {
    size: locations.length,
    alongRoute: (segments, end, corridorM, plugs, nowMs) =>
      chargersAlong(near, segments, end, corridorM, plugs, nowMs),
    around(position, withinM, limit, plugs, nowMs) {
      return near(position, withinM, limit, plugs).flatMap((location) => {
        const place = describe(location, plugs, nowMs);
        return place === undefined
          ? []
          : [{ ...place, alongM: 0, detourM: distanceM(position, location) * ROAD_FACTOR }];
      });
    },
  };
}

type Near = (
  position: Position,
  withinM: number,
  limit: number,
  plugs: ReadonlySet<ConnectorStandard>,
) => ChargingLocation[];

/** A snapshot must not grow with the number of stations of a big city. */
const CORRIDOR_MAX = 300;
/** Candidates are asked for every so often along the road; the radius then covers the gaps. */
const SAMPLE_M = 5_000;

function chargersAlong(
  near: Near,
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
      for (const location of near(segment, corridorM + SAMPLE_M, Number.POSITIVE_INFINITY, plugs))
        candidates.add(location);
      sinceSampleM = 0;
    }
    sinceSampleM += segment.distanceM;
  }
  for (const location of near(end, corridorM + SAMPLE_M, Number.POSITIVE_INFINITY, plugs))
    candidates.add(location);
  const found: ChargerOnRoute[] = [];
  for (const location of candidates) {
    const beside = nearestOnRoute(segments, end, location);
    const place = beside.awayM <= corridorM ? describe(location, plugs, nowMs) : undefined;
    if (place !== undefined)
      found.push({ ...place, alongM: beside.alongM, detourM: 2 * ROAD_FACTOR * beside.awayM });
  }
  const byUse = found.toSorted(
    (a, b) => b.maxPowerKw - a.maxPowerKw || a.detourM - b.detourM || (a.locationId < b.locationId ? -1 : 1),
  );
  return byUse
    .slice(0, CORRIDOR_MAX)
    .sort((a, b) => a.alongM - b.alongM || (a.locationId < b.locationId ? -1 : 1));
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

type Connector = ChargingLocation['evses'][number]['connectors'][number];

/** The strongest plug that fits, of those that are there; undefined when none does. */
function strongestFitting(
  location: ChargingLocation,
  plugs: ReadonlySet<ConnectorStandard>,
): Connector | undefined {
  let strongest: Connector | undefined;
  for (const { status, connectors } of location.evses) {
    if (isGone(status)) continue;
    for (const connector of connectors)
      if (plugs.has(connector.standard) && connector.maxPowerKw > (strongest?.maxPowerKw ?? 0))
        strongest = connector;
  }
  return strongest;
}

/** The place's strongest plug that fits, and how likely a plug of that kind works; undefined when none fits. */
function describe(
  location: ChargingLocation,
  plugs: ReadonlySet<ConnectorStandard>,
  nowMs: number,
): Omit<ChargerOnRoute, 'alongM' | 'detourM'> | undefined {
  const strongest = strongestFitting(location, plugs);
  if (strongest === undefined) return undefined;
  // A working wall box does not make up for a fast charger that is out of order.
  const evses = location.evses.filter(({ connectors }) =>
    connectors.some(
      (one) => plugs.has(one.standard) && (one.powerType === 'DC') === (strongest.powerType === 'DC'),
    ),
  );
  const { probability, statusAgeS } = worksProbability(evses, nowMs);
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
