import { distanceM, type Position, polylineM } from '@outrider/domain';
import { ProviderUnavailable } from '../provider.ts';
import type { Route } from './route-provider.ts';

/** Decimal places of a polyline6. */
const UNITS_PER_DEGREE = 1e6;
/** From here on the road is not the one that was asked for. */
const SNAPPED_M = 5_000;
/** No snapping explains this: another precision, another order, another unit. */
const ABSURD_M = 100_000;

/**
 * Points of an encoded polyline with six decimal places, latitude first.
 * Source: Google's encoded polyline algorithm format, with the factor 1e6.
 * @throws ProviderUnavailable `bad-payload` for text that is none, or places that are not on Earth
 */
export function decodeShape(provider: string, text: string): readonly Position[] {
  const points: Position[] = [];
  let [lat, lon, at] = [0, 0, 0];
  const next = (): number => {
    let [value, shift] = [0, 0];
    for (;;) {
      const bits = text.charCodeAt(at++) - 63;
      if (Number.isNaN(bits) || bits < 0 || bits > 63 || shift > 30) throw unusable(provider, 'no polyline');
      value += (bits % 32) * 2 ** shift;
      shift += 5;
      if (bits < 32) return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    }
  };
  while (at < text.length) {
    lat += next();
    lon += next();
    const point = { lat: lat / UNITS_PER_DEGREE, lon: lon / UNITS_PER_DEGREE };
    if (Math.abs(point.lat) > 90 || Math.abs(point.lon) > 180)
      throw unusable(provider, 'a line that leaves the Earth: is its precision six?');
    points.push(point);
  }
  return points;
}

/**
 * The route, if it leads from where to where it was asked for and is about as long as its line.
 * @throws ProviderUnavailable `no-data` when the nearest road is kilometres away, `bad-payload` for nonsense
 */
export function checkedRoute(provider: string, route: Route, from: Position, to: Position): Route {
  const [first, last] = [route.points[0], route.points.at(-1)];
  if (first === undefined || last === undefined || route.points.length < 2)
    throw unusable(provider, 'a line without points');
  const awayM = Math.max(distanceM(first, from), distanceM(last, to));
  if (awayM > ABSURD_M) throw unusable(provider, 'a road somewhere else: precision or order are wrong');
  if (awayM > SNAPPED_M)
    throw new ProviderUnavailable(provider, `the nearest road is ${Math.round(awayM / 1000)} km away`, {
      kind: 'no-data',
    });
  const lineM = polylineM(route.points);
  if (route.distanceM < lineM * 0.9 - 100 || route.distanceM > lineM * 1.5 + 100)
    throw unusable(provider, 'a length that is not that of its line');
  return route;
}

/** From a place to itself: no way, no time, and nobody needs to be asked. */
export const noWay = (place: Position): Route => ({
  points: [place, place],
  distanceM: 0,
  durationS: 0,
  source: 'provider',
});

/**
 * Speeds that take `durationS` in all: what roads allow, or pieces' times without turns, are less than that.
 * Undefined when one of them is no speed.
 */
export function scaledSpeeds(
  points: readonly Position[],
  speedsMps: readonly number[],
  durationS: number,
): readonly number[] | undefined {
  if (speedsMps.some((speed) => !(speed > 0))) return undefined;
  const tookS = speedsMps.reduce(
    (sum, speed, i) => sum + distanceM(points[i] as Position, points[i + 1] as Position) / speed,
    0,
  );
  return durationS > 0 && tookS > 0 ? speedsMps.map((speed) => (speed * tookS) / durationS) : undefined;
}

const unusable = (provider: string, what: string): ProviderUnavailable =>
  new ProviderUnavailable(provider, `the answer is ${what}`, { kind: 'bad-payload' });
