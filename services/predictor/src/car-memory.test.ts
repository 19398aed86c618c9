import { SIGNAL } from '@outrider/domain';
import { estimateBattery } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { DRIVING, HOUR_MS, modelOf, NOW_MS, PARKED, record, VEHICLE } from './predictor.fixture.ts';
import { emptyVehicleState, foldRecord } from './vehicle-state.ts';

const car = modelOf();
const said = (values: object, atMs = NOW_MS) =>
  foldRecord(emptyVehicleState(VEHICLE), record(atMs, { ...values }));
const estimate = (
  memory: Parameters<typeof estimateBattery>[0],
  before: ReturnType<typeof said>,
  now: ReturnType<typeof said>,
  nowMs = NOW_MS,
) => estimateBattery(memory, before, now, car, nowMs)?.tempC;

describe('the battery’s temperature', () => {
  const nothing = said({});

  test('is what the car says, in the record that says it', () => {
    expect(estimate(null, nothing, said({ [SIGNAL.batteryTemp]: 12, [SIGNAL.airTemp]: -5 }))).toBe(12);
  });

  test.each([
    [115, 80],
    [80, 80],
    [-60, -60],
  ])('a sensor at %i °C counts as %i', (said_, counts) => {
    expect(estimate(null, nothing, said({ [SIGNAL.batteryTemp]: said_ }))).toBe(counts);
  });

  test('is the air’s when nothing else is known, and unknown without air', () => {
    expect(estimate(null, nothing, said({ [SIGNAL.airTemp]: -5 }))).toBe(-5);
    expect(estimate(null, nothing, nothing)).toBeUndefined();
  });

  test('soaks through a silent night, in the air that the morning tells', () => {
    const evening = said({ ...PARKED, [SIGNAL.airTemp]: 5 });
    const morning = said({ ...PARKED, [SIGNAL.airTemp]: -10 }, NOW_MS + 11 * HOUR_MS);
    const memory = { tempC: 20, atMs: NOW_MS };
    const soaked = estimate(memory, evening, morning, NOW_MS + 11 * HOUR_MS) ?? 0;
    expect(soaked).toBeCloseTo(-10 + 30 * Math.exp(-1), 1);
    const longer = estimate(memory, evening, morning, NOW_MS + 40 * HOUR_MS) ?? 0;
    expect(longer).toBeLessThan(soaked);
  });

  test('a driven battery does not cool down to the air', () => {
    const driving = said({ ...DRIVING, [SIGNAL.airTemp]: -10 });
    const later = NOW_MS + HOUR_MS;
    const driven = estimate({ tempC: 10, atMs: NOW_MS }, driving, driving, later) ?? 0;
    const parked =
      estimate({ tempC: 10, atMs: NOW_MS }, said({ ...PARKED, [SIGNAL.airTemp]: -10 }), driving, later) ?? 0;
    expect(driven).toBeGreaterThan(parked - 2);
  });

  test('a clock that goes back changes nothing', () => {
    const memory = { tempC: 10, atMs: NOW_MS };
    expect(estimate(memory, said(PARKED), said({ [SIGNAL.airTemp]: -10 }), NOW_MS - HOUR_MS)).toBe(10);
  });
});
