import { describe, expect, test } from 'vitest';
import { vehicleModel } from './catalogue.ts';
import { buildPrefix, type PrefixInput } from './prefix.ts';
import { priorFor } from './prior.ts';
import type { RouteSegment } from './segment-features.ts';
import { energyKwhOf, readStretch } from './stretch.ts';
import type { VehicleModel } from './vehicle-model.ts';

const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;
const down = (climbM: number): RouteSegment => ({
  distanceM: 500,
  speedMps: 25,
  climbM,
  bearingDeg: 0,
  weather: { tempC: 15 },
});
const energyKwh = (input: PrefixInput): number => {
  const prefix = buildPrefix(input);
  return energyKwhOf(readStretch(prefix, 0, prefix.lengthM), priorFor(i3).theta);
};

describe('descents', () => {
  test('a descent gives back less with a cold battery, and only resistance above 95 % SOC', () => {
    const after = (over: Partial<PrefixInput>) =>
      energyKwh({ vehicle: i3, segments: [down(-60)], setTempC: null, ...over });
    const warm = after({ batteryTempC: 20 });
    expect(after({ batteryTempC: -15 })).toBeGreaterThan(warm);
    expect(after({ batteryTempC: 20, startSocPct: 100 })).toBeGreaterThan(warm);
    expect(after({ batteryTempC: 20, startSocPct: 95 })).toBe(warm);
  });

  test('a battery with room takes every descent back, one after the other; a full one only when it has room', () => {
    const hills = (count: number, startSocPct: number) =>
      energyKwh({
        vehicle: i3,
        segments: Array.from({ length: count }, () => down(-35)),
        setTempC: null,
        batteryTempC: 20,
        startSocPct,
      });
    expect(hills(30, 60)).toBeLessThan(29 * hills(1, 60));
    expect(hills(30, 100)).toBeGreaterThan(hills(30, 60) + 0.5);
  });
});
