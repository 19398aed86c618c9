import { type Alert, alert, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { type LiveCar, situationOf } from './car.ts';
import { wantsAt } from './car-times.ts';
import { drillOf, severityFor } from './drill.ts';
import { drillFacts } from './drill-facts.ts';
import { factCatalogue } from './facts/catalogue.ts';
import { type Episodes, judge } from './judge.ts';
import { liveCar, MINUTE_MS, NOW_MS, PARKED } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { LoadedRule } from './rule.ts';
import { loadRules, OWN_RULES } from './rule-files.ts';

const known = (value: number) => ({ kind: 'known', value }) as const;
const rule = ruleOn('some', 'stop', { drill: { some: known(0.6) } });

/** A canary that said at `saidAtMs` that it has so much charge. */
const canary = (socPct: number, saidAtMs: number): LiveCar => ({
  ...liveCar({ trip: null, socPct, values: PARKED, observedAtMs: saidAtMs }),
  isCanary: true,
});

function play(steps: readonly (readonly [atMs: number, LiveCar])[], rules: readonly LoadedRule[]) {
  let episodes: Episodes = {};
  const alerts: Alert[] = [];
  for (const [atMs, live] of steps) {
    const judged = judge(situationOf(live, atMs), rules, episodes);
    episodes = judged.episodes;
    alerts.push(...judged.alerts.filter(({ isShadow }) => !isShadow).map((one) => alert.parse(one.alert)));
  }
  return alerts;
}
const said = (...given: Parameters<typeof play>) =>
  play(...given).map(({ ruleId, state, severity }) => `${ruleId} ${state} ${severity}`);
const low: readonly [number, LiveCar] = [NOW_MS, canary(20, NOW_MS)];

describe('a canary', () => {
  test('tries a rule at once with an example of its tests, marked as a drill', () => {
    expect(play([low], [rule])).toMatchObject([
      { ruleId: 'test-rule', state: 'firing', severity: 'warning', isDrill: true, facts: { some: 0.6 } },
    ]);
    expect(play([low], [rule])[0]?.startedAtMs).toBe(NOW_MS);
  });

  test('ends it when its charge is high again, and the next drill is about something else', () => {
    const later = NOW_MS + 5 * MINUTE_MS;
    const all = play(
      [low, [NOW_MS + MINUTE_MS, canary(50, NOW_MS + MINUTE_MS)], [later, canary(49.9, later)]],
      [rule],
    );
    expect(all.map(({ state }) => state)).toEqual(['firing', 'resolved', 'firing']);
    expect(all[2]?.subject).not.toBe(all[0]?.subject);
    expect(all[2]?.alertId).not.toBe(all[0]?.alertId);
  });

  test('asks for nothing ten minutes after it last asked', () => {
    const { state } = canary(20, NOW_MS).car;
    expect(drillOf(state, NOW_MS + 10 * MINUTE_MS).sinceMs).toBe(NOW_MS);
    expect(drillOf(state, NOW_MS + 10 * MINUTE_MS + 1).sinceMs).toBeNull();
    const { [SIGNAL.soc]: _, ...latest } = state.latest;
    expect(drillOf({ ...state, latest }, NOW_MS).sinceMs).toBeNull();
  });

  test('tries rules that wait, that are for others, or are held to cards', () => {
    const patient: Partial<LoadedRule> = { patterns: { absence: { of: 'car', forS: 1_200 } } };
    const elsewhere: Partial<LoadedRule> = { models: ['generic-suv'], share: 0.000_001 };
    const held: Partial<LoadedRule> = { heldBy: { kind: 'below-bar', sinceMs: 0 } };
    for (const change of [patient, elsewhere, held, { audience: 'operators' } as const])
      expect(said([low], [{ ...rule, ...change }])).toEqual(['test-rule firing warning']);
    expect(play([low], [{ ...rule, audience: 'operators' }])[0]?.audience).toBeUndefined();
  });

  test('does not try what is switched off, what is only watched, or what has no example', () => {
    const { drill: _, ...untried } = rule;
    for (const one of [{ ...rule, mode: 'off' }, { ...rule, mode: 'shadow' }, untried] as const)
      expect(said([low], [one])).toEqual([]);
  });

  test('is asked about nothing else: whatever a real car would be warned of', () => {
    const real = ruleOn('reachM', 'vehicle', { judge: () => ({ when: 'true', clear: 'false', levels: [] }) });
    expect(said([low, [NOW_MS + 2 * MINUTE_MS, canary(20, NOW_MS)]], [real])).toEqual([]);
  });

  test('is no other car: with the same charge that is told of what is true', () => {
    const { isCanary: _, ...real } = canary(20, NOW_MS);
    expect(said([[NOW_MS, real]], [rule])).toEqual([]);
  });
});

test('a canary wants to be judged for what it says, not for rules that are for other models', () => {
  const [one] = [{ ...rule, models: ['generic-suv'] }];
  const live = canary(20, NOW_MS);
  const { episodes } = judge(situationOf(live, NOW_MS), [one], {});
  expect(Object.keys(episodes)).toHaveLength(1);
  const firing = { ...live, car: { ...live.car, episodes } };
  expect(wantsAt(firing, [one])).not.toBe(Number.NEGATIVE_INFINITY);
  expect(wantsAt(firing, [])).toBe(Number.NEGATIVE_INFINITY);
});

describe('an example of a rule’s tests', () => {
  test('is the gravest that fires, from single cases and from series', () => {
    const yaml = `
- { name: quiet, facts: { some: 0.05 }, expect: quiet }
- { name: a card, facts: { some: 0.2 }, expect: info }
- { name: aloud, series: [{ at: 0s, facts: { some: 0.1 }, expect: info }, { at: 1m, facts: { some: 0.5 }, expect: warning }] }
`;
    expect(drillFacts(rule, yaml)).toEqual({ some: known(0.5) });
    expect(severityFor(rule, { some: known(0.2) })).toBe('info');
    expect(severityFor(rule, {})).toBeUndefined();
  });

  test('is nothing where nothing fires, or nothing can be read', () => {
    for (const yaml of ['', '- { facts: { some: 0.01 } }', '- [', 'a: b', '- { facts: { some: [1] } }'])
      expect(drillFacts(rule, yaml)).toBeUndefined();
  });

  const own = loadRules(OWN_RULES, factCatalogue);
  test('is there for every rule that comes with Outrider, at its highest level', async () => {
    for (const one of await own)
      expect([one.id, one.drill && severityFor(one, one.drill)]).toEqual([
        one.id,
        one.levels.at(-1)?.severity,
      ]);
  });
});
