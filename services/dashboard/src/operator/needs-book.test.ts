import { expect, test } from 'vitest';
import type { AlertView } from '../server/answers.ts';
import { carsOnMap, inDrawingOrder, withSteps } from './needs-book.ts';

const step = (change: Partial<AlertView> = {}): AlertView => ({
  ...{ alertId: 'a', revision: 1, vehicleId: 'car', ruleId: 'r', subject: 's', state: 'firing' },
  ...{ severity: 'warning', message: 'm', facts: {}, remedies: [] },
  evidence: { inputs: [], modelVersion: 'm', ruleVersion: 'r' },
  ...{ startedAt: '2026-01-15T08:00:00Z', changedAt: '2026-01-15T08:00:00Z' },
  expiresAt: '2026-01-15T09:00:00Z',
  ...change,
});
const later = '2026-01-15T08:01:00Z';
const placeOf = (vehicleId: string, lat = 60) => [vehicleId, { vehicleId, lat, lon: 24, at: later }] as const;

test('the later step of a warning counts, in whatever order they come', () => {
  const [early, late] = [step(), step({ severity: 'critical', changedAt: later })];
  for (const steps of [
    [early, late],
    [late, early],
  ])
    expect([...withSteps(new Map(), steps).values()]).toEqual([late]);
});

test('a warning that ended is no need any more, and an older step does not bring it back', () => {
  const book = withSteps(new Map(), [step()]);
  expect(withSteps(book, [step({ state: 'resolved', changedAt: later })]).size).toBe(0);
  expect(
    withSteps(withSteps(new Map(), [step({ changedAt: later })]), [step({ state: 'resolved' })]).size,
  ).toBe(1);
});

test('the map shows a car once, with the gravest of its warnings, and none that has not said where it is', () => {
  const book = withSteps(new Map(), [
    step({ alertId: 'a', severity: 'info' }),
    step({ alertId: 'b', severity: 'critical' }),
    step({ alertId: 'c', severity: 'warning' }),
    step({ alertId: 'd', vehicleId: 'elsewhere' }),
  ]);
  expect([...carsOnMap(book, new Map([placeOf('car'), placeOf('without a warning')])).values()]).toEqual([
    { vehicleId: 'car', lat: 60, lon: 24, need: 'critical' },
  ]);
});

test('the gravest is drawn last, on top of the others', () => {
  const cars = (['critical', 'info', 'warning'] as const).map((need) => ({
    ...{ vehicleId: need, lat: 60, lon: 24, need },
  }));
  expect(inDrawingOrder(cars).map(({ need }) => need)).toEqual(['info', 'warning', 'critical']);
});
