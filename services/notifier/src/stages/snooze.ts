import { type Facts, isTold, PASS, severityRank, suppress, type Verdict } from '../stage.ts';

/**
 * After "no, thanks" the same advice stays silent unless it got worse: more probable by a step, or graver
 * than anything that was declined.
 */
export const snooze = {
  name: 'snooze',
  decide(
    facts: Pick<
      Facts,
      | 'nowMs'
      | 'ruleId'
      | 'subject'
      | 'severity'
      | 'probability'
      | 'decline'
      | 'history'
      | 'saying'
      | 'limits'
    >,
  ): Verdict {
    const { decline, limits } = facts;
    if (decline === undefined || facts.saying === 'resolve') return PASS;
    if (facts.nowMs - decline.atMs >= limits.declineLastsMs) return PASS;
    // A tolerance: 0.65 − 0.5 is not quite 0.15 in binary.
    if ((facts.probability ?? 0) - decline.probability >= limits.declineStep - 1e-9) return PASS;
    const declinedRank = Math.max(
      0,
      ...facts.history
        .filter((told) => told.ruleId === facts.ruleId && told.subject === facts.subject)
        .filter((told) => isTold(told) && told.atMs <= decline.atMs)
        .map((told) => severityRank(told.severity)),
    );
    if (facts.severity === 'critical' && declinedRank < severityRank('critical')) return PASS;
    return suppress('declined');
  },
};
