import { describe, expect, test } from 'vitest';
import { fitClimbMass, judgeHeights } from './heights.ts';

const SECONDS = 900;
const speedAt = (s: number): number => 14 + 4 * Math.sin(s / 11) + 2 * Math.sin(s / 37);
const slopeMpsAt = (s: number): number => 0.4 * Math.sin(s / 90);
const heightAt = (s: number): number => 500 - 36 * Math.cos(s / 90);
const column = (valueAt: (s: number) => number): Float64Array =>
  Float64Array.from({ length: SECONDS }, (_, s) => valueAt(s));

/** A car of 1320 kg on that road. Noise of the motor stands for everything that the terms do not explain. */
const motor = (noise = 0) =>
  column((s) => {
    const v = speedAt(s);
    const accelerating = 1_500 * v * ((4 / 11) * Math.cos(s / 11) + (2 / 37) * Math.cos(s / 37));
    const climbing = 1_320 * 9.81 * slopeMpsAt(s);
    return (180 * v + 0.3 * v ** 3 + accelerating + climbing) / (28.9 * v) + noise * Math.sin(s * s);
  });
const road = { speedMps: column(speedAt), elevationM: column(heightAt), motorNm: motor() };

describe('heights along the way', () => {
  test('give the car its mass where they are right', () => {
    expect(fitClimbMass(road)?.massKg).toBeGreaterThan(1_250);
    expect(fitClimbMass(road)?.massKg).toBeLessThan(1_390);
    expect(judgeHeights(road)).toBe('profile');
  });
  test('are given up where the motor felt the opposite', () => {
    expect(judgeHeights({ ...road, elevationM: column((s) => 1_000 - heightAt(s)) })).toBe('ends');
  });
  test('are given up where the motor felt much less, and kept where it may be chance', () => {
    const steeper = column((s) => 3 * heightAt(s));
    expect(judgeHeights({ ...road, elevationM: steeper })).toBe('ends');
    expect(judgeHeights({ ...road, elevationM: steeper, motorNm: motor(400) })).toBe('profile');
  });
  test('cannot be judged on a flat road, in a short drive or without a motor: the ends are enough', () => {
    expect(judgeHeights({ ...road, elevationM: column(() => 500) })).toBe('ends');
    expect(judgeHeights({ ...road, motorNm: column(() => Number.NaN) })).toBe('ends');
    const short = (values: Float64Array) => values.slice(0, 239);
    expect(
      fitClimbMass({
        speedMps: short(road.speedMps),
        elevationM: short(road.elevationM),
        motorNm: short(road.motorNm),
      }),
    ).toBeNull();
  });
});
