import { bearingDeg, between, distanceM, type Position, type RoutePoint } from '@outrider/domain';
import { type Chance, createChance } from './chance.ts';

// A country nobody lives in: towns, hills and roads made from a seed. Pure.

export interface Place extends Position {
  readonly name: string;
}

/** A road with what is driven on it. `limitsMps[i]` holds from `points[i]` on. */
export interface Road {
  readonly points: readonly RoutePoint[];
  /** Distance from the beginning to each point. */
  readonly alongM: readonly number[];
  readonly limitsMps: readonly number[];
  readonly headingsDeg: readonly number[];
  readonly distanceM: number;
  /** What a planner expects on average. */
  readonly plannedMps: number;
}

export interface Country {
  readonly towns: readonly Place[];
  /** A place near a town; the same name gives the same place. */
  placeNear(town: Place, name: string, withinM: number): Place;
  road(from: Position, to: Position): Road;
  elevationM(at: Position): number;
}

/** Within which everything lies. */
export const BOUNDS = { south: 49, north: 52.4, west: 8, east: 13.2 } as const;
const TOWNS = 24;
const TOWN_NAMES =
  'Alder Birch Cedar Drove Elm Fern Grove Hazel Iris Juniper Kestrel Larch Maple Nettle Oak Pine Quill Rowan Sedge Thorn Umber Vale Willow Yew';

export function createCountry(seed: number): Country {
  const chance = createChance(seed).of('country');
  const elevationM = hills(chance);
  const roads = new Map<string, Road>();
  return {
    towns: townsOf(chance),
    placeNear: (town, name, withinM) => {
      const angle = chance.between(0, 2 * Math.PI, name, 'angle');
      const awayM = Math.sqrt(chance.draw(name, 'away')) * withinM;
      return { ...offset(town, awayM * Math.cos(angle), awayM * Math.sin(angle)), name };
    },
    road(from, to) {
      const key = [from.lat, from.lon, to.lat, to.lon].join();
      const known = roads.get(key) ?? layRoad(chance.of(key), from, to, elevationM);
      if (roads.size > ROADS_MAX) roads.clear();
      roads.set(key, known);
      return known;
    },
    elevationM,
  };
}

/** Roads are made again when they are needed again; a fleet drives the same few thousand. */
const ROADS_MAX = 4_000;

function townsOf(chance: Chance): readonly Place[] {
  const names = TOWN_NAMES.split(' ');
  return Array.from({ length: TOWNS }, (_, i) => {
    const [row, column] = [Math.floor(i / 6), i % 6];
    const lat =
      BOUNDS.south + ((row + chance.between(0.25, 0.75, 'lat', i)) / 4) * (BOUNDS.north - BOUNDS.south);
    const lon =
      BOUNDS.west + ((column + chance.between(0.25, 0.75, 'lon', i)) / 6) * (BOUNDS.east - BOUNDS.west);
    return { name: `${names[i]} (synthetic)`, lat: round(lat), lon: round(lon) };
  });
}

/** Long swells and short hills, metres above the sea. */
function hills(chance: Chance): (at: Position) => number {
  const waves = Array.from({ length: 7 }, (_, i) => {
    const lengthDeg = 1.6 / 1.55 ** i;
    const angle = chance.between(0, 2 * Math.PI, 'hills', i);
    return {
      kLat: (2 * Math.PI * Math.cos(angle)) / lengthDeg,
      kLon: (2 * Math.PI * Math.sin(angle)) / (lengthDeg * 1.55),
      phase: chance.between(0, 2 * Math.PI, 'phase', i),
      heightM: 90 / 1.5 ** i,
    };
  });
  return ({ lat, lon }) =>
    waves.reduce(
      (sum, wave) => sum + wave.heightM * Math.sin(wave.kLat * lat + wave.kLon * lon + wave.phase),
      320,
    );
}

const POINT_M = 500;
const KMH = 1 / 3.6;
/** The ends of a road are town streets. */
const STREET_M = 2_500;
const MOTORWAY_FROM_M = 30_000;

