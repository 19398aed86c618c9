import {
  type Facts,
  isStepUp,
  isTold,
  PASS,
  severityRank,
  silent,
  suppress,
  type Verdict,
} from '../stage.ts';

/**
 * After "no, thanks" a person does not hear the same advice again, and after "on it" it is a silent card, unless it
 * got worse: more probable by a step, or graver than anything that was answered.
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
      | 'interrupts'
      | 'probability'
      | 'answer'
      | 'history'
      | 'saying'
      | 'limits'
    >,
  ): Verdict {
    const { answer, limits } = facts;
    if (answer === undefined || facts.saying === 'resolve') return PASS;
    if (facts.nowMs - answer.atMs >= limits.declineLastsMs) return PASS;
    if (isStepUp(answer.probability, facts.probability ?? 0, limits.declineStep)) return PASS;
    const answeredRank = Math.max(
      0,
      ...facts.history
        .filter((told) => told.ruleId === facts.ruleId && told.subject === facts.subject)
        .filter((told) => isTold(told) && told.atMs <= answer.atMs)
        .map((told) => severityRank(told.severity)),
    );
    if (facts.severity === 'critical' && answeredRank < severityRank('critical')) return PASS;
    if (answer.kind === 'declined') return suppress('declined');
    return facts.interrupts ? silent('on-it') : PASS;
  },
};
