import type { Remedy, TripRemedy } from '@outrider/domain';
import { roundProbability } from '@outrider/energy';
import { expect, test } from 'vitest';
import { CHARGING, charger, DRIVING } from './predictor.fixture.ts';
import { remedySources, simulateRemedies } from './remedies/index.ts';
import { problemOf } from './remedies/remedies.fixture.ts';
import { rankRemedies, type Simulated } from './remedy.ts';

const band = { p10: 0, p50: 1, p90: 2 };
const remedies: Readonly<Record<string, TripRemedy>> = {
  slower: { kind: 'hold-speed', speedMps: 20, arrivalSocPct: band, belowReserveProbability: 0 },
  plug: {
    kind: 'plug-in',
    name: 'here',
    powerKw: 2,
    untilSocPct: 90,
    arrivalSocPct: band,
    belowReserveProbability: 0,
  },
  back: { kind: 'turn-back', name: 'home', distanceM: 1, arrivalSocPct: band, belowReserveProbability: 0 },
  warm: { kind: 'precondition', minutes: 9, arrivalSocPct: band, belowReserveProbability: 0 },
};
const simulated = (name: string, belowReserveProbability: number): Simulated => ({
  remedy: { ...(remedies[name] as TripRemedy), belowReserveProbability },
});
const wait = (minutes: number): Simulated => ({
  remedy: {
    kind: 'charge-at',
    locationId: 'slow',
    name: 'slow charger',
    minutes,
    untilSocPct: 50,
    distanceM: 1_000,
    detourM: 0,
    worksProbability: 0.9,
    arrivalSocPct: band,
    belowReserveProbability: 0.05,
  },
});
const ranked = (...some: readonly Simulated[]) =>
  rankRemedies(some, ['plug-in', 'hold-speed', 'turn-back', 'precondition'], true).map(
    ({ remedy }) => remedy.kind,
  );

test('what surely works comes in the order of preference', () => {
  expect(ranked(simulated('slower', 0.01), simulated('plug', 0.09))).toEqual(['plug-in', 'hold-speed']);
});

test.each([
  [0.091, ['plug-in', 'hold-speed']],
  [0.093, ['hold-speed', 'plug-in']],
])('a plug that leaves %d is ranked %j', (risk, kinds) => {
  expect(ranked(simulated('slower', 0.02), simulated('plug', risk))).toEqual(kinds);
});

test.each([
  [0.499, ['plug-in']],
  [0.5, []],
])('what leaves %d is offered: %j', (risk, kinds) => {
  expect(ranked(simulated('plug', risk))).toEqual(kinds);
});

test('of what may not be enough the surer comes first, but a few points do not outweigh preference', () => {
  expect(ranked(simulated('plug', 0.45), simulated('slower', 0.15))).toEqual(['hold-speed', 'plug-in']);
  expect(ranked(simulated('slower', 0.41), simulated('plug', 0.45))).toEqual(['plug-in', 'hold-speed']);
});

test('turning back comes after everything that leads on, and never are there more than three', () => {
  const all = [
    simulated('back', 0),
    simulated('plug', 0.4),
    simulated('slower', 0.3),
    simulated('warm', 0.2),
  ];
  expect(ranked(...all)).toHaveLength(3);
  expect(ranked(simulated('back', 0), simulated('plug', 0.4))).toEqual(['plug-in', 'turn-back']);
  const withoutPlan = rankRemedies(
    [simulated('back', 0), simulated('plug', 0.4)],
    ['plug-in', 'turn-back'],
    false,
  );
  expect(withoutPlan.map(({ remedy }) => remedy.kind)).toEqual(['turn-back', 'plug-in']);
});

test('probabilities are rounded into their range', () => {
  expect([-1, 0.12345, 2].map(roundProbability)).toEqual([0, 0.123, 1]);
});

test('a rule is offered only what it asks for', () => {
  const problem = problemOf({
    values: DRIVING,
    socPct: 55,
    eastM: 2_000,
    chargers: [charger('halfway', 90_000)],
  });
  const kinds = (...asked: Remedy['kind'][]) =>
    simulateRemedies(problem, { remedies: asked }).map(({ remedy }) => remedy.kind);
  expect(kinds('charge-at', 'hold-speed')).toContain('charge-at');
  expect(kinds('plug-in')).toEqual([]);
  expect(kinds()).toEqual([]);
});

test('every kind of remedy has one source', () => {
  expect(new Set(remedySources.map(({ kind }) => kind)).size).toBe(remedySources.length);
  const problem = problemOf({ values: CHARGING, socPct: 50, nearby: [charger('here', 0)] });
  for (const source of remedySources) {
    const made = source.simulate(problem);
    if (made !== null) expect(made.remedy.kind).toBe(source.kind);
  }
});

test.each([
  [240, ['charge-at', 'hold-speed']],
  [241, ['hold-speed']],
])('a charge of %d minutes beside something else gives %j', (minutes, kinds) => {
  expect(ranked(wait(minutes), simulated('slower', 0.3))).toEqual(kinds);
});

test('a long charge is advised when nothing else helps', () => {
  expect(ranked(wait(400))).toEqual(['charge-at']);
});

test('turning back comes last with a plan, and by preference without one', () => {
  const some = [simulated('back', 0.01), simulated('slower', 0.3)];
  const kinds = (hasPlan: boolean) =>
    rankRemedies(some, ['turn-back', 'hold-speed'], hasPlan).map(({ remedy }) => remedy.kind);
  expect(kinds(true)).toEqual(['hold-speed', 'turn-back']);
  expect(kinds(false)).toEqual(['turn-back', 'hold-speed']);
});
