import { besideLine, type ChargingLocation, type ConnectorStandard, type Position } from '@outrider/domain';
import { type ChargerIndex, chargerIndex, type RoadPiece } from '@outrider/providers';
import { seededRandom } from '@outrider/runtime';

export interface ProvidersFigures {
  readonly stations: number;
  readonly buildMs: number;
  readonly roadM: number;
  readonly vertices: number;
  /** Found in the corridor of the road. */
  readonly found: number;
  readonly corridorMs: number;
  /** Of all corridors measured. */
  readonly corridorSlowestMs: number;
  readonly aroundMs: number;
  /** Stations compared one by one with every piece of road, and those of them found in the corridor. */
  readonly compared: number;
  readonly comparedInside: number;
  /** All stations tried against all pieces of road, extrapolated from those compared. */
  readonly bruteMs: number;
  readonly bruteToIndexRatio: number;
}

const STATIONS = 250_000;
const CITIES = 400;
const SAMPLE = 3_000;
const BESIDE_ROAD = 400;
const VERTICES = 6_000;
const ROAD_M = 700_000;
const CORRIDOR_M = 5_000;
const MOST_MS = 10;
const NOW_MS = Date.UTC(2026, 0, 15, 12);
const FAST: ReadonlySet<ConnectorStandard> = new Set(['IEC_62196_T2_COMBO']);
/** A plug that only the compared stations have: the answer then holds them and nobody else. */
const COMPARED: ReadonlySet<ConnectorStandard> = new Set(['MCS']);

/**
 * Corridors of roads of 700 km through 250,000 stations, clustered as cities are, over Europe.
 * @throws when the index finds other stations than trying all of a sample, or takes longer than it may
 */
export function measureProviders(queries: number): ProvidersFigures {
  const random = seededRandom(5);
  const road = roadFrom({ lat: 45, lon: 2 }, random);
  const end = { lat: 48.7, lon: 10.5 };
  const pieces = piecesOf(road);
  const locations = stationsOf(pieces, random);
  const startedMs = performance.now();
  const index = chargerIndex(locations);
  const buildMs = performance.now() - startedMs;
  const { bruteMs, inside } = compare(index, locations, pieces, end);
  const times: number[] = [];
  let found = 0;
  for (let i = 0; i < queries; i++) {
    const fromMs = performance.now();
    found = index.alongRoute(pieces, end, CORRIDOR_M, FAST, NOW_MS).length;
    times.push(performance.now() - fromMs);
  }
  const aroundTimes = Array.from({ length: queries }, (_, i) => {
    const fromMs = performance.now();
    index.around(pieces[(i * 37) % pieces.length] as Position, 150_000, 40, FAST, NOW_MS);
    return performance.now() - fromMs;
  });
  const corridorMs = median(times);
  if (corridorMs > MOST_MS)
    throw new Error(`a corridor takes ${corridorMs.toFixed(1)} ms, ${MOST_MS} ms is the most it may`);
  return {
    ...{ stations: STATIONS, buildMs, roadM: ROAD_M, vertices: VERTICES, found, corridorMs },
    corridorSlowestMs: Math.max(...times),
    aroundMs: median(aroundTimes),
    ...{ compared: SAMPLE, comparedInside: inside, bruteMs },
    bruteToIndexRatio: bruteMs / corridorMs,
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** A road that winds: to the north-east with a sway. */
function roadFrom(start: Position, random: () => number): readonly Position[] {
  let sway = 0;
  return Array.from({ length: VERTICES }, (_, i) => {
    sway = 0.98 * sway + (random() - 0.5) * 0.01;
    const ratio = i / VERTICES;
    return { lat: start.lat + 3.7 * ratio + sway, lon: start.lon + 8.5 * ratio - sway };
  });
}

const piecesOf = (road: readonly Position[]): readonly RoadPiece[] =>
  road.map((place) => ({ ...place, distanceM: ROAD_M / VERTICES }));

function stationsOf(pieces: readonly RoadPiece[], random: () => number): readonly ChargingLocation[] {
  const normal = () => random() + random() + random() - 1.5;
  const cities = Array.from({ length: CITIES }, () => ({ lat: 36 + 24 * random(), lon: -9 + 33 * random() }));
  return Array.from({ length: STATIONS }, (_, i) => {
    const isBeside = i < BESIDE_ROAD;
    const centre = isBeside
      ? (pieces[Math.floor(random() * pieces.length)] as Position)
      : (cities[Math.floor(random() * CITIES)] as Position);
    const spread = isBeside ? 0.15 : 0.6;
    const place = { lat: centre.lat + normal() * spread, lon: centre.lon + normal() * spread };
    return stationAt(`s${i}`, place, i < SAMPLE);
  });
}

function stationAt(locationId: string, place: Position, isCompared: boolean): ChargingLocation {
  const fast = { standard: 'IEC_62196_T2_COMBO', powerType: 'DC', maxPowerKw: 150 } as const;
  const compared = { standard: 'MCS', powerType: 'DC', maxPowerKw: 1_000 } as const;
  const connectors = isCompared ? [fast, compared] : [fast];
  return {
    locationId,
    name: locationId,
    ...place,
    source: 'bench',
    lastUpdatedAtMs: NOW_MS,
    evses: [{ uid: locationId, status: 'UNKNOWN', connectors, lastUpdatedAtMs: NOW_MS }],
  };
}

/** @throws when a compared station is found and should not be, or the other way round */
function compare(
  index: ChargerIndex,
  locations: readonly ChargingLocation[],
  pieces: readonly RoadPiece[],
  end: Position,
): { readonly bruteMs: number; readonly inside: number } {
  const fromMs = performance.now();
  const inside = locations.slice(0, SAMPLE).filter((station) => isInside(station, pieces, end));
  const bruteMs = ((performance.now() - fromMs) * locations.length) / SAMPLE;
  const wanted = inside.map(({ locationId }) => locationId).toSorted();
  const found = index
    .alongRoute(pieces, end, CORRIDOR_M, COMPARED, NOW_MS)
    .map(({ locationId }) => locationId)
    .toSorted();
  if (wanted.length === 0 || wanted.join() !== found.join())
    throw new Error(`the index finds ${found.length} of the compared stations, trying all ${wanted.length}`);
  return { bruteMs, inside: inside.length };
}

/** Every piece of road, near or not. */
function isInside(station: Position, pieces: readonly RoadPiece[], end: Position): boolean {
  let awayM = Number.POSITIVE_INFINITY;
  for (let i = 0; i < pieces.length; i++)
    awayM = Math.min(awayM, besideLine(station, pieces[i] as Position, pieces[i + 1] ?? end).awayM);
  return awayM <= CORRIDOR_M;
}
