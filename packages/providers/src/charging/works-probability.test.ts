import type { EvseStatus } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { worksProbability } from './works-probability.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const HOUR_MS = 3_600_000;

const post = (status: EvseStatus, ageMs = 0) => ({
  uid: 'one',
  status,
  connectors: [],
  lastUpdatedAtMs: NOW_MS - ageMs,
});
const probabilityOf = (...posts: readonly ReturnType<typeof post>[]) =>
  worksProbability(posts, NOW_MS).probability;

describe('one post', () => {
  test.each<[EvseStatus, number]>([
    ['AVAILABLE', 0.97],
    ['CHARGING', 0.6],
    ['RESERVED', 0.4],
    ['BLOCKED', 0.3],
    ['UNKNOWN', 0.84],
    ['INOPERATIVE', 0.15],
    ['OUTOFORDER', 0.05],
    ['PLANNED', 0],
    ['REMOVED', 0],
  ])('%s, said now', (status, probability) => {
    expect(probabilityOf(post(status))).toBeCloseTo(probability, 10);
  });

  test('whether it is occupied is half forgotten after an hour, a fault after a day', () => {
    expect(probabilityOf(post('AVAILABLE', HOUR_MS))).toBeCloseTo((0.97 + 0.84) / 2, 10);
    expect(probabilityOf(post('BLOCKED', HOUR_MS))).toBeCloseTo((0.3 + 0.84) / 2, 10);
    expect(probabilityOf(post('OUTOFORDER', 24 * HOUR_MS))).toBeCloseTo((0.05 + 0.84) / 2, 10);
    expect(probabilityOf(post('INOPERATIVE', 24 * HOUR_MS))).toBeCloseTo((0.15 + 0.84) / 2, 10);
    expect(probabilityOf(post('AVAILABLE', 24 * HOUR_MS))).toBeCloseTo(0.84, 5);
    expect(probabilityOf(post('OUTOFORDER', 1_000 * HOUR_MS))).toBeCloseTo(0.84, 5);
  });

  test('what is said now is older when the car arrives, and is as old as it is', () => {
    const said = worksProbability([post('AVAILABLE', HOUR_MS)], NOW_MS, NOW_MS + HOUR_MS);
    expect(said.probability).toBeCloseTo(probabilityOf(post('AVAILABLE', 2 * HOUR_MS)), 10);
    expect(said.statusAgeS).toBe(3_600);
  });

  test('what is removed stays removed', () => {
    expect(probabilityOf(post('REMOVED', 1_000 * HOUR_MS))).toBe(0);
  });

  test('a status from the future counts as new', () => {
    expect(probabilityOf(post('BLOCKED', -HOUR_MS))).toBeCloseTo(0.3, 10);
  });
});

describe('a place', () => {
  test('two posts of unknown state: one of them works more likely than one alone', () => {
    expect(probabilityOf(post('BLOCKED'), post('BLOCKED'))).toBeCloseTo(1 - 0.7 * 0.7, 10);
  });

  test('however many there are, the place may be closed', () => {
    expect(probabilityOf(...Array.from({ length: 40 }, () => post('AVAILABLE')))).toBe(0.97);
  });

  test('none at all cannot work', () => {
    expect(worksProbability([], NOW_MS)).toEqual({ probability: 0, statusAgeS: null });
  });

  test('is as old as the newest thing said about it; UNKNOWN says nothing', () => {
    const age = (...posts: readonly ReturnType<typeof post>[]) => worksProbability(posts, NOW_MS).statusAgeS;
    expect(age(post('UNKNOWN'))).toBeNull();
    expect(age(post('AVAILABLE', 2 * HOUR_MS), post('BLOCKED', HOUR_MS), post('UNKNOWN'))).toBe(3_600);
    expect(age(post('AVAILABLE', -HOUR_MS))).toBe(0);
  });

  test('is always a probability, and another post never makes it less likely', () => {
    const any = fc.record({
      status: fc.constantFrom<EvseStatus>(
        'AVAILABLE',
        'CHARGING',
        'UNKNOWN',
        'OUTOFORDER',
        'REMOVED',
        'PLANNED',
      ),
      ageMs: fc.integer({ min: -HOUR_MS, max: 100 * HOUR_MS }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 6 }), any, (some, more) => {
        const posts = some.map(({ status, ageMs }) => post(status, ageMs));
        const before = probabilityOf(...posts);
        const after = probabilityOf(...posts, post(more.status, more.ageMs));
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(0.97);
        expect(after).toBeGreaterThanOrEqual(before - 1e-12);
      }),
    );
  });
});
