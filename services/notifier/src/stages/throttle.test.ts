import type { ChannelName } from '@outrider/domain';
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
  channel: 'feed' as ChannelName,
  history: [told()].slice(1),
  interruptedOn: () => [START_MS].slice(1),
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
  ...{ saying: 'interrupt' as const, channel: 'sms' as ChannelName, history: [told()].slice(1) },
  ...{ interruptedAtMs: [], interruptedOn: on({ sms: [1] }), limits },
};
/** Milliseconds after the start at which somebody was interrupted, by channel. */
function on(afterMs: Partial<Record<ChannelName, readonly number[]>>) {
  return (channel: ChannelName) => (afterMs[channel] ?? []).map((ms) => START_MS + ms);
}
const isHeldBack = (change: Partial<typeof texted>) =>
  throttle.decide({ ...texted, ...change }).kind === 'silent';

test('an SMS waits for the rates of its channel, on either side of the window', () => {
  expect(isHeldBack({})).toBe(true);
  expect(isHeldBack({ interruptedOn: on({ sms: [0] }) })).toBe(false);
  expect(isHeldBack({ channel: 'feed' })).toBe(false);
});

test('so does a mail where mails have rates, and what was said elsewhere does not count', () => {
  const mail = { channel: 'email' } as const;
  expect(isHeldBack({ ...mail, interruptedOn: on({ email: [1, 2] }) })).toBe(true);
  expect(isHeldBack({ ...mail, interruptedOn: on({ email: [0, 1] }) })).toBe(false);
  expect(isHeldBack({ ...mail, interruptedOn: on({ email: [1], sms: [1, 2], push: [1] }) })).toBe(false);
});

test('a channel without rates of its own waits for none', () => {
  const many = on({ push: [1, 2, 3, 4, 5], webhook: [1, 2, 3, 4, 5] });
  for (const channel of ['push', 'webhook'] as const)
    expect(isHeldBack({ channel, interruptedOn: many })).toBe(false);
});

test.each([
  ['sms', on({ sms: [1] })],
  ['email', on({ email: [1, 2] })],
] as const)('the first %s of a critical alert jumps them, and only the first', (channel, interruptedOn) => {
  const critical = { channel, interruptedOn, severity: 'critical' } as const;
  expect(isHeldBack(critical)).toBe(false);
  expect(isHeldBack({ ...critical, history: [told({ alertId: 'alert-2' })] })).toBe(false);
  expect(isHeldBack({ ...critical, history: [told()] })).toBe(true);
});
