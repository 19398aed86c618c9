import { expect, test } from 'vitest';
import { MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { limits, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { throttle } from './throttle.ts';

const busy = {
  nowMs: START_MS + 10 * MINUTE_MS,
  severity: 'warning' as const,
  saying: 'interrupt' as const,
  alertId: 'alert-1',
  channel: 'feed' as 'feed' | 'sms',
  history: [told()].slice(1),
  textedAtMs: [START_MS].slice(1),
  interruptedAtMs: [START_MS + 1, START_MS + 2],
  limits,
};

for (const { name, change, isThrottled } of [
  { name: 'as many as the rate allows are enough', change: {}, isThrottled: true },
  { name: 'one less passes', change: { interruptedAtMs: [START_MS + 1] }, isThrottled: false },
  {
    name: 'what left the window no longer counts',
    change: { interruptedAtMs: [START_MS, START_MS + 2] },
    isThrottled: false,
  },
  {
    name: 'the longer window counts, too',
    change: {
      nowMs: START_MS + 50 * MINUTE_MS,
      interruptedAtMs: [0, 15, 30, 45].map((at) => START_MS + at * MINUTE_MS),
    },
    isThrottled: true,
  },
  { name: 'a critical alert passes', change: { severity: 'critical' as const }, isThrottled: false },
  { name: 'a silent update passes', change: { saying: 'update' as const }, isThrottled: false },
])
  test(`${name}`, () =>
    expect(throttle.decide({ ...busy, ...change })).toEqual(
      isThrottled ? { kind: 'silent', reason: 'throttled' } : PASS,
    ));

const texted = {
  ...{ nowMs: START_MS + MINUTE_MS, severity: 'warning' as 'warning' | 'critical', alertId: 'alert-1' },
  ...{ saying: 'interrupt' as const, channel: 'sms' as 'feed' | 'sms', history: [told()].slice(1) },
  ...{ interruptedAtMs: [], textedAtMs: [START_MS + 1], limits },
};
const isHeldBack = (change: Partial<typeof texted>) =>
  throttle.decide({ ...texted, ...change }).kind === 'silent';

test('an SMS waits for the rates of its channel, on either side of the window', () => {
  expect(isHeldBack({})).toBe(true);
  expect(isHeldBack({ textedAtMs: [START_MS] })).toBe(false);
  expect(isHeldBack({ channel: 'feed' })).toBe(false);
});

test('the first SMS of a critical alert jumps them, and only the first', () => {
  expect(isHeldBack({ severity: 'critical' })).toBe(false);
  expect(isHeldBack({ severity: 'critical', history: [told({ alertId: 'alert-2' })] })).toBe(false);
  expect(isHeldBack({ severity: 'critical', history: [told()] })).toBe(true);
});
