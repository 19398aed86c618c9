import { expect, test } from 'vitest';
import { MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { limits, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { bundle } from './bundle.ts';

const second = {
  nowMs: START_MS + MINUTE_MS - 1,
  alertId: 'alert-2',
  severity: 'warning' as const,
  saying: 'interrupt' as const,
  history: [told()],
  limits,
};

for (const { name, change, isBundled } of [
  { name: 'a second alert within the window joins the first', change: {}, isBundled: true },
  {
    name: 'at the end of the window it stands alone',
    change: { nowMs: START_MS + MINUTE_MS },
    isBundled: false,
  },
  { name: 'a critical one always stands alone', change: { severity: 'critical' as const }, isBundled: false },
  { name: 'an alert does not join itself', change: { alertId: 'alert-1' }, isBundled: false },
  {
    name: 'a silent card is nothing to join',
    change: { history: [told({ interrupts: false })] },
    isBundled: false,
  },
  { name: 'a silent update need not join', change: { saying: 'update' as const }, isBundled: false },
])
  test(`${name}`, () =>
    expect(bundle.decide({ ...second, ...change })).toEqual(
      isBundled ? { kind: 'silent', reason: 'bundled' } : PASS,
    ));