/** A road that bends like a river, and comes out where it should. */
function layRoad(chance: Chance, from: Position, to: Position, heightOf: (at: Position) => number): Road {
  const lineM = distanceM(from, to);
  const pieces = Math.max(2, Math.ceil((lineM * 1.08) / POINT_M));
  const course = (bearingDeg(from, to) * Math.PI) / 180;
  const bends = [2, 3, 5, 9].map((waves, i) => ({
    waves,
    sideM: (lineM * 0.045 * chance.between(-1, 1, 'bend', i)) / (i + 1),
  }));
  const points = Array.from({ length: pieces + 1 }, (_, i): RoutePoint => {
    const ratio = i / pieces;
    const sideM = bends.reduce((sum, { waves, sideM: m }) => sum + m * Math.sin(Math.PI * waves * ratio), 0);
    const at = offset(
      between(from, to, ratio),
      sideM * Math.cos(course + Math.PI / 2),
      sideM * Math.sin(course + Math.PI / 2),
    );
    return { ...at, elevationM: Number(heightOf(at).toFixed(1)) };
  });
  const alongM = points.reduce<number[]>((sums, point, i) => {
    const before = points[i - 1];
    sums.push(before === undefined ? 0 : (sums[i - 1] ?? 0) + distanceM(before, point));
    return sums;
  }, []);
  const length = alongM.at(-1) ?? 0;
  const limitsMps = alongM.map((m) => limitAt(chance, m, length));
  const durationS = alongM.reduce(
    (sum, m, i) => sum + (m - (alongM[i - 1] ?? 0)) / (0.93 * (limitsMps[Math.max(0, i - 1)] ?? 14)),
    0,
  );
  const headingsDeg = points.map(
    (point, i) =>
      bearingDeg(points[Math.max(0, i - 1)] as RoutePoint, points[Math.max(1, i)] as RoutePoint) ||
      (i === 0 ? bearingDeg(point, to) : 0),
  );
  return {
    points,
    alongM,
    limitsMps,
    headingsDeg,
    distanceM: length,
    plannedMps: length / Math.max(1, durationS),
  };
}

function limitAt(chance: Chance, alongM: number, lengthM: number): number {
  const endM = Math.min(alongM, lengthM - alongM);
  if (endM < STREET_M) return 45 * KMH;
  // Every few kilometres of country road a village; every so often works on the motorway.
  const piece = Math.floor(alongM / 3_000);
  if (lengthM < MOTORWAY_FROM_M || endM < 3 * STREET_M)
    return (chance.happens(0.25, 'village', piece) ? 50 : 82) * KMH;
  return (
    (chance.happens(0.08, 'works', piece)
      ? 80
      : chance.happens(0.3, 'slow', Math.floor(piece / 4))
        ? 105
        : 122) * KMH
  );
}

const M_PER_DEG = 111_195;

function offset(at: Position, northM: number, eastM: number): Position {
  const lat = at.lat + northM / M_PER_DEG;
  return { lat: round(lat), lon: round(at.lon + eastM / (M_PER_DEG * Math.cos((lat * Math.PI) / 180))) };
}

const round = (deg: number): number => Number(deg.toFixed(6));

/** Where a road leads at `alongM`; `index` is the last point passed. */
export function placeOn(
  road: Road,
  alongM: number,
  from = 0,
): { readonly index: number; readonly ratio: number } {
  let index = from;
  while (index + 2 < road.alongM.length && (road.alongM[index + 1] ?? 0) <= alongM) index++;
  const startM = road.alongM[index] ?? 0;
  const pieceM = (road.alongM[index + 1] ?? startM + 1) - startM;
  return { index, ratio: Math.min(1, Math.max(0, (alongM - startM) / Math.max(1e-6, pieceM))) };
}

/** The point of a road at `alongM`. */
export function pointOn(road: Road, alongM: number): Position & { readonly elevationM: number } {
  const { index, ratio } = placeOn(road, alongM);
  const a = road.points[index] as RoutePoint;
  const b = road.points[index + 1] ?? a;
  const elevationM = (a.elevationM ?? 0) + ((b.elevationM ?? 0) - (a.elevationM ?? 0)) * ratio;
  return { ...between(a, b, ratio), elevationM };
}
