import { expect, test } from 'vitest';
import { driver, HOUR_MS } from '../notifier.fixture.ts';
import { PASS } from '../stage.ts';
import { quietHours } from './quiet-hours.ts';

const moving = { kind: 'moving' } as const;
const parked = { kind: 'parked' } as const;
const unknown = (lastGearIsPark: boolean) => ({ kind: 'unknown', lastGearIsPark }) as const;

/** 22:00 to 07:00 in New York; now is 23:00 there. */
const NIGHT_MS = Date.parse('2026-01-24T04:00:00Z');
const MORNING_MS = Date.parse('2026-01-24T12:00:00Z');
const night = {
  nowMs: NIGHT_MS,
  recipient: { ...driver, quietFromMinute: 22 * 60, quietToMinute: 7 * 60 },
  severity: 'warning' as const,
  interrupts: true,
  driving: parked,
  expiresAtMs: MORNING_MS + HOUR_MS,
  deadlineAtMs: MORNING_MS + 1,
};
const UNTIL_MORNING = { kind: 'hold', reason: 'quiet-hours', untilMs: MORNING_MS };

for (const { name, change, verdict } of [
  { name: 'a warning waits for their end', change: {}, verdict: UNTIL_MORNING },
  {
    name: 'a warning whose deadline is their end passes',
    change: { deadlineAtMs: MORNING_MS },
    verdict: PASS,
  },
  {
    name: 'a warning that expires before their end passes',
    change: { expiresAtMs: MORNING_MS - 1 },
    verdict: PASS,
  },
  { name: 'a warning without deadline waits', change: { deadlineAtMs: undefined }, verdict: UNTIL_MORNING },
  { name: 'a critical alert passes', change: { severity: 'critical' as const }, verdict: PASS },
  { name: 'a silent card passes', change: { interrupts: false }, verdict: PASS },
  { name: 'somebody at the wheel is awake', change: { driving: moving }, verdict: PASS },
  { name: 'unknown motion is no proof of that', change: { driving: unknown(false) }, verdict: UNTIL_MORNING },
  { name: 'somebody without quiet hours is told', change: { recipient: driver }, verdict: PASS },
  { name: 'their last moment waits', change: { nowMs: MORNING_MS - 1 }, verdict: UNTIL_MORNING },
  { name: 'their end passes', change: { nowMs: MORNING_MS }, verdict: PASS },
])
  test(`${name}`, () => expect(quietHours.decide({ ...night, ...change })).toEqual(verdict));
