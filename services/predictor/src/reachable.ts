import type { ChargerOnRoute } from '@outrider/domain';
import { prepareForecast } from '@outrider/energy';
import { carStateOf, type Situation } from './outlook.ts';
import type { RouteView } from './route-view.ts';

/** A charger before the horizon: where the car leaves the road for it, and how surely it gets there. */
export interface ReachableCharger {
  readonly charger: ChargerOnRoute;
  /** Road from the car to the charger, the detour's first half included. */
  readonly distanceM: number;
  /** Road from the car to where it leaves the route; negative when that is behind it. */
  readonly exitM: number;
  readonly belowReserveProbability: number;
}

/** A charger counts as reachable when the reserve holds there nine times in ten. */
const SURE = 0.1;

/**
 * Chargers on the stretch being driven, in the order they are passed. Those of later stretches follow a stop
 * and are judged there. `lastExitM` is the point of no return: the last exit that still leads to one.
 */
export function reachableChargers(
  situation: Situation,
  view: RouteView,
  to: number,
): { readonly reachable: readonly ReachableCharger[]; readonly lastExitM: number | null } {
  const progress = situation.memory.progress;
  const at = progress?.stretch ?? 0;
  const stretch = at <= to ? view.stretches[at] : undefined;
  if (stretch === undefined) return { reachable: [], lastExitM: null };
  const fromM = Math.min(progress?.alongM ?? 0, stretch.prefix.lengthM);
  const state = carStateOf(situation);
  const reforecast = prepareForecast(situation.car, stretch.prefix);
  let lastExitM: number | null = null;
  const reachable: ReachableCharger[] = [];
  for (const charger of stretch.chargers) {
    const exitM = charger.alongM - fromM;
    if (exitM < 0) {
      lastExitM = exitM;
      continue;
    }
    // The detour is driven at the end of the way there; its energy is that of as much more road.
    const endM = Math.min(stretch.prefix.lengthM, charger.alongM + charger.detourM / 2);
    const { belowReserveProbability } = reforecast(fromM, endM, state, situation.reserveSocPct);
    if (belowReserveProbability < SURE) lastExitM = exitM;
    if (belowReserveProbability < SURE)
      reachable.push({ charger, distanceM: exitM + charger.detourM / 2, exitM, belowReserveProbability });
  }
  return { reachable, lastExitM };
}
