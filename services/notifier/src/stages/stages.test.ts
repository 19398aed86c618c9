import { expect, test } from 'vitest';
import { PASS, type Told } from '../stage.ts';
import { alertOf, driver, HOUR_MS, MINUTE_MS, START_MS } from '../test-rig.ts';
import { bundle } from './bundle.ts';
import { consent } from './consent.ts';
import { dedup, sayingOf } from './dedup.ts';
import { drivingState } from './driving-state.ts';
import { escalate } from './escalate.ts';
import { INHIBITIONS, inhibit } from './inhibit.ts';
import { quietHours } from './quiet-hours.ts';
import { recipients, recipientsOf } from './recipients.ts';
import { snooze } from './snooze.ts';
import { throttle } from './throttle.ts';

const limits = {
  minGapMs: 10 * MINUTE_MS,
  bundleWindowMs: MINUTE_MS,
  escalateAfterMs: 2 * MINUTE_MS,
  movingRecheckMs: 30_000,
  rates: [
    { count: 2, windowMs: 10 * MINUTE_MS },
    { count: 4, windowMs: HOUR_MS },
  ],
  declineStep: 0.15,
  declineLastsMs: 24 * HOUR_MS,
};

const basis = { says: 'text-1', remedyKey: 'hold-speed', probability: 0.4, stopName: 'Milford' };

const told = (change: Partial<Told> = {}): Told => ({
  notificationId: 'n-1',
  alertId: 'alert-1',
  revision: 1,
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  channel: 'feed',
  state: 'sent',
  severity: 'warning',
  interrupts: true,
  purpose: 'alert',
  reason: null,
  atMs: START_MS,
  basis,
  ...change,
});

test('recipients: the owner at every instant asked for; from is inclusive, to is not', () => {
  const period = { vehicleId: 'v', personId: 'p', keyId: 'k', fromMs: 100, toMs: 200 };
  expect(recipientsOf([period], [100, 199])).toEqual(['p']);
  expect(recipientsOf([period], [99, 150])).toEqual([]);
  expect(recipientsOf([period], [150, 200])).toEqual([]);
  expect(recipientsOf([{ ...period, toMs: null }], [150, 9e12])).toEqual(['p']);
});

test('recipients: nobody is a reason, somebody passes', () => {
  expect(recipients.decide({ recipient: undefined })).toEqual({ kind: 'suppress', reason: 'no-recipient' });
  expect(recipients.decide({ recipient: driver })).toEqual(PASS);
});

test('consent: trust decides', () => {
  expect(consent.decide({ isAllowed: true })).toEqual(PASS);
  expect(consent.decide({ isAllowed: false })).toEqual({ kind: 'suppress', reason: 'no-consent' });
});

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
  test(`inhibit: a firing alert ${name}`, () => {
    const verdict = inhibit.decide({ ...lesser, ...change, history });
    expect(verdict).toEqual(isMuted ? { kind: 'suppress', reason: 'inhibited' } : PASS);
  });

test('inhibit: no rule mutes itself, directly or in a circle', () => {
  const mutedBy = (rule: string, seen: readonly string[]): readonly string[] =>
    INHIBITIONS.filter((one) => one.rule === rule)
      .flatMap((one) => one.mutes)
      .flatMap((muted) => (seen.includes(muted) ? [muted] : [muted, ...mutedBy(muted, [...seen, muted])]));
  for (const { rule } of INHIBITIONS) expect(mutedBy(rule, [rule])).not.toContain(rule);
});

const declined = {
  nowMs: START_MS + HOUR_MS,
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  severity: 'warning' as const,
  saying: 'interrupt' as const,
  probability: 0.5,
  decline: { atMs: START_MS, probability: 0.5 },
  history: [told()],
  limits,
};
const SILENCED = { kind: 'suppress', reason: 'declined' };

for (const { name, change, verdict } of [
  { name: 'nothing declined passes', change: { decline: undefined }, verdict: PASS },
  { name: 'the same advice stays silent', change: {}, verdict: SILENCED },
  { name: 'just less than a step worse stays silent', change: { probability: 0.649 }, verdict: SILENCED },
  { name: 'a step worse passes', change: { probability: 0.65 }, verdict: PASS },
  { name: 'without a probability it stays silent', change: { probability: undefined }, verdict: SILENCED },
  {
    name: 'the last moment of the decline stays silent',
    change: { nowMs: START_MS + 24 * HOUR_MS - 1 },
    verdict: SILENCED,
  },
  { name: 'a decline that is over passes', change: { nowMs: START_MS + 24 * HOUR_MS }, verdict: PASS },
  {
    name: 'a critical alert after a declined warning passes',
    change: { severity: 'critical' as const },
    verdict: PASS,
  },
  {
    name: 'a critical alert that was itself declined stays silent',
    change: { severity: 'critical' as const, history: [told({ severity: 'critical' })] },
    verdict: SILENCED,
  },
  { name: 'the end of the alert passes', change: { saying: 'resolve' as const }, verdict: PASS },
])
  test(`snooze: ${name}`, () => expect(snooze.decide({ ...declined, ...change })).toEqual(verdict));

