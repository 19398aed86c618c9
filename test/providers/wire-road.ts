import { between, distanceM, type Position } from '@outrider/domain';
import { type Line, pointAlong, projectOn, type Scenario } from '@outrider/standalone';

// The roads of a drive in the words of Valhalla and OSRM.

/** A way along a line of the drive, in pieces. */
interface Way {
  readonly points: readonly (Position & { readonly elevationM?: number })[];
  readonly lengthM: number;
  readonly speedMps: number;
}

/** Ends of a line this near to a place lead there; whoever is this near to it is on it. */
const END_M = 1_500;
const BESIDE_M = 3_000;
/** Where a drive has no road of its own. */
const ELSEWHERE = { bendRatio: 1.25, speedMps: 18 };
const PIECE_M = 2_000;
/** Real roads are driven neither at one speed nor at two; so much above and below the mean stands for that. */
const SPEED_SPREAD = 0.25;

/** The drive's own road from where the car is to where it wants to go; a plain one where it has none. */
function wayBetween(scenario: Scenario, from: Position, to: Position): Way {
  for (const { id, line } of scenario.routes) {
    for (const [startM, endM] of [
      [projectOn(line, from), line.distanceM],
      [projectOn(line, from), 0],
    ] as const) {
      const end = pointAlong(line, endM);
      if (startM.offM > BESIDE_M || distanceM(end, to) > END_M) continue;
      if (Math.abs(endM - startM.alongM) > 0)
        return along(line, startM.alongM, endM, from, to, speedOn(scenario, id));
    }
  }
  const lengthM = distanceM(from, to) * ELSEWHERE.bendRatio;
  return {
    points: inPieces(lengthM, (share) => between(from, to, share)),
    lengthM,
    speedMps: ELSEWHERE.speedMps,
  };
}

function along(line: Line, fromM: number, toM: number, from: Position, to: Position, speedMps: number): Way {
  const lengthM = Math.abs(toM - fromM);
  const points = inPieces(lengthM, (share) => pointAlong(line, fromM + (toM - fromM) * share));
  const height = (point: Way['points'][number] | undefined) =>
    point?.elevationM === undefined ? {} : { elevationM: point.elevationM };
  return {
    points: [{ ...from, ...height(points[0]) }, ...points.slice(1, -1), { ...to, ...height(points.at(-1)) }],
    lengthM,
    speedMps,
  };
}

function inPieces<T>(lengthM: number, at: (share: number) => T): T[] {
  const pieces = Math.max(2, 2 * Math.round(lengthM / PIECE_M / 2));
  return Array.from({ length: pieces + 1 }, (_, i) => at(i / pieces));
}

const speedOn = (scenario: Scenario, routeId: string): number =>
  scenario.plans.flatMap(({ stops }) => stops).find(({ route }) => route.id === routeId)?.speedMps ??
  ELSEWHERE.speedMps;

/** Seconds on each piece: pieces in turn slower and faster, the whole at the mean. */
function secondsOn({ points, lengthM, speedMps }: Way): number[] {
  const pieceM = lengthM / (points.length - 1);
  const raw = points
    .slice(1)
    .map((_, i) => pieceM / (speedMps * (1 + (i % 2 === 0 ? SPEED_SPREAD : -SPEED_SPREAD))));
  const sum = raw.reduce((total, one) => total + one, 0);
  return raw.map((one) => (one * (lengthM / speedMps)) / sum);
}

/** `/route/v1/driving/lon,lat;lon,lat` */
export function osrmAnswer(scenario: Scenario, path: string): unknown {
  const [from, to] = (path.split('/').at(-1) ?? '').split(';').map((pair) => {
    const [lon, lat] = pair.split(',').map(Number);
    return { lat: lat ?? Number.NaN, lon: lon ?? Number.NaN };
  }) as [Position, Position];
  const way = wayBetween(scenario, from, to);
  const duration = secondsOn(way);
  const distance = duration.map(() => way.lengthM / duration.length);
  return {
    code: 'Ok',
    routes: [
      {
        distance: way.lengthM,
        duration: way.lengthM / way.speedMps,
        geometry: polyline6(way.points),
        legs: [{ annotation: { distance, duration } }],
      },
    ],
  };
}

