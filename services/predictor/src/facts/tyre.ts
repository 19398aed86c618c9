import { SIGNAL, SIGNALS } from '@outrider/domain';
import { flagAt } from '@outrider/energy';
import { known, knownOr, motionFacts } from '../fact.ts';
import type { Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';
import { lostKpa, SAME_MOMENT_MS, TYRES } from '../tyre-air.ts';

/** What a tyre should have where nothing else says so, kPa: the reference of standard load tyres (ETRTO). */
const USUAL_KPA = 250;
const MAX_AGE_MS = (SIGNALS[SIGNAL.tireFrontLeft]?.maxAgeS ?? 0) * 1000;

/** Each tyre by its place, also while nothing is known of it. */
export function tyreSubjects(situation: Situation): Subject[] {
  const motion = motionFacts(situation);
  return TYRES.map((tyre) => ({
    subject: tyre.name,
    facts: { ...motion, ...pressureFacts(situation, tyre) },
  }));
}

function pressureFacts(situation: Situation, { name, path, isLow }: (typeof TYRES)[number]): Facts {
  const { state, memory, nowMs } = situation;
  const airs = memory.tyresAir ?? {};
  const air = airs[name];
  const isFresh = air !== undefined && nowMs - air.atMs <= MAX_AGE_MS;
  const kpa = state.latest[path]?.value;
  const shouldKpa = shouldHaveKpa(situation, name);
  const missingKpa = isFresh ? shouldKpa - air.kpaAt20C : null;
  const why = 'no pressure was told within a day';
  return {
    tyre: known(name),
    saysTyreIsLow: known(flagAt(state, isLow)),
    tellsPressure: known(air !== undefined),
    tyreKpa: isFresh && typeof kpa === 'number' ? known(kpa) : knownOr(null, why),
    tyreMissingKpa: knownOr(missingKpa, why),
    tyreMissingPct: knownOr(missingKpa === null ? null : (100 * missingKpa) / shouldKpa, why),
    tyreLostKpa: knownOr(isFresh ? lostKpa(airs, name) : null, 'there is nothing to compare it with'),
  };
}

/** By the label of the model where the weather is known; else what the tyre opposite has, which is as warm. */
function shouldHaveKpa({ memory, vehicle }: Situation, name: string): number {
  const { tyresAir = {} } = memory;
  const tyre = TYRES.find((one) => one.name === name);
  const air = tyre && tyresAir[tyre.name];
  if (air?.isTempKnown === true && vehicle.tyreColdKpa !== undefined) return vehicle.tyreColdKpa;
  const beside = tyre && tyresAir[tyre.beside];
  const isNear =
    air !== undefined && beside !== undefined && Math.abs(air.atMs - beside.atMs) <= SAME_MOMENT_MS;
  return isNear && beside.kpaAt20C > 0 ? beside.kpaAt20C : USUAL_KPA;
}