const moving = { kind: 'moving' } as const;
const parked = { kind: 'parked' } as const;
const unknown = (lastGearIsPark: boolean) => ({ kind: 'unknown', lastGearIsPark }) as const;

for (const { channel, driving, isHeld } of [
  { channel: 'feed', driving: moving, isHeld: false },
  { channel: 'email', driving: moving, isHeld: true },
  { channel: 'webhook', driving: moving, isHeld: true },
  { channel: 'email', driving: parked, isHeld: false },
  { channel: 'email', driving: unknown(false), isHeld: true },
  { channel: 'email', driving: unknown(true), isHeld: false },
] as const)
  test(`driving state: ${channel} while ${JSON.stringify(driving)} is ${isHeld ? 'held' : 'sent'}`, () => {
    const verdict = drivingState.decide({ channel, driving, nowMs: 1_000, movingHoldMs: 500 });
    expect(verdict).toEqual(isHeld ? { kind: 'hold', reason: 'driver-moving', untilMs: 1_500 } : PASS);
  });

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
  test(`quiet hours: ${name}`, () => expect(quietHours.decide({ ...night, ...change })).toEqual(verdict));

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
  test(`bundle: ${name}`, () =>
    expect(bundle.decide({ ...second, ...change })).toEqual(
      isBundled ? { kind: 'silent', reason: 'bundled' } : PASS,
    ));

const LATER_MS = START_MS + 10 * MINUTE_MS;
const other = { ...basis, says: 'text-2' };

for (const { name, alert = {}, now = other, history = [told()], atMs = LATER_MS, saying } of [
  { name: 'the first time interrupts', history: [], saying: 'interrupt' },
  {
    name: 'the first time of information is a card',
    alert: { severity: 'info' as const },
    history: [],
    saying: 'card',
  },
  {
    name: 'information that changed updates',
    alert: { severity: 'info' as const },
    history: [told({ severity: 'info', interrupts: false })],
    saying: 'update',
  },
  { name: 'the same words are nothing new', now: basis, saying: 'nothing-new' },
  { name: 'other words about the same remedy update', saying: 'update' },
  { name: 'just less than twice the probability updates', alert: { probability: 0.799 }, saying: 'update' },
  { name: 'twice the probability interrupts', alert: { probability: 0.8 }, saying: 'interrupt' },
  { name: 'another remedy interrupts', now: { ...other, remedyKey: 'turn-back' }, saying: 'interrupt' },
  {
    name: 'another remedy within the minimum gap updates',
    now: { ...other, remedyKey: 'turn-back' },
    atMs: LATER_MS - 1,
    saying: 'update',
  },
  {
    name: 'critical after a warning interrupts within the minimum gap',
    alert: { severity: 'critical' as const },
    atMs: START_MS,
    saying: 'interrupt',
  },
  {
    name: 'a warning after a card interrupts',
    history: [told({ interrupts: false, severity: 'info' })],
    atMs: START_MS,
    saying: 'interrupt',
  },
  {
    name: 'a throttled card was no interruption',
    history: [told({ interrupts: false, reason: 'throttled' })],
    saying: 'interrupt',
  },
  {
    name: 'a bundled card was one',
    history: [told({ interrupts: false, reason: 'bundled' })],
    saying: 'update',
  },
  { name: 'what was suppressed was not told', history: [told({ state: 'suppressed' })], saying: 'interrupt' },
  {
    name: 'the end of what was told takes it back',
    alert: { state: 'resolved' as const },
    saying: 'resolve',
  },
  {
    name: 'the end of what was never told is silent',
    alert: { state: 'resolved' as const },
    history: [],
    saying: 'never-told',
  },
])
  test(`dedup: ${name}`, () => {
    const step = alertOf({ probability: 0.4, ...alert });
    expect(sayingOf(step, now, history, atMs, limits.minGapMs)).toBe(saying);
  });

test('dedup: nothing new and never told are reasons, everything else passes', () => {
  expect(dedup.decide({ saying: 'nothing-new' })).toEqual({ kind: 'suppress', reason: 'duplicate' });
  expect(dedup.decide({ saying: 'never-told' })).toEqual({ kind: 'suppress', reason: 'resolved-silently' });
  expect(dedup.decide({ saying: 'update' })).toEqual(PASS);
});

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
  test(`throttle: ${name}`, () =>
    expect(throttle.decide({ ...busy, ...change })).toEqual(
      isThrottled ? { kind: 'silent', reason: 'throttled' } : PASS,
    ));

for (const { isFollowUp, hasReceipt, isDropped } of [
  { isFollowUp: true, hasReceipt: true, isDropped: true },
  { isFollowUp: true, hasReceipt: false, isDropped: false },
  { isFollowUp: false, hasReceipt: true, isDropped: false },
])
  test(`escalate: follow-up ${isFollowUp}, receipt ${hasReceipt}: ${isDropped ? 'dropped' : 'sent'}`, () =>
    expect(escalate.decide({ isFollowUp, hasReceipt })).toEqual(
      isDropped ? { kind: 'suppress', reason: 'acknowledged' } : PASS,
    ));
