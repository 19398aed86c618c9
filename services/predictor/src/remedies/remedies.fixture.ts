import type { TripRemedy } from '@outrider/domain';
import { bandOf, carStateOf, forecastPlan, horizonOf, isDriving, type PlanStage } from '@outrider/energy';
import { expect } from 'vitest';
import { type CarOptions, NOW_MS, situation } from '../predictor.fixture.ts';
import type { Problem } from '../remedy.ts';

// Problems to be rescued, and what must hold for every remedy. For tests only.

export function problemOf(options: CarOptions = {}, nowMs = NOW_MS): Problem {
  const now = situation(options, nowMs);
  if (now.view === null) throw new Error('no road is known');
  const to = horizonOf(now.view, now.memory.progress?.stretch ?? 0, isDriving(now.state));
  return { situation: now, view: now.view, to };
}

/** P(below reserve) at the end of these stages, as the energy model says it of the car as it is. */
export function riskOf({ situation: now }: Problem, stages: readonly PlanStage[]): number {
  const plan = forecastPlan({ car: now.car, state: carStateOf(now), stages });
  return plan.worstBelow(now.reserveSocPct)?.probability ?? 0;
}

/** The remedy's promise is what the model says of doing it. */
export function expectPromise(
  remedy: TripRemedy,
  { situation: now }: Problem,
  stages: readonly PlanStage[],
): void {
  const plan = forecastPlan({ car: now.car, state: carStateOf(now), stages });
  const last = plan.stops.at(-1);
  if (last === undefined) throw new Error('nothing is driven');
  expect(remedy.arrivalSocPct).toEqual(bandOf(last.soc));
  expect(remedy.belowReserveProbability).toBeCloseTo(plan.worstBelow(now.reserveSocPct)?.probability ?? 0, 2);
}
