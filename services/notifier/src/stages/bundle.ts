import { type Facts, isTold, PASS, severityRank, silent, type Verdict } from '../stage.ts';

/** Two alerts of one moment are one interruption: the second is a silent card beside the first. */
export const bundle = {
  name: 'bundle',
  decide(facts: Pick<Facts, 'nowMs' | 'alertId' | 'severity' | 'saying' | 'history' | 'limits'>): Verdict {
    if (facts.saying !== 'interrupt' || facts.severity === 'critical') return PASS;
    const isJoined = facts.history.some(
      (told) =>
        told.alertId !== facts.alertId &&
        told.interrupts &&
        isTold(told) &&
        Math.abs(facts.nowMs - told.atMs) < facts.limits.bundleWindowMs &&
        severityRank(told.severity) >= severityRank(facts.severity),
    );
    return isJoined ? silent('bundled') : PASS;
  },
};
