import { isCharging, isDriving, isPlugged, type PlanForecast } from '@outrider/energy';
import type { Fact, Facts, FactValue } from './rule.ts';
import type { Situation } from './situation.ts';

export const known = (value: FactValue): Fact => ({ kind: 'known', value });
export const unknown = (reason: string): Fact => ({ kind: 'unknown', reason });
export const knownOr = (value: FactValue | null | undefined, reason: string): Fact =>
  value === null || value === undefined ? unknown(reason) : known(value);

/** What every scope may read. */
export function motionFacts(situation: Situation): Facts {
  const { state, nowMs, soc } = situation;
  const phase = state.phase;
  return {
    isDriving: phase === null ? unknown('speed and gear are not known') : known(isDriving(state)),
    isPlugged: known(isPlugged(state)),
    isCharging: known(isCharging(state)),
    socPct: knownOr(soc?.value, 'the charge is not known or too old'),
    parkedMinutes:
      phase === null
        ? unknown('speed and gear are not known')
        : known(phase.motion === 'standing' ? (nowMs - phase.sinceMs) / 60_000 : 0),
  };
}

/** Charge at the end of a plan, as facts. */
export function bandFacts(plan: PlanForecast): Facts {
  const arrival = plan.stops.at(-1)?.soc.quantilesPct;
  if (arrival === undefined) return unknownBand('there is no road ahead');
  return {
    arrivalSocPctP10: known(arrival.p10),
    arrivalSocPctP50: known(arrival.p50),
    arrivalSocPctP90: known(arrival.p90),
  };
}

export const unknownBand = (reason: string): Facts => ({
  arrivalSocPctP10: unknown(reason),
  arrivalSocPctP50: unknown(reason),
  arrivalSocPctP90: unknown(reason),
});
