import { expect, test } from 'vitest';
import { HOUR_MS, START_MS } from '../notifier.fixture.ts';
import { limits, told } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { snooze } from './snooze.ts';

const declined = {
  nowMs: START_MS + HOUR_MS,
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  severity: 'warning' as const,
  saying: 'interrupt' as const,
  probability: 0.5,
  interrupts: true,
  answer: { kind: 'declined' as const, atMs: START_MS, probability: 0.5 },
  history: [told()],
  limits,
};
const SILENCED = { kind: 'suppress', reason: 'declined' };

for (const { name, change, verdict } of [
  { name: 'nothing declined passes', change: { answer: undefined }, verdict: PASS },
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
  test(`${name}`, () => expect(snooze.decide({ ...declined, ...change })).toEqual(verdict));

const onIt = { ...declined, answer: { ...declined.answer, kind: 'on-it' as const } };
for (const { name, change, verdict } of [
  {
    name: 'the same advice is a silent card',
    change: {},
    verdict: { kind: 'silent', reason: 'on-it' },
  },
  { name: 'a silent card is one as before', change: { interrupts: false }, verdict: PASS },
  {
    name: 'just less than a step worse is silent',
    change: { probability: 0.649 },
    verdict: { kind: 'silent', reason: 'on-it' },
  },
  { name: 'a step worse passes', change: { probability: 0.65 }, verdict: PASS },
  { name: 'a day later it passes', change: { nowMs: START_MS + 24 * HOUR_MS }, verdict: PASS },
  { name: 'a graver one passes', change: { severity: 'critical' as const }, verdict: PASS },
  { name: 'the end of the alert passes', change: { saying: 'resolve' as const }, verdict: PASS },
])
  test(`after "on it" ${name}`, () => expect(snooze.decide({ ...onIt, ...change })).toEqual(verdict));
