import { forecastOf, isDriving, isPlugged, stagesTo, whyUnknown } from '@outrider/energy';
import { known, knownOr, motionFacts, unknown } from '../fact.ts';
import { nextPlannedCharge, type PlannedCharge } from '../planned-charger.ts';
import type { Facts, Subject } from '../rule.ts';
import type { Situation } from '../situation.ts';

/** The charger that the plan counts on next, with a way to go on from there. */
export function chargerSubjects(situation: Situation): Subject[] {
  const { view, state } = situation;
  if (view === null || view.trip === null || isPlugged(state)) return [];
  const charge = nextPlannedCharge(situation, view);
  return charge === undefined
    ? []
    : [
        {
          subject: charge.stretch.stopId,
          facts: { ...motionFacts(situation), ...chargerFacts(situation, charge) },
        },
      ];
}

function chargerFacts(situation: Situation, charge: PlannedCharge): Facts {
  const { state, memory } = situation;
  const { charger, stretch } = charge;
  const nobody = 'no source knows the charger of the plan';
  const plannedKw = stretch.planned?.powerKw;
  return {
    isUnderway:
      state.phase === null
        ? unknown('speed and gear are not known')
        : known(isDriving(state) && memory.progress?.atStop === null),
    plannedWorksProbability: knownOr(charger?.worksProbability, nobody),
    plannedFailsProbability: failsProbability(situation, charge),
    plannedPowerPct:
      charger === undefined || plannedKw === undefined
        ? unknown(charger === undefined ? nobody : 'the plan names no power')
        : known((100 * charger.maxPowerKw) / plannedKw),
    plannedChargerKw: knownOr(charger?.maxPowerKw, nobody),
  };
}

/** P(it cannot be used on arrival, and what is in the battery does not lead on with the reserve). */
function failsProbability(situation: Situation, { charger, onTo }: PlannedCharge) {
  const { view, reserveSocPct } = situation;
  const why = charger === undefined ? 'no source knows the charger of the plan' : whyUnknown(situation);
  if (why !== undefined || view === null || charger === undefined) return unknown(why ?? '');
  const plan = forecastOf(situation, stagesTo(situation, view, onTo));
  const missed = plan.worstBelow(reserveSocPct)?.probability;
  return knownOr(
    missed === undefined ? null : (1 - charger.worksProbability) * missed,
    'there is no road ahead',
  );
}
