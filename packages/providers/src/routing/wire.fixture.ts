import { between, distanceM, type Position } from '@outrider/domain';

// Straight roads in the words of Valhalla and OSRM. For tests only.

/** Points of a line as a polyline with `digits` decimal places, latitude first. */
export function encodeShape(points: readonly Position[], digits = 6): string {
  let [lat, lon, text] = [0, 0, ''];
  const put = (value: number): void => {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    for (; rest >= 32; rest = Math.floor(rest / 32)) text += String.fromCharCode((rest % 32) + 32 + 63);
    text += String.fromCharCode(rest + 63);
  };
  for (const point of points) {
    const [nextLat, nextLon] = [Math.round(point.lat * 10 ** digits), Math.round(point.lon * 10 ** digits)];
    put(nextLat - lat);
    put(nextLon - lon);
    [lat, lon] = [nextLat, nextLon];
  }
  return text;
}

export interface StraightRoad {
  readonly points: readonly Position[];
  readonly lengthsM: readonly number[];
  readonly roadM: number;
}

/** Ten pieces of a straight line. */
export function straightRoad(from: Position, to: Position): StraightRoad {
  const points = Array.from({ length: 11 }, (_, i) => between(from, to, i / 10));
  const lengthsM = points.slice(1).map((point, i) => distanceM(points[i] as Position, point));
  return { points, lengthsM, roadM: lengthsM.reduce((sum, one) => sum + one, 0) };
}
