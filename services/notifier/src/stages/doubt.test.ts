import { expect, test } from 'vitest';
import { HOUR_MS, START_MS } from '../notifier.fixture.ts';
import { limits } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { doubt } from './doubt.ts';

const DAY_MS = 24 * HOUR_MS;
const doubted = {
  nowMs: START_MS + DAY_MS,
  severity: 'warning' as const,
  interrupts: true,
  probability: 0.6,
  doubts: { times: 2, atMs: START_MS, probability: 0.6 },
  saying: 'interrupt' as const,
  limits,
};
const SILENT = { kind: 'silent', reason: 'not-useful' };

for (const { name, change, verdict } of [
  { name: 'after two in a row a warning is a silent card', change: {}, verdict: SILENT },
  { name: 'after one it is not', change: { doubts: { ...doubted.doubts, times: 1 } }, verdict: PASS },
  { name: 'where none was said it is not', change: { doubts: undefined }, verdict: PASS },
  { name: 'just less than a step above is silent', change: { probability: 0.749 }, verdict: SILENT },
  { name: 'a step above is said aloud', change: { probability: 0.75 }, verdict: PASS },
  { name: 'without a probability it is silent', change: { probability: undefined }, verdict: SILENT },
  { name: 'a critical one is said aloud', change: { severity: 'critical' as const }, verdict: PASS },
  { name: 'a silent card is one as before', change: { interrupts: false }, verdict: PASS },
  { name: 'the end of the alert passes', change: { saying: 'resolve' as const }, verdict: PASS },
  { name: 'up to 30 days', change: { nowMs: START_MS + 30 * DAY_MS - 1 }, verdict: SILENT },
  { name: 'and no longer', change: { nowMs: START_MS + 30 * DAY_MS }, verdict: PASS },
])
  test(name, () => expect(doubt.decide({ ...doubted, ...change })).toEqual(verdict));
