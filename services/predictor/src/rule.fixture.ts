import type { Severity } from '@outrider/domain';
import type { Facts, LoadedRule, Scope, Truth } from './rule.ts';

// Rules for tests of what happens with their answers.

/** A rule about one number: a card at 0.1, a warning at 0.5, over below 0.05; all after `forS`. */
export function ruleOn(fact: string, scope: Scope, change: Partial<LoadedRule> = {}): LoadedRule {
  const judge = (facts: Facts) => {
    const known = facts[fact];
    const value = known?.kind === 'known' && typeof known.value === 'number' ? known.value : undefined;
    const is = (truth: boolean): Truth => (value === undefined ? 'unknown' : truth ? 'true' : 'false');
    const x = value ?? 0;
    const level = (severity: Severity, from: number) => ({
      severity,
      when: is(x >= from),
      until: is(x < from / 2),
    });
    return { when: is(x >= 0.1), clear: is(x < 0.05), levels: [level('info', 0), level('warning', 0.5)] };
  };
  return {
    id: 'test-rule',
    version: 'v1',
    about: 'A rule about one number.',
    owner: 'outrider',
    scope,
    when: '',
    levels: [],
    forS: 60,
    clear: { when: '', forS: 60 },
    unknown: 'hold',
    expiresAfterS: 1_800,
    message: 'test-rule',
    remedies: ['charge-at', 'hold-speed'],
    repeat: 'new-advice',
    mode: 'on',
    reads: [fact],
    judge,
    ...change,
  };
}
