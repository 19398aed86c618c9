import { quietUntilMs } from '../local-time.ts';
import { hold, PASS, type SendFacts, type Verdict } from '../stage.ts';

/**
 * Warnings wait for the end of the person's quiet hours, unless by then it is too late. Critical ones and
 * silent cards pass, and so does everything to somebody who is known to drive: they are awake.
 */
export const quietHours = {
  name: 'quiet-hours',
  decide(
    facts: Pick<
      SendFacts,
      'nowMs' | 'recipient' | 'severity' | 'interrupts' | 'driving' | 'expiresAtMs' | 'deadlineAtMs'
    >,
  ): Verdict {
    if (!facts.interrupts || facts.severity === 'critical' || facts.driving.kind === 'moving') return PASS;
    const { timeZone, quietFromMinute, quietToMinute } = facts.recipient ?? {};
    if (timeZone === undefined || quietFromMinute == null || quietToMinute == null) return PASS;
    const untilMs = quietUntilMs(facts.nowMs, timeZone, quietFromMinute, quietToMinute);
    if (untilMs === undefined) return PASS;
    const usefulUntilMs = Math.min(facts.expiresAtMs, facts.deadlineAtMs ?? Number.POSITIVE_INFINITY);
    return usefulUntilMs <= untilMs ? PASS : hold('quiet-hours', untilMs);
  },
};
