import { describe, expect, test } from 'vitest';
import { situationOf } from './car.ts';
import { heldToCards } from './held-rule.ts';
import { type Episodes, judge } from './judge.ts';
import { type CarOptions, charger, DRIVING, liveCar, MINUTE_MS, NOW_MS } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { LoadedRule, Verdict } from './rule.ts';

const low: CarOptions = { values: DRIVING, socPct: 45, eastM: 2_000, chargers: [charger('halfway', 90_000)] };
const free = ruleOn('belowReserveProbability', 'stop');
const held = (sinceMs = 0): LoadedRule => ({ ...free, heldBy: { kind: 'below-bar', sinceMs } });

/** The same low battery, minute by minute, with the rule as it is then. */
function said(...rules: readonly LoadedRule[]) {
  let episodes: Episodes = {};
  return rules.flatMap((rule, minutes) => {
    const nowMs = NOW_MS + minutes * MINUTE_MS;
    const judged = judge(
      situationOf(liveCar({ ...low, observedAtMs: nowMs - 1_000 }), nowMs),
      [rule],
      episodes,
    );
    episodes = judged.episodes;
    return judged.alerts.map(({ alert }) => alert);
  });
}
const severities = (...rules: readonly LoadedRule[]) => said(...rules).map(({ severity }) => severity);

describe('a rule that is held to silent cards', () => {
  test('raises a card where it would warn, and its evidence says why', () => {
    const [warning] = said(free, free);
    expect(warning).toMatchObject({ severity: 'warning' });
    expect(warning?.evidence).not.toHaveProperty('heldToCard');
    expect(said(held(), held(), held())).toMatchObject([
      { severity: 'info', evidence: { heldToCard: 'below-bar' } },
    ]);
  });

  test('warns once it is let go and as much time has passed as any warning needs', () => {
    expect(severities(held(), held(), free)).toEqual(['info']);
    expect(severities(held(), held(), free, free)).toEqual(['info', 'warning']);
  });

  test('goes on about what it has warned of before', () => {
    expect(severities(free, free, held(), held())).toEqual(['warning']);
  });

  test('is held from its moment on, not before', () => {
    const fires = NOW_MS + MINUTE_MS;
    expect(severities(held(fires + 1), held(fires + 1))).toEqual(['warning']);
    expect(severities(held(fires), held(fires))).toEqual(['info']);
  });
});

test('below its bar a rule keeps its critical level, braked it keeps none that interrupts', () => {
  const level = (severity: 'info' | 'warning' | 'critical') =>
    ({ severity, when: 'true', until: 'false' }) as const;
  const verdict: Verdict = { when: 'true', clear: 'false', levels: [level('warning'), level('critical')] };
  expect(heldToCards(held(), verdict).levels.map(({ severity }) => severity)).toEqual(['info', 'critical']);
  const braked = { ...free, heldBy: { kind: 'brake', sinceMs: 0 } } as const;
  expect(heldToCards(braked, verdict).levels.map(({ severity }) => severity)).toEqual(['info']);
  expect(heldToCards(free, verdict)).toBe(verdict);
});
