import type { Rate } from '../rates.ts';
import { type Facts, isTold, PASS, silent, type Verdict } from '../stage.ts';

/**
 * Too many interruptions make the next one unread: beyond the rates a warning is a silent card. A channel may
 * have rates of its own, as SMS do, which bind critical ones too, but for the first message of an alert.
 */
export const throttle = {
  name: 'throttle',
  decide(
    facts: Pick<
      Facts,
      | 'nowMs'
      | 'alertId'
      | 'channel'
      | 'severity'
      | 'saying'
      | 'history'
      | 'interruptedAtMs'
      | 'interruptedOn'
      | 'limits'
    >,
  ): Verdict {
    const { nowMs, limits } = facts;
    if (facts.saying !== 'interrupt') return PASS;
    const isCritical = facts.severity === 'critical';
    if (!isCritical && isOver(limits.rates, facts.interruptedAtMs, nowMs)) return silent('throttled');
    const isFirst = !facts.history.some((told) => told.alertId === facts.alertId && isTold(told));
    const rates = limits.channelRates[facts.channel];
    if (rates === undefined || (isCritical && isFirst)) return PASS;
    return isOver(rates, facts.interruptedOn(facts.channel), nowMs) ? silent('throttled') : PASS;
  },
};

const isOver = (rates: readonly Rate[], atMs: readonly number[], nowMs: number): boolean =>
  rates.some(
    ({ count, windowMs }) => atMs.filter((instantMs) => nowMs - instantMs < windowMs).length >= count,
  );
