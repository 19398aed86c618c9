import { SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import { factValue, HOUR_MS, modelOf, NOW_MS, numberOf, PARKED, situation } from '../predictor.fixture.ts';
import type { TyreAir, TyresAir } from '../tyre-air.ts';
import { tyreSubjects } from './tyre.ts';

const air = (kpaAt20C: number, change: Partial<TyreAir> = {}): TyreAir => ({
  ...{ kpaAt20C, atMs: NOW_MS, isTempKnown: true, peaks: [] },
  ...change,
});

function factsOf(tyresAir: TyresAir, values: Record<string, number | boolean> = {}, model?: string) {
  const now = situation({ values: { ...PARKED, ...values } });
  const vehicle = model === undefined ? now.vehicle : modelOf(model);
  return tyreSubjects({ ...now, memory: { ...now.memory, tyresAir }, vehicle })[0]?.facts;
}
const MODEL_3 = 'tesla-model-3-rwd-2022';

test('there are four, by their places', () => {
  const subjects = tyreSubjects(situation({ values: PARKED }));
  const names = ['frontLeft', 'frontRight', 'rearLeft', 'rearRight'];
  expect(subjects.map(({ subject }) => subject)).toEqual(names);
  expect(subjects.map(({ facts }) => factValue(facts, 'tyre'))).toEqual(names);
});

test('what is missing is measured by the label of the model', () => {
  const facts = factsOf({ frontLeft: air(261), frontRight: air(250) }, {}, MODEL_3);
  expect(numberOf(facts, 'tyreMissingKpa')).toBeCloseTo(29);
  expect(numberOf(facts, 'tyreMissingPct')).toBeCloseTo(10);
});

test.each([
  ['where nobody looked up the label', {}, undefined],
  ['where the weather is not known', { isTempKnown: false }, MODEL_3],
])('it is measured by the tyre opposite %s', (_, change, model) => {
  const facts = factsOf({ frontLeft: air(200, change), frontRight: air(320), rearLeft: air(10) }, {}, model);
  expect(numberOf(facts, 'tyreMissingKpa')).toBeCloseTo(120);
  expect(numberOf(facts, 'tyreMissingPct')).toBeCloseTo(37.5);
});

test.each([
  [30 * 60_000, 100],
  [30 * 60_000 + 1, 50],
])('a tyre opposite that was read %d ms before makes it %d', (apartMs, missingKpa) => {
  const facts = factsOf({ frontLeft: air(200), frontRight: air(300, { atMs: NOW_MS - apartMs }) });
  expect(numberOf(facts, 'tyreMissingKpa')).toBeCloseTo(missingKpa);
});

test.each([
  ['a day', 24 * HOUR_MS, 'number'],
  ['longer', 24 * HOUR_MS + 1, 'string'],
])('a pressure counts for a day: %s', (_, ageMs, type) => {
  const facts = factsOf({ frontLeft: air(200, { atMs: NOW_MS - ageMs }) }, { [SIGNAL.tireFrontLeft]: 195 });
  for (const name of ['tyreMissingKpa', 'tyreMissingPct', 'tyreKpa'])
    expect(typeof factValue(facts, name)).toBe(type);
  expect(factValue(facts, 'tellsPressure')).toBe(true);
});

test('a tyre nobody told of is unknown, and the car does not say that it is low', () => {
  const facts = factsOf({});
  for (const name of ['tyreMissingKpa', 'tyreMissingPct', 'tyreKpa'])
    expect(factValue(facts, name)).toBe('(no pressure was told within a day)');
  expect(factValue(facts, 'tyreLostKpa')).toBe('(there is nothing to compare it with)');
  expect(factValue(facts, 'tellsPressure')).toBe(false);
  expect(factValue(facts, 'saysTyreIsLow')).toBe(false);
});

test('the car speaks of each by itself', () => {
  expect(factValue(factsOf({}, { [SIGNAL.isTireFrontLeftLow]: true }), 'saysTyreIsLow')).toBe(true);
  expect(factValue(factsOf({}, { [SIGNAL.isTireRearLeftLow]: true }), 'saysTyreIsLow')).toBe(false);
});

test('what it lost is from its peaks', () => {
  const peaks = [{ fromMs: NOW_MS - HOUR_MS, kpaAt20C: 250, besideKpa: 0 }];
  const facts = factsOf({ frontLeft: air(220, { peaks }), frontRight: air(250) });
  expect(numberOf(facts, 'tyreLostKpa')).toBeCloseTo(30);
});
