import type { Alert } from '@outrider/domain';
import { expect, test } from 'vitest';
import { alertOf, MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { basis, limits, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { dedup, sayingOf } from './dedup.ts';

const LATER_MS = START_MS + 10 * MINUTE_MS;
const other = { ...basis, says: 'text-2' };

const turnBack = { ...other, remedyKey: 'turn-back:newark', offered: ['turn-back:newark'] };
const elsewhere = { alertId: 'alert-0', ruleId: 'unplug-too-early' };
/** A deadline that makes LATER_MS exactly half of the time from START_MS. */
const HALF_MS = LATER_MS + 10 * MINUTE_MS;
const repeating = (deadlineAtMs: number) => ({
  repeatsAtHalfLead: true,
  remedies: [
    {
      kind: 'hold-speed',
      speedMps: 25,
      arrivalSocPct: { p10: 1, p50: 8, p90: 15 },
      belowReserveProbability: 0.1,
      deadlineAtMs,
    },
  ] as Alert['remedies'],
});

for (const {
  name,
  alert = {},
  now = other,
  about = [told()],
  others = [],
  answer,
  atMs = LATER_MS,
  saying,
} of [
  { name: 'the first time interrupts', about: [], saying: 'interrupt' },
  {
    name: 'the first time of information is a card',
    alert: { severity: 'info' as const },
    about: [],
    saying: 'card',
  },
  {
    name: 'information that changed updates',
    alert: { severity: 'info' as const },
    about: [told({ severity: 'info', interrupts: false })],
    saying: 'update',
  },
  { name: 'the same words are nothing new', now: basis, saying: 'nothing-new' },
  { name: 'other words about the same advice update', saying: 'update' },
  {
    name: 'getting graver alone updates: there is nothing new to decide',
    alert: { severity: 'critical' as const },
    saying: 'update',
  },
  { name: 'just less than twice the probability updates', alert: { probability: 0.799 }, saying: 'update' },
  { name: 'twice the probability interrupts', alert: { probability: 0.8 }, saying: 'interrupt' },
  { name: 'advice not given before interrupts', now: turnBack, saying: 'interrupt' },
  {
    name: 'twice the probability without any advice updates',
    alert: { probability: 0.8 },
    now: { ...other, remedyKey: 'none', offered: [] },
    saying: 'update',
  },
  {
    name: 'advice that was second before updates',
    about: [told({ basis: { ...basis, offered: ['hold-speed', 'turn-back:newark'] } })],
    now: turnBack,
    saying: 'update',
  },
  {
    name: 'turning back to where one was told to stay is not new',
    about: [],
    others: [told({ ...elsewhere, basis: { ...basis, offered: ['charge-longer:newark'] } })],
    now: turnBack,
    saying: 'card',
  },
  {
    name: 'no advice left is not new advice',
    now: { ...other, remedyKey: 'none', offered: [] },
    saying: 'update',
  },
  { name: 'new advice within the minimum gap updates', now: turnBack, atMs: LATER_MS - 1, saying: 'update' },
  {
    name: 'another rule that spoke about the stop makes this a card',
    about: [],
    others: [told(elsewhere)],
    saying: 'card',
  },
  {
    name: 'what another rule said six hours ago is another decision',
    about: [],
    others: [told(elsewhere)],
    atMs: START_MS + limits.decisionMs,
    saying: 'interrupt',
  },
  {
    name: 'a little earlier it is the same decision',
    about: [],
    others: [told(elsewhere)],
    atMs: START_MS + limits.decisionMs - 1,
    saying: 'card',
  },
  {
    name: 'what this alert said is never another decision',
    atMs: START_MS + limits.decisionMs,
    saying: 'update',
  },
  { name: 'half of the time to the deadline repeats', alert: repeating(HALF_MS), saying: 'interrupt' },
  { name: 'a little less than half does not', alert: repeating(HALF_MS + 1), saying: 'update' },
  { name: 'a deadline that has passed repeats nothing', alert: repeating(LATER_MS), saying: 'update' },
  {
    name: 'rules that do not repeat do not',
    alert: { ...repeating(HALF_MS), repeatsAtHalfLead: false },
    saying: 'update',
  },
  {
    name: 'it repeats once',
    about: [told({ revision: 2 }), told()],
    alert: repeating(HALF_MS),
    saying: 'update',
  },
  {
    name: 'just less than a step worse than what was declined updates',
    alert: { probability: 0.549 },
    answer: { kind: 'declined' as const, atMs: START_MS, probability: 0.4 },
    saying: 'update',
  },
  {
    name: 'a step worse than what was declined interrupts',
    alert: { probability: 0.55 },
    answer: { kind: 'declined' as const, atMs: START_MS, probability: 0.4 },
    saying: 'interrupt',
  },
  {
    name: 'a warning after a card interrupts',
    about: [told({ interrupts: false, severity: 'info' })],
    atMs: START_MS,
    saying: 'interrupt',
  },
  {
    name: 'a throttled card was no interruption',
    about: [told({ interrupts: false, reason: 'throttled' })],
    saying: 'interrupt',
  },
  {
    name: 'a bundled card was one',
    about: [told({ interrupts: false, reason: 'bundled' })],
    saying: 'update',
  },
  { name: 'what was suppressed was not told', about: [told({ state: 'suppressed' })], saying: 'interrupt' },
  {
    name: 'the end of what was told takes it back',
    alert: { state: 'resolved' as const },
    saying: 'resolve',
  },
  {
    name: 'the end of what was never told is silent',
    alert: { state: 'resolved' as const },
    about: [],
    saying: 'never-told',
  },
])
  test(`${name}`, () => {
    const step = alertOf({ probability: 0.4, ...alert });
    const before = { aboutAlert: about, aboutStop: [...about, ...others], answer };
    expect(sayingOf(step, now, before, atMs, limits)).toBe(saying);
  });

test('nothing new and never told are reasons, everything else passes', () => {
  expect(dedup.decide({ saying: 'nothing-new' })).toEqual({ kind: 'suppress', reason: 'duplicate' });
  expect(dedup.decide({ saying: 'never-told' })).toEqual({ kind: 'suppress', reason: 'resolved-silently' });
  expect(dedup.decide({ saying: 'update' })).toEqual(PASS);
});
