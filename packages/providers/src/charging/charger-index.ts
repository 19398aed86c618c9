import {
  type ChargerOnRoute,
  type ChargingLocation,
  type ConnectorStandard,
  distanceM,
  type Position,
} from '@outrider/domain';
import { around } from 'geokdbush';
import KDBush from 'kdbush';
import { ROAD_FACTOR } from '../routing/great-circle.ts';
import { isOpen } from './ocpi/is-open.ts';
import { isGone, whenClosed, worksProbability } from './works-probability.ts';

/** A place on the road and the metres from there to the next, with the speed on them where it is known. */
export type RoadPiece = Position & { readonly distanceM: number; readonly speedMps?: number };

/** Charging places by position. Immutable: a change of the list builds a new one (200,000 places: 75 ms). */
export interface ChargerIndex {
  readonly size: number;
  /**
   * Places within `corridorM` of the road, in the order they are passed: the strongest 300 when there are more.
   * How likely each works is meant for the moment the car comes by, which starts at `departAtMs`, now if absent.
   */
  alongRoute(
    segments: readonly RoadPiece[],
    end: Position,
    corridorM: number,
    plugs: ReadonlySet<ConnectorStandard>,
    nowMs: number,
    departAtMs?: number,
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
  for (const { lon, lat } of locations) tree.add(lon === 180 ? -180 : lon, lat);
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
    alongRoute(segments, end, corridorM, plugs, nowMs, departAtMs = nowMs) {
      const road = flatRoad(segments, end);
      const found: ChargerOnRoute[] = [];
      for (const [id, { awayM, alongM, afterS }] of besideRoad(tree, locations, road, corridorM)) {
        const arriveAtMs = departAtMs + 1000 * (afterS + awayM / USUAL_MPS);
        const place = describe(locations[id] as ChargingLocation, plugs, nowMs, arriveAtMs);
        if (place !== undefined) found.push({ ...place, alongM, detourM: 2 * ROAD_FACTOR * awayM });
      }
      return mostUseful(found);
    },
    around(position, withinM, limit, plugs, nowMs) {
      return near(position, withinM, limit, plugs).flatMap((location) => {
        const detourM = distanceM(position, location) * ROAD_FACTOR;
        const place = describe(location, plugs, nowMs, nowMs + (1000 * detourM) / USUAL_MPS);
        return place === undefined ? [] : [{ ...place, alongM: 0, detourM }];
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

/** Where nobody says how fast the road is: good enough to know whether a place will be open. */
const USUAL_MPS = 20;
/** A snapshot must not grow with the number of stations of a big city. */
const CORRIDOR_MAX = 300;

function mostUseful(found: readonly ChargerOnRoute[]): ChargerOnRoute[] {
  const byUse = found.toSorted(
    (a, b) => b.maxPowerKw - a.maxPowerKw || a.detourM - b.detourM || (a.locationId < b.locationId ? -1 : 1),
  );
  return byUse
    .slice(0, CORRIDOR_MAX)
    .sort((a, b) => a.alongM - b.alongM || (a.locationId < b.locationId ? -1 : 1));
}

/** A road as plain numbers: vertex i to i + 1 is segment i. Longitudes go on beyond ±180°, so that none jumps. */
interface FlatRoad {
  readonly lons: Float64Array;
  readonly lats: Float64Array;
  /** Metres of road before each vertex. */
  readonly passedM: Float64Array;
  /** Seconds of driving before each vertex. */
  readonly passedS: Float64Array;
}

function flatRoad(segments: readonly RoadPiece[], end: Position): FlatRoad {
  const count = segments.length + 1;
  const road = {
    lons: new Float64Array(count),
    lats: new Float64Array(count),
    passedM: new Float64Array(count),
    passedS: new Float64Array(count),
  };
  let lon = segments[0]?.lon ?? end.lon;
  let [passedM, passedS] = [0, 0];
  for (let i = 0; i < count; i++) {
    const vertex = segments[i] ?? end;
    lon += shortWayRound(vertex.lon - lon);
    road.lons[i] = lon;
    road.lats[i] = vertex.lat;
    road.passedM[i] = passedM;
    road.passedS[i] = passedS;
    const pieceM = segments[i]?.distanceM ?? 0;
    passedM += pieceM;
    passedS += pieceM / (segments[i]?.speedMps ?? USUAL_MPS);
  }
  return road;
}

/** −180 ≤ x < 180. */
const shortWayRound = (deg: number): number =>
  deg >= -180 && deg < 180 ? deg : ((((deg + 180) % 360) + 360) % 360) - 180;

interface Beside {
  readonly awayM: number;
  readonly alongM: number;
  /** Seconds of driving until there. */
  readonly afterS: number;
}

/** Vertices per question to the tree: fewer ask too often, more make boxes full of places far from the road. */
const CHUNK = 64;

/** Every place within `corridorM` of the road, with its nearest point on it. Exact: boxes only choose who is measured. */
function besideRoad(
  tree: KDBush,
  locations: readonly ChargingLocation[],
  road: FlatRoad,
  corridorM: number,
): ReadonlyMap<number, Beside> {
  const best = new Map<number, Beside>();
  const count = road.lons.length;
  for (let from = 0; from < Math.max(1, count - 1); from += CHUNK) {
    const to = Math.min(from + CHUNK, count - 1);
    for (const id of idsAround(tree, road, from, to, corridorM)) {
      const { lon, lat } = locations[id] as ChargingLocation;
      const beside = nearestPoint(road, from, to, lon, lat);
      if (beside.awayM <= corridorM && beside.awayM < (best.get(id)?.awayM ?? Number.POSITIVE_INFINITY))
        best.set(id, beside);
    }
  }
  return best;
}

/** The box of these vertices, wider by the corridor, and by a little more: its degrees are rounded. */
function idsAround(tree: KDBush, road: FlatRoad, from: number, to: number, corridorM: number): number[] {
  let [south, north, west, east] = [90, -90, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = from; i <= to; i++) {
    const lat = road.lats[i] as number;
    const lon = road.lons[i] as number;
    south = Math.min(south, lat);
    north = Math.max(north, lat);
    west = Math.min(west, lon);
    east = Math.max(east, lon);
  }
  const latDeg = (corridorM / M_PER_DEG) * 1.001;
  south -= latDeg;
  north += latDeg;
  // A degree of longitude is shortest where the box is nearest to a pole.
  const narrowest = Math.cos(Math.min(89.9, Math.max(-south, north)) * RAD);
  const lonDeg = latDeg / narrowest;
  const start = shortWayRound(west - lonDeg);
  const end = start + Math.min(360, east - west + 2 * lonDeg);
  return end < 180
    ? tree.range(start, south, end, north)
    : [...tree.range(start, south, 180, north), ...tree.range(-180, south, end - 360, north)];
}

const RAD = Math.PI / 180;
const M_PER_DEG = 6_371_008.8 * RAD;

/** As `besideLine` of the domain for each segment, without an object for each. */
function nearestPoint(road: FlatRoad, from: number, to: number, pointLon: number, lat: number): Beside {
  const { lons, lats, passedM, passedS } = road;
  const kx = Math.cos(lat * RAD) * M_PER_DEG;
  const lon = (lons[from] as number) + shortWayRound(pointLon - (lons[from] as number));
  let bestSquared = Number.POSITIVE_INFINITY;
  let [alongM, afterS] = [0, 0];
  for (let i = from; i < Math.max(to, from + 1); i++) {
    const next = Math.min(i + 1, lons.length - 1);
    const bx = ((lons[next] as number) - (lons[i] as number)) * kx;
    const by = ((lats[next] as number) - (lats[i] as number)) * M_PER_DEG;
    const px = (lon - (lons[i] as number)) * kx;
    const py = (lat - (lats[i] as number)) * M_PER_DEG;
    const squared = bx * bx + by * by;
    const ratio = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * bx + py * by) / squared));
    const away = (px - ratio * bx) ** 2 + (py - ratio * by) ** 2;
    if (away >= bestSquared) continue;
    bestSquared = away;
    alongM = (passedM[i] as number) + ratio * ((passedM[next] as number) - (passedM[i] as number));
    afterS = (passedS[i] as number) + ratio * ((passedS[next] as number) - (passedS[i] as number));
  }
  return { awayM: Math.sqrt(bestSquared), alongM, afterS };
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
  arriveAtMs: number,
): Omit<ChargerOnRoute, 'alongM' | 'detourM'> | undefined {
  const strongest = strongestFitting(location, plugs);
  if (strongest === undefined) return undefined;
  // A working wall box does not make up for a fast charger that is out of order.
  const evses = location.evses.filter(({ connectors }) =>
    connectors.some(
      (one) => plugs.has(one.standard) && (one.powerType === 'DC') === (strongest.powerType === 'DC'),
    ),
  );
  const { probability, statusAgeS } = worksProbability(evses, nowMs, arriveAtMs);
  const { locationId, name, lat, lon, hours } = location;
  const isClosed = hours !== undefined && !isOpen(hours, arriveAtMs);
  return {
    locationId,
    name,
    lat,
    lon,
    maxPowerKw: strongest.maxPowerKw,
    powerType: strongest.powerType,
    worksProbability: isClosed ? whenClosed(probability) : probability,
    statusAgeS,
    ...(isClosed ? { isClosedOnArrival: true as const } : {}),
  };
}
