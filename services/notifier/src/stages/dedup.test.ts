import { expect, test } from 'vitest';
import { alertOf, MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { basis, limits, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { dedup, sayingOf } from './dedup.ts';

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
  test(`${name}`, () => {
    const step = alertOf({ probability: 0.4, ...alert });
    expect(sayingOf(step, now, history, atMs, limits.minGapMs)).toBe(saying);
  });

test('nothing new and never told are reasons, everything else passes', () => {
  expect(dedup.decide({ saying: 'nothing-new' })).toEqual({ kind: 'suppress', reason: 'duplicate' });
  expect(dedup.decide({ saying: 'never-told' })).toEqual({ kind: 'suppress', reason: 'resolved-silently' });
  expect(dedup.decide({ saying: 'update' })).toEqual(PASS);
});
