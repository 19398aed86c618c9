import { expect, test } from 'vitest';
import { MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { limits } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { throttle } from './throttle.ts';

const busy = {
  nowMs: START_MS + 10 * MINUTE_MS,
  severity: 'warning' as const,
  saying: 'interrupt' as const,
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
