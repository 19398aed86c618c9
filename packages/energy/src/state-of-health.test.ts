import { describe, expect, test } from 'vitest';
import { batteryEnergy, usableBetweenKwh } from './battery.ts';
import type { DrivenTrip } from './driven-trip.ts';
import { i3, learnedFrom, seeded, simulatedCar, simulateTrip } from './simulated-car.fixture.ts';
import { learnSoh, newSoh, type StateOfHealth, withToldHealth } from './state-of-health.ts';

const drive = simulateTrip(simulatedCar(), seeded(1));
/** A drive from 80 % on which the meter shows this share of what a new battery would have given. */
const seen = (ratio: number, usedPct = 40, change: Partial<DrivenTrip> = {}): DrivenTrip => ({
  ...drive,
  startSocPct: 80,
  endSocPct: 80 - usedPct,
  meteredKwh: ratio * usableBetweenKwh(batteryEnergy(i3), 80, 80 - usedPct),
  ...change,
});
const learn = (trip: DrivenTrip, soh = newSoh) => learnSoh(soh, i3, trip);

describe('state of health', () => {
  for (const ratio of [1, 0.85, 0.75, 0.7])
    for (const socStepPct of [1, 0.1])
      test(`of ${ratio} is found in 40 metered trips with steps of ${socStepPct} points`, () => {
        const { soh } = learnedFrom(simulatedCar(ratio), 40, seeded(3), () => ({ socStepPct }));
        expect(Math.abs(soh.ratio - ratio)).toBeLessThan(0.02);
        expect(soh.sdRatio).toBeLessThan(0.01);
      });

  test('gets surer with every metered trip, by ever less, and never quite sure: packs go on ageing', () => {
    let soh: StateOfHealth = newSoh;
    const sds: number[] = [];
    for (let i = 0; i < 300; i++) {
      soh = learn(seen(0.85), soh);
      sds.push(soh.sdRatio);
    }
    expect(sds[0]).toBeLessThan(newSoh.sdRatio);
    expect(sds[9]).toBeLessThan(sds[0] ?? 0);
    expect(sds[299]).toBeGreaterThan(0.004);
    expect(sds[299]).toBeCloseTo(sds[298] ?? 0, 6);
  });

  test('follows a battery that ages', () => {
    let soh: StateOfHealth = newSoh;
    for (let i = 0; i < 100; i++) soh = learn(seen(0.95), soh);
    for (let i = 0; i < 100; i++) soh = learn(seen(0.9), soh);
    expect(soh.ratio).toBeLessThan(0.91);
  });

  test('is not seen without a meter, nor over fewer than 4 points', () => {
    expect(learn(seen(0.85, 40, { meteredKwh: null }))).toBe(newSoh);
    expect(learn(seen(0.85, 3.9))).toBe(newSoh);
    expect(learn(seen(0.85, 4)).ratio).toBeLessThan(1);
  });

  test('is moved more by a long drive and a fine display than by a short drive and a coarse one', () => {
    const { ratio } = learn(seen(0.85, 40));
    expect(learn(seen(0.85, 10)).ratio).toBeGreaterThan(ratio);
    expect(learn(seen(0.85, 10, { socStepPct: 0.1 })).ratio).toBeLessThan(learn(seen(0.85, 10)).ratio);
  });

  test('stays between a half and 1.15, whatever the meter says', () => {
    expect(learn(seen(-10)).ratio).toBe(0.5);
    expect(learn(seen(10)).ratio).toBe(1.15);
  });
});

describe('what a car says of its health itself', () => {
  test('counts for most of what a car is thought of that nobody knows, and makes it surer', () => {
    const told = withToldHealth(newSoh, 0.85);
    expect(told.ratio).toBeGreaterThan(0.85);
    expect(told.ratio).toBeLessThan(0.9);
    expect(told.sdRatio).toBeLessThan(newSoh.sdRatio);
  });

  test('hardly moves what forty metered drives have taught', () => {
    const { soh } = learnedFrom(simulatedCar(0.85), 40, seeded(3), () => ({ socStepPct: 0.1 }));
    expect(Math.abs(withToldHealth(soh, 1).ratio - soh.ratio)).toBeLessThan(0.02);
  });

  test.each([
    ['nothing', undefined],
    ['less than a pack that is driven has', 0.49],
    ['nonsense', Number.NaN],
  ])('is left out when it is %s', (_, told) => {
    expect(withToldHealth(newSoh, told)).toBe(newSoh);
  });

  test.each([0.5, 1.1])('at %d it counts, and the answer is one a forecast takes', (told) => {
    const { ratio } = withToldHealth(newSoh, told);
    expect(ratio).not.toBe(newSoh.ratio);
    expect(ratio).toBeGreaterThanOrEqual(0.5);
    expect(ratio).toBeLessThanOrEqual(1.15);
  });
});
