import { type Alert, alert } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { alertId } from './alert-lifecycle.ts';
import { situationOf } from './car.ts';
import { type Episodes, judge, nextDueMs } from './judge.ts';
import {
  type CarOptions,
  charger,
  DRIVING,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  VEHICLE,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { LoadedRule } from './rule.ts';
import type { Situation } from './situation.ts';

const rule = ruleOn('belowReserveProbability', 'stop');
const low: CarOptions = { values: DRIVING, socPct: 45, eastM: 2_000, chargers: [charger('halfway', 90_000)] };
const high: CarOptions = { ...low, socPct: 100 };

/** Judges situations one after another, minutes after the start; every alert is a valid record. */
function play(
  steps: readonly (readonly [minutes: number, options: CarOptions, change?: Partial<Situation>])[],
  rules: readonly LoadedRule[] = [rule],
) {
  let episodes: Episodes = {};
  const alerts: { alert: Alert; isShadow: boolean }[] = [];
  for (const [minutes, options, change] of steps) {
    const nowMs = NOW_MS + minutes * MINUTE_MS;
    const live = liveCar({ ...options, observedAtMs: nowMs - 1_000 });
    const judged = judge({ ...situationOf(live, nowMs), ...change }, rules, episodes);
    episodes = judged.episodes;
    for (const one of judged.alerts) alerts.push({ ...one, alert: alert.parse(one.alert) });
  }
  return { episodes, alerts };
}
const told = (...given: Parameters<typeof play>) =>
  play(...given).alerts.map(({ alert: { state, severity, revision } }) => `${state} ${severity} ${revision}`);

describe('an alert', () => {
  test('fires once the condition has lasted, and is not repeated while nothing changes', () => {
    expect(told([[0, low]])).toEqual([]);
    expect(
      told([
        [0, low],
        [0.9, low],
      ]),
    ).toEqual([]);
    expect(
      told([
        [0, low],
        [1, low],
        [1.5, low],
        [2, low],
        [2.9, low],
      ]),
    ).toEqual(['firing warning 1']);
  });

  test('is known by vehicle, rule, subject and beginning, whatever the rule’s version', () => {
    const id = (version: string) =>
      play(
        [
          [0, low],
          [1, low],
        ],
        [{ ...rule, version }],
      ).alerts[0]?.alert.alertId;
    expect(id('v1')).toBe(alertId(VEHICLE, 'test-rule', 'there', NOW_MS));
    expect(id('v2')).toBe(id('v1'));
  });

  test('is taken back once it is clear for as long, with the next revision', () => {
    expect(
      told([
        [0, low],
        [1, low],
        [2, high],
        [2.9, high],
      ]),
    ).toEqual(['firing warning 1']);
    const { alerts, episodes } = play([
      [0, low],
      [1, low],
      [2, high],
      [3, high],
    ]);
    expect(alerts.map(({ alert: { state, revision } }) => [state, revision])).toEqual([
      ['firing', 1],
      ['resolved', 2],
    ]);
    expect(new Set(alerts.map(({ alert: { alertId } }) => alertId)).size).toBe(1);
    expect(alerts[1]?.alert).toMatchObject({ facts: { because: 'condition-over' }, remedies: [] });
    expect(episodes).toEqual({});
  });

  test('begun again is another one', () => {
    const { alerts } = play([
      [0, low],
      [1, low],
      [2, high],
      [3, high],
      [4, low],
      [5, low],
    ]);
    expect(new Set(alerts.map(({ alert: { alertId } }) => alertId)).size).toBe(2);
    expect(alerts[2]?.alert.revision).toBe(1);
  });

  test('ends with its subject', () => {
    const { alerts } = play([
      [0, low],
      [1, low],
      [2, { ...low, trip: null }],
    ]);
    expect(alerts.at(-1)?.alert).toMatchObject({ state: 'resolved', facts: { because: 'subject-gone' } });
  });

  test('carries what it rests on', () => {
    const [first] = play([
      [0, low],
      [1, low],
    ]).alerts;
    expect(first?.alert).toMatchObject({
      subject: 'there',
      stopName: 'there',
      tripId: 'trip-1',
      probability: expect.any(Number),
      arrivalSocPct: { p50: expect.any(Number) },
      reserveSocPct: 5,
      expiresAtMs: NOW_MS + MINUTE_MS + 1_800_000,
      evidence: { ruleVersion: 'v1', snapshotId: 'snapshot-1' },
    });
    const inputs = new Map(first?.alert.evidence.inputs.map((input) => [input.name, input]));
    expect(inputs.get('charge')).toMatchObject({ value: 45, unit: '%', ageS: 1 });
    expect(inputs.get('belowReserveProbability')?.value).toBeGreaterThan(0.5);
    expect(first?.alert.deadlineAtMs).toBe(first?.alert.remedies[0]?.deadlineAtMs);
  });
});

describe('a revision', () => {
  const begun = [
    [0, low],
    [1, low],
  ] as const;

  test('says when the severity changes, at once', () => {
    const some = { ...low, socPct: 66 };
    expect(
      told([
        [0, some],
        [1, some],
        [2, low],
        [3, low],
      ])[1],
    ).toBe('firing warning 2');
  });

  test('says when the best advice changes, two minutes later at the earliest', () => {
    const other = { ...low, chargers: [charger('other', 95_000)] };
    expect(told([...begun, [2.9, other]])).toHaveLength(1);
    expect(told([...begun, [3, other]])).toEqual(['firing warning 1', 'firing warning 2']);
  });

  test('is not made of the same advice', () => {
    expect(told([...begun, [3, low], [5, low], [7, low]])).toHaveLength(1);
  });

  test('brings an interrupting card on the road up to date after ten minutes', () => {
    expect(told([...begun, [10.9, low]])).toHaveLength(1);
    expect(told([...begun, [11, low]])).toHaveLength(2);
  });

  test('is not made of what has become unknown: the advice given stands', () => {
    const unknown = { soc: undefined };
    const quiet = [...begun, [3, low, unknown], [20, low, unknown]] as const;
    expect(told(quiet)).toHaveLength(1);
    expect(Object.values(play(quiet).episodes)[0]?.lifecycle.kind).toBe('firing');
  });
});

describe('modes and rules that are gone', () => {
  test('in the shadow everything happens, and nobody is told', () => {
    const { alerts } = play(
      [
        [0, low],
        [1, low],
      ],
      [{ ...rule, mode: 'shadow' }],
    );
    expect(alerts.map(({ isShadow }) => isShadow)).toEqual([true]);
    expect(
      play([
        [0, low],
        [1, low],
      ]).alerts[0]?.isShadow,
    ).toBe(false);
  });

  test('off means not asked', () => {
    expect(
      play(
        [
          [0, low],
          [1, low],
        ],
        [{ ...rule, mode: 'off' }],
      ),
    ).toEqual({ episodes: {}, alerts: [] });
  });

  const firing = play([
    [0, low],
    [1, low],
  ]);
  const now = situationOf(liveCar({ ...low, observedAtMs: NOW_MS }), NOW_MS + 2 * MINUTE_MS);

  test.each([
    ['switched off', [{ ...rule, mode: 'off' as const }]],
    ['taken out of the set', []],
  ])('a rule that was %s takes back what it said', (_, rules) => {
    const judged = judge(now, rules, firing.episodes);
    expect(judged.episodes).toEqual({});
    expect(judged.alerts.map(({ alert: one }) => alert.parse(one))).toEqual([
      expect.objectContaining({ state: 'resolved', revision: 2, alertId: firing.alerts[0]?.alert.alertId }),
    ]);
  });

  test('a rule reloaded in another version goes on with the same alert', () => {
    const judged = judge(now, [{ ...rule, version: 'v2' }], firing.episodes);
    expect(judged.alerts).toEqual([]);
    expect(Object.values(judged.episodes)[0]?.said?.alertId).toBe(firing.alerts[0]?.alert.alertId);
  });
});

test('the next time to ask is the nearest of all episodes', () => {
  const { episodes } = play([[0, low]], [rule, { ...rule, id: 'slower', forS: 600 }]);
  expect(nextDueMs(episodes)).toBe(NOW_MS + 60_000);
  expect(nextDueMs({})).toBeUndefined();
});

test('judging is pure: the same again gives the same, and nothing given is changed', () => {
  const before = structuredClone(
    play([
      [0, low],
      [1, low],
    ]).episodes,
  );
  const kept = structuredClone(before);
  const now = situationOf(liveCar({ ...low, observedAtMs: NOW_MS }), NOW_MS + 5 * MINUTE_MS);
  expect(judge(now, [rule], before)).toEqual(judge(now, [rule], before));
  expect(before).toEqual(kept);
});
