import { isDriving } from '@outrider/energy';
import type { LoadedRule, Verdict } from './rule.ts';
import type { Situation } from './situation.ts';

/**
 * Whether a car was last seen driving longer ago than a warning of this rule lives: nobody knows whether it still
 * drives. A car that stands may be silent for a night.
 */
export const isOutOfTouch = (
  { state, nowMs }: Pick<Situation, 'state' | 'nowMs'>,
  { expiresAfterS }: Pick<LoadedRule, 'expiresAfterS'>,
): boolean => isDriving(state) && nowMs - state.observedToMs > expiresAfterS * 1000;

/**
 * What a rule says of a car out of touch: nothing, and what it said before is held or ended as the rule has it for
 * unknown. So an old recording that ends on the road warns nobody today.
 */
export const outOfTouch = (verdict: Verdict): Verdict => ({
  when: 'unknown',
  clear: 'unknown',
  levels: verdict.levels.map(({ severity }) => ({ severity, when: 'unknown', until: 'unknown' })),
});
