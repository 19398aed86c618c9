import type { LoadedRule, Verdict } from './rule.ts';
import type { Situation } from './situation.ts';

/**
 * What a rule may raise while the plan is only guessed: a card, which interrupts nobody. Once its driver confirms
 * it, the graver levels begin to count. What is about the car itself rests on no plan. Pure.
 */
export function withoutInterrupting(
  { view }: Pick<Situation, 'view'>,
  { scope }: Pick<LoadedRule, 'scope'>,
  verdict: Verdict,
): Verdict {
  if (view?.trip?.isGuess !== true || scope === 'vehicle' || scope === 'tyre') return verdict;
  return { ...verdict, levels: [{ severity: 'info', when: verdict.when, until: verdict.clear }] };
}
