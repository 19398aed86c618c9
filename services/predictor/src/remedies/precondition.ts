import { carStateOf, forecastPlan, isDriving, stagesTo } from '@outrider/energy';
import { outcomeOf, type RemedySource } from '../remedy.ts';
import { afterWarming } from '../warming.ts';

/** Warm the battery on the way to a fast charger; the energy for it comes out of the battery. */
export const precondition: RemedySource = {
  kind: 'precondition',
  simulate({ situation, view, to }) {
    // Before leaving it only costs: the plug that would pay for it is another remedy.
    const warmed = isDriving(situation.state) ? afterWarming(situation) : null;
    if (warmed === null) return null;
    const state = { ...carStateOf(situation), socPct: warmed.socPct };
    const plan = forecastPlan({ car: situation.car, state, stages: stagesTo(situation, view, to) });
    const outcome = outcomeOf(plan, situation.reserveSocPct);
    if (outcome === null) return null;
    const next = view.stretches[situation.memory.progress?.stretch ?? 0];
    const stopName = next?.planned?.kind === 'charge' ? { stopName: next.stopName } : {};
    return { remedy: { kind: 'precondition', minutes: warmed.minutes, ...stopName, ...outcome } };
  },
};
