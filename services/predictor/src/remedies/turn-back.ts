import { distanceM } from '@outrider/domain';
import {
  bandOf,
  carStateOf,
  forecastArrival,
  freshPosition,
  isDriving,
  roadM,
  roundProbability,
  stagesTo,
  undrawnRoad,
} from '@outrider/energy';
import type { Problem, RemedySource } from '../remedy.ts';

const ROAD_FACTOR = 1.3;
const BACK_MPS = 22;
/** Closer than this there is nothing to turn back to. */
const HERE_M = 2_000;
/** Further back than this share of the road ahead, turning back is no advice. */
const BACK_RATIO = 0.5;

/** Go back to a place that can still be reached: home, or the last charging place that was passed. */
export const turnBack: RemedySource = {
  kind: 'turn-back',
  simulate(problem) {
    const { situation } = problem;
    const place = isDriving(situation.state) ? placeBehind(problem) : null;
    if (place === null || place.roadM < HERE_M || !isShortOf(problem, place.roadM)) return null;
    const prefix = undrawnRoad(situation, place.roadM, BACK_MPS);
    const arrival = forecastArrival({
      prefix,
      fromM: 0,
      toM: place.roadM,
      car: situation.car,
      state: carStateOf(situation),
    });
    return {
      remedy: {
        kind: 'turn-back',
        ...(place.locationId === undefined ? {} : { locationId: place.locationId }),
        name: place.name,
        distanceM: place.roadM,
        arrivalSocPct: bandOf(arrival.soc),
        belowReserveProbability: roundProbability(arrival.probabilityBelow(situation.reserveSocPct)),
      },
    };
  },
};

/** Without a plan the way back is the way: it always counts. */
function isShortOf({ situation, view, to }: Problem, backM: number): boolean {
  return view.trip === null || backM <= BACK_RATIO * roadM(stagesTo(situation, view, to));
}

function placeBehind({
  situation,
  view,
}: Problem): { readonly name: string; readonly locationId?: string; readonly roadM: number } | null {
  const position = freshPosition(situation.state, situation.nowMs);
  const home = view.conditions.home;
  const progress = situation.memory.progress;
  const stretch = view.trip === null ? undefined : view.stretches[progress?.stretch ?? 0];
  const passed = stretch?.chargers.filter((charger) => charger.alongM < (progress?.alongM ?? 0)).at(-1);
  const places = [
    ...(position === undefined || home === undefined
      ? []
      : [{ name: 'home', roadM: distanceM(position, home) * ROAD_FACTOR }]),
    ...(passed === undefined
      ? []
      : [
          {
            name: passed.name,
            locationId: passed.locationId,
            roadM: (progress?.alongM ?? 0) - passed.alongM + passed.detourM / 2,
          },
        ]),
  ];
  return places.toSorted((a, b) => a.roadM - b.roadM)[0] ?? null;
}