interface Asked {
  readonly locations?: readonly Position[];
  readonly sources?: readonly Position[];
  readonly targets?: readonly Position[];
  readonly shape?: readonly Position[];
  readonly encoded_polyline?: string;
}

const HEIGHT_EVERY_M = 30;

/** The actions `route`, `sources_to_targets` and `height`; it never finds its own line again, as happens. */
export function valhallaAnswer(
  scenario: Scenario,
  path: string,
  body: string,
): { status?: number; body: unknown } {
  const { locations, sources = [], targets = [], shape = [] }: Asked = JSON.parse(body);
  if (path === '/height') return { body: { height: shape.map((place) => heightAt(scenario, place)) } };
  if (path === '/sources_to_targets') {
    const rows = sources.map((from) => targets.map((to) => pairOf(scenario, from, to)));
    return { body: { units: 'kilometers', sources_to_targets: rows } };
  }
  const [from, to] = locations ?? [];
  if (path !== '/route' || from === undefined || to === undefined)
    return {
      status: 400,
      body: { error_code: 443, error: 'Exact route match algorithm failed to find path' },
    };
  return { body: { trip: tripOf(wayBetween(scenario, from, to)) } };
}

function tripOf(way: Way) {
  const seconds = secondsOn(way);
  const summary = { length: way.lengthM / 1000, time: way.lengthM / way.speedMps };
  const heights = heightsOn(way);
  return {
    units: 'kilometers',
    summary,
    legs: [
      {
        shape: polyline6(way.points),
        ...(heights === undefined ? {} : { elevation_interval: HEIGHT_EVERY_M, elevation: heights }),
        maneuvers: seconds.map((time, i) => ({
          ...{ length: way.lengthM / 1000 / seconds.length, time },
          ...{ begin_shape_index: i, end_shape_index: i + 1 },
        })),
      },
    ],
  };
}

function heightsOn({ points, lengthM }: Way): number[] | undefined {
  if (points.some(({ elevationM }) => elevationM === undefined)) return undefined;
  return Array.from({ length: Math.floor(lengthM / HEIGHT_EVERY_M) + 1 }, (_, i) => {
    const at = ((i * HEIGHT_EVERY_M) / lengthM) * (points.length - 1);
    const [before, after] = [points[Math.floor(at)], points[Math.ceil(at)]];
    const [low, high] = [before?.elevationM ?? 0, after?.elevationM ?? 0];
    return low + (high - low) * (at - Math.floor(at));
  });
}

function heightAt({ routes }: Scenario, place: Position): number | null {
  const [nearest] = routes
    .map(({ line }) => ({ line, ...projectOn(line, place) }))
    .sort((a, b) => a.offM - b.offM);
  return nearest === undefined ? null : (pointAlong(nearest.line, nearest.alongM).elevationM ?? null);
}

function pairOf(scenario: Scenario, from: Position, to: Position) {
  const { lengthM, speedMps } = wayBetween(scenario, from, to);
  return { distance: lengthM / 1000, time: lengthM / speedMps };
}

/** Google's encoded polyline algorithm format with six decimal places, latitude first. */
function polyline6(points: readonly Position[]): string {
  const units = points.map(({ lat, lon }) => [Math.round(lat * 1e6), Math.round(lon * 1e6)] as const);
  return units
    .flatMap(([lat, lon], i) => [lat - (units[i - 1]?.[0] ?? 0), lon - (units[i - 1]?.[1] ?? 0)])
    .map((step) => chunksOf(step < 0 ? -2 * step - 1 : 2 * step))
    .join('');
}

const chunksOf = (value: number): string =>
  value < 32
    ? String.fromCharCode(value + 63)
    : String.fromCharCode((value % 32) + 95) + chunksOf(Math.floor(value / 32));
