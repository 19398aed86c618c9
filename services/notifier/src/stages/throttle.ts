import { type Facts, PASS, silent, type Verdict } from '../stage.ts';

/** Too many interruptions make the next one unread: beyond the rates a warning is a silent card. */
export const throttle = {
  name: 'throttle',
  decide(facts: Pick<Facts, 'nowMs' | 'severity' | 'saying' | 'interruptedAtMs' | 'limits'>): Verdict {
    if (facts.saying !== 'interrupt' || facts.severity === 'critical') return PASS;
    const isOver = facts.limits.rates.some(
      ({ count, windowMs }) =>
        facts.interruptedAtMs.filter((atMs) => facts.nowMs - atMs < windowMs).length >= count,
    );
    return isOver ? silent('throttled') : PASS;
  },
};
