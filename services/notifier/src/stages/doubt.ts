import { DOUBTS_IN_A_ROW } from '@outrider/domain';
import { type Facts, isStepUp, PASS, silent, type Verdict } from '../stage.ts';

/**
 * A rule whose warnings a person called not useful twice in a row speaks aloud to them only from a step above what
 * they called so, or when it is critical; else it is a silent card. What they act on ends that, and so does time.
 */
export const doubt = {
  name: 'doubt',
  decide({
    nowMs,
    severity,
    interrupts,
    probability,
    doubts,
    saying,
    limits,
  }: Pick<
    Facts,
    'nowMs' | 'severity' | 'interrupts' | 'probability' | 'doubts' | 'saying' | 'limits'
  >): Verdict {
    if (doubts === undefined || doubts.times < DOUBTS_IN_A_ROW || !interrupts || saying === 'resolve')
      return PASS;
    if (severity === 'critical' || nowMs - doubts.atMs >= limits.doubtLastsMs) return PASS;
    return isStepUp(doubts.probability, probability ?? 0, limits.declineStep) ? PASS : silent('not-useful');
  },
};
