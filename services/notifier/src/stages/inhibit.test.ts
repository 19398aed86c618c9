import { expect, test } from 'vitest';
import { basis, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { INHIBITIONS, inhibit } from './inhibit.ts';

const graver = told({ alertId: 'graver', ruleId: 'unplug-too-early' });
const lesser = {
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  stopName: 'Milford',
  severity: 'warning' as const,
  saying: 'interrupt' as const,
};

for (const { name, history, change = {}, isMuted } of [
  { name: 'mutes the lesser about the same subject', history: [graver], isMuted: true },
  {
    name: 'mutes it when only the stop is the same',
    history: [told({ ...graver, subject: 'cable' })],
    isMuted: true,
  },
  {
    name: 'lets another stop pass',
    history: [told({ ...graver, subject: 'x', basis: { ...basis, stopName: 'Groton' } })],
    isMuted: false,
  },
  {
    name: 'lets a graver severity pass',
    history: [graver],
    change: { severity: 'critical' as const },
    isMuted: false,
  },
  {
    name: 'does nothing while its own message was never sent',
    history: [told({ ...graver, state: 'suppressed' })],
    isMuted: false,
  },
  {
    name: 'ends with its alert',
    history: [
      told({ alertId: 'graver', ruleId: 'unplug-too-early', purpose: 'resolve', interrupts: false }),
      graver,
    ],
    isMuted: false,
  },
  {
    name: 'is not stopped by a rule that is not in the table',
    history: [told({ alertId: 'x', ruleId: 'cold-battery' })],
    isMuted: false,
  },
  {
    name: 'lets the end of the lesser pass',
    history: [graver],
    change: { saying: 'resolve' as const },
    isMuted: false,
  },
])
  test(`a firing alert ${name}`, () => {
    const verdict = inhibit.decide({ ...lesser, ...change, history });
    expect(verdict).toEqual(isMuted ? { kind: 'suppress', reason: 'inhibited' } : PASS);
  });

test('no rule mutes itself, directly or in a circle', () => {
  const mutedBy = (rule: string, seen: readonly string[]): readonly string[] =>
    INHIBITIONS.filter((one) => one.rule === rule)
      .flatMap((one) => one.mutes)
      .flatMap((muted) => (seen.includes(muted) ? [muted] : [muted, ...mutedBy(muted, [...seen, muted])]));
  for (const { rule } of INHIBITIONS) expect(mutedBy(rule, [rule])).not.toContain(rule);
});
