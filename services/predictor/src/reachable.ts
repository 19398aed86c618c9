import type { ChargerOnRoute } from '@outrider/domain';
import {
  carStateOf,
  forecastOf,
  prepareForecast,
  type RoutePrefix,
  type RouteView,
  undrawnRoad,
} from '@outrider/energy';
import type { Situation } from './situation.ts';

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
export const SURE = 0.1;
/** A place that fails more often than not leads nowhere, and is no remedy. */
export const LEAST_WORKS_PROBABILITY = 0.5;
/** Speed on the way to a charger off the road, m/s. */
export const DETOUR_MPS = 15;

export interface ChargersAhead {
  /** Those the reserve surely reaches. */
  readonly reachable: readonly ReachableCharger[];
  /** All of them, those it may not reach as well. */
  readonly ahead: readonly ReachableCharger[];
  readonly lastExitM: number | null;
}

/**
 * Chargers on the stretch being driven that probably work, in the order they are passed. Those of later stretches follow a stop
 * and are judged there. `lastExitM` is the point of no return: the last exit that still leads to one.
 */
export function reachableChargers(situation: Situation, view: RouteView, to: number): ChargersAhead {
  const progress = situation.memory.progress;
  const at = progress?.stretch ?? 0;
  const stretch = at <= to ? view.stretches[at] : undefined;
  if (stretch === undefined) return { reachable: [], ahead: [], lastExitM: null };
  const fromM = Math.min(progress?.alongM ?? 0, stretch.prefix.lengthM);
  const state = carStateOf(situation);
  const reforecast = prepareForecast(situation.car, stretch.prefix);
  let lastExitM: number | null = null;
  const ahead: ReachableCharger[] = [];
  for (const charger of stretch.chargers) {
    if (charger.worksProbability < LEAST_WORKS_PROBABILITY) continue;
    const exitM = charger.alongM - fromM;
    if (exitM < 0) {
      lastExitM = exitM;
      continue;
    }
    // The detour is driven at the end of the way there; its energy is that of as much more road.
    const endM = charger.alongM + charger.detourM / 2;
    const belowReserveProbability =
      endM < stretch.prefix.lengthM + 1
        ? reforecast(fromM, Math.min(stretch.prefix.lengthM, endM), state, situation.reserveSocPct)
            .belowReserveProbability
        : riskBeyond(situation, stretch.prefix, fromM, endM);
    if (belowReserveProbability < SURE) lastExitM = exitM;
    ahead.push({ charger, distanceM: exitM + charger.detourM / 2, exitM, belowReserveProbability });
  }
  const reachable = ahead.filter((one) => one.belowReserveProbability < SURE);
  return { reachable, ahead, lastExitM };
}

/** The road ends before the detour does: the rest is road that nobody has drawn. */
function riskBeyond(situation: Situation, prefix: RoutePrefix, fromM: number, endM: number): number {
  const rest = undrawnRoad(situation, endM - prefix.lengthM, DETOUR_MPS);
  const plan = forecastOf(situation, [
    { kind: 'drive', prefix, fromM, toM: prefix.lengthM },
    { kind: 'drive', prefix: rest, fromM: 0, toM: rest.lengthM },
  ]);
  return plan.worstBelow(situation.reserveSocPct)?.probability ?? 1;
}
