import type { Problem, RemedySource, Simulated } from '../remedy.ts';
import { rankRemedies } from '../remedy.ts';
import type { Rule } from '../rule.ts';
import { chargeAt } from './charge-at.ts';
import { chargeLonger } from './charge-longer.ts';
import { holdSpeedRemedy } from './hold-speed.ts';
import { plugIn } from './plug-in.ts';
import { precondition } from './precondition.ts';
import { turnBack } from './turn-back.ts';

/** Every way to help. A new one is a file beside this, its test, and a line here. */
export const remedySources: readonly RemedySource[] = [
  chargeLonger,
  chargeAt,
  holdSpeedRemedy,
  plugIn,
  turnBack,
  precondition,
];

/** The remedies a rule may offer, each simulated for this problem, best first. */
export function simulateRemedies(problem: Problem, rule: Pick<Rule, 'remedies'>): Simulated[] {
  const simulated = remedySources
    .filter((source) => rule.remedies.includes(source.kind))
    .flatMap((source) => source.simulate(problem) ?? []);
  return rankRemedies(simulated, rule.remedies, problem.view.trip !== null);
}
