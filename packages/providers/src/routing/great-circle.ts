import { distanceM, kmhToMps } from '@outrider/domain';
import type { RouteProvider } from './route-provider.ts';

/** Roads are longer than the great circle: 1.2–1.4 in most countries; the middle, on the safe side. */
export const ROAD_FACTOR = 1.3;
/** Mean speed of a mixed drive when nobody knows the roads. */
const MIXED_SPEED_MPS = kmhToMps(70);

/** The floor that always answers: the straight line times 1.3, flat, at a mixed speed. Flagged as such. */
export const greatCircle: RouteProvider = {
  name: 'great-circle',
  async route(from, to) {
    const roadM = distanceM(from, to) * ROAD_FACTOR;
    return {
      points: [from, to],
      distanceM: roadM,
      durationS: roadM / MIXED_SPEED_MPS,
      source: 'great-circle',
    };
  },
};
