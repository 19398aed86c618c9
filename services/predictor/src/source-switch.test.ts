import type { Conditions } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { known, unknown } from './fact.ts';
import { factCatalogue, subjectsOf } from './facts/index.ts';
import { readRules } from './load-rules.ts';
import {
  CHARGING,
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  NOW_MS,
  numberOf,
  PARKED,
  segmentsBetween,
  situation,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';
import { type Scope, scope } from './rule.ts';
import { OWN_RULES, readRuleFiles } from './rule-files.ts';
import { type Carried, carriedOver, isSourceSwitch, smallPartOf, toldSubjects } from './source-switch.ts';

describe('a switch of sources', () => {
  const before = conditionsOf();
  const [road] = before.stretches;
  const [air] = before.standing;
  const nobody: Conditions['stretches'] = [];

  test.each<[string, Partial<Conditions>, boolean]>([
    ['nothing else', {}, false],
    [
      'newer figures of the same sources',
      { sigma: { ...before.sigma, tempK: 3 }, weatherAgeS: 7_200 },
      false,
    ],
    ['another weather', { weatherSource: 'open-meteo' }, true],
    ['another road', { stretches: road ? [{ ...road, routeSource: 'great-circle' }] : nobody }, true],
    ['another air', { standing: air ? [{ ...air, source: 'climatology' }] : [] }, true],
    ['a stop more', { stretches: road ? [road, { ...road, stopId: 'further' }] : nobody }, false],
    ['no road any more', { stretches: nobody }, false],
  ])('%s: %s', (_, change, isSwitch) => {
    expect(isSourceSwitch(before, { ...before, ...change })).toBe(isSwitch);
    expect(isSourceSwitch({ ...before, ...change }, before)).toBe(isSwitch);
  });
});

describe('of a difference there is carried', () => {
  test.each([
    ['all within the band', 0.1, 0.1],
    ['all at its end', -0.15, -0.15],
    ['less beyond it', 0.2, 0.1],
    ['hardly anything before twice the band', -0.29, -0.01],
    ['nothing at twice the band', 0.3, 0],
    ['nothing of another world', -0.9, 0],
  ])('%s', (_, difference, expected) => {
    expect(smallPartOf(difference, 0.15)).toBeCloseTo(expected, 10);
  });
});

describe('what rules judge', () => {
  const key = 'stop there belowReserveProbability';
  const carrying = (offset: number, value = 0.4): Carried => ({
    [key]: { offset, from: { offset, value, socPct: 50 } },
  });
  const facts = (risk: number | null, socPct = 50) => ({
    subject: 'there',
    facts: {
      belowReserveProbability: risk === null ? unknown('no charge') : known(risk),
      socPct: known(socPct),
      distanceM: known(7),
    },
  });
  const told = (carried: Carried, ...given: Parameters<typeof facts>) =>
    toldSubjects('stop', [facts(...given)], carried);
  const riskIn = (answer: ReturnType<typeof told>) =>
    numberOf(answer.subjects[0]?.facts, 'belowReserveProbability');

  test('is the fact itself while nothing is carried', () => {
    const subjects = [facts(0.4)];
    expect(toldSubjects('stop', subjects, {}).subjects).toBe(subjects);
  });

  test('goes on from where it was, and stays there while nothing moves', () => {
    const once = told(carrying(0.1), 0.4);
    expect(riskIn(once)).toBeCloseTo(0.5, 10);
    expect(riskIn(told(once.carried, 0.4))).toBeCloseTo(0.5, 10);
    expect(numberOf(once.subjects[0]?.facts, 'distanceM')).toBe(7);
  });

  test.each([
    ['towards what is carried', 0.44, 0.5],
    ['away from it', 0.37, 0.44],
    ['by more than it', 0.55, 0.55],
  ])('wears off by as much as the fact moves %s', (_, risk, expected) => {
    expect(riskIn(told(carrying(0.1), risk))).toBeCloseTo(expected, 10);
  });

  test('wears off for good: a figure that comes back finds less, and one that trembles loses nothing more', () => {
    let carried = carrying(0.1);
    for (const risk of [0.36, 0.4, 0.44, 0.36, 0.4]) carried = told(carried, risk).carried;
    expect(riskIn(told(carried, 0.4))).toBeCloseTo(0.46, 10);
  });

  test.each([
    [50, 0.15],
    [45, 0.075],
    [55, 0.075],
    [40, 0],
    [20, 0],
  ])('wears off with the charge where the fact stands still: at %d %%, %d is left', (socPct, left) => {
    const answer = told(carrying(0.15, 0), 0, socPct);
    expect(riskIn(answer)).toBeCloseTo(left, 10);
    expect(Object.keys(answer.carried)).toEqual(left === 0 ? [] : [key]);
  });

  test.each([
    [0.95, 0.1, 1],
    [0.05, -0.1, 0],
  ])('a probability of %d with %d stays one', (risk, offset, expected) => {
    expect(riskIn(told(carrying(offset, risk), risk))).toBe(expected);
  });

  test('is unknown where the fact is, and finds what was carried when it is known again', () => {
    const silent = told(carrying(0.1), null);
    expect(silent.subjects[0]?.facts).toMatchObject({ belowReserveProbability: { kind: 'unknown' } });
    expect(riskIn(told(silent.carried, 0.4))).toBeCloseTo(0.5, 10);
  });

  test('of a subject that is gone nothing is kept', () => {
    expect(toldSubjects('stop', [], carrying(0.1)).carried).toEqual({});
    expect(toldSubjects('parked', [facts(0.4)], carrying(0.1)).carried).toEqual({});
  });
});

// One situation of each kind, in two worlds that differ in everything a source can say.
const cold = { tempC: -12, windMps: 8, windFromDeg: 90, speedMps: 24 };
const fast = tripOf({ stops: [stopAt('there', 200_000, { kind: 'charge', powerKw: 90 })] });
const late = tripOf({ departAtMs: NOW_MS + 14 * HOUR_MS });
const here = [charger('here', 0, { detourM: 0 })];
const places = [charger('near', 105_000), charger('far', 140_000, { worksProbability: 0.5 })];
const homeAt = { lat: 41, lon: -73, distanceM: 100_000 };
const wayHome = (change: object): Partial<Conditions> => ({
  home: homeAt,
  stretches: [
    { stopId: 'home', segments: segmentsBetween(130_000, 0, change), chargers: [], routeSource: 'provider' },
  ],
});
type Options = Parameters<typeof situation>[0] & object;
const KINDS: readonly [string, (change: object) => Options][] = [
  [
    'underway',
    (segment) => ({
      trip: fast,
      values: DRIVING,
      eastM: 90_000,
      socPct: 48,
      chargers: [charger('a', 150_000)],
      segment,
    }),
  ],
  ['on a cable', (segment) => ({ values: CHARGING, nearby: here, socPct: 60, segment })],
  ['parked', (segment) => ({ trip: late, values: PARKED, socPct: 66, segment })],
  [
    'without a plan',
    (segment) => ({
      trip: null,
      values: DRIVING,
      eastM: 100_000,
      socPct: 50,
      nearby: places,
      change: wayHome(segment),
    }),
  ],
];

describe('the catalogue', async () => {
  const read = readRules(await readRuleFiles(OWN_RULES), factCatalogue);
  const rules = read.kind === 'rules' ? read.rules : [];

  test.each(KINDS)('carries every figure of a rule that the world moves: %s', (_, kind) => {
    const moved = new Set<string>();
    for (const name of scope.options) {
      const after = subjectsOf[name](situation(kind(cold)));
      for (const { subject, facts } of subjectsOf[name](situation(kind({})))) {
        const other = after.find((one) => one.subject === subject)?.facts ?? {};
        for (const definition of factsOfRules(name)) {
          const [a, b] = [facts[definition.name], other[definition.name]];
          if (a?.kind !== 'known' || b?.kind !== 'known' || a.value === b.value) continue;
          moved.add(definition.name);
          expect(definition).toHaveProperty('carryBand');
        }
      }
    }
    expect([...moved]).not.toEqual([]);
  });

  const factsOfRules = (name: Scope) => {
    const reads = new Set(rules.filter((rule) => rule.scope === name).flatMap((rule) => rule.reads));
    return factCatalogue[name].filter((definition) => reads.has(definition.name));
  };

  test.each(KINDS)('makes up for it, whatever the rule reads: %s', (_, kind) => {
    const slightly = { tempC: -0.5, windMps: 0.3, windFromDeg: 90 };
    const [before, after] = [situation(kind({})), situation(kind(slightly))];
    const carried = carriedOver(before, after);
    expect(Object.keys(carried)).not.toEqual([]);
    for (const name of scope.options) {
      const told = toldSubjects(name, subjectsOf[name](after), carried).subjects;
      for (const { subject, facts } of subjectsOf[name](before)) {
        for (const definition of factsOfRules(name)) {
          const value = facts[definition.name];
          if (value?.kind !== 'known' || typeof value.value !== 'number') continue;
          const now = told.find((one) => one.subject === subject)?.facts;
          expect(numberOf(now, definition.name)).toBeCloseTo(value.value, 6);
        }
      }
    }
  });
});
