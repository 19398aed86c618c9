import { describe, expect, test } from 'vitest';
import { cleanTrip } from './clean-trip.ts';
import { isCabinSaturated, totalsOf } from './logged-trip.ts';
import { NO_NOTES } from './overview.ts';
import { during, makeLog } from './trip.fixture.ts';

const frozen = (fromS: number, toS: number) => ({
  voltageV: during(fromS, toS, () => 370),
  currentA: during(fromS, toS, () => -5),
});
const clean = (durationS: number, values: Parameters<typeof makeLog>[1] = {}, notes = NO_NOTES) =>
  cleanTrip(makeLog(durationS, values), notes);
function keep(...args: Parameters<typeof clean>) {
  const cleaned = clean(...args);
  if ('dropped' in cleaned) throw new Error(cleaned.dropped.reason);
  return cleaned.trip;
}
const isDropped = (...args: Parameters<typeof clean>): boolean => 'dropped' in clean(...args);

describe('cleaning', () => {
  test('leaves a healthy trip as it is', () => {
    const trip = keep(300);
    expect(trip.cuts).toEqual([]);
    expect(trip.timeS.length).toBe(300);
    expect(totalsOf(trip).drivenKwh).toBeCloseTo(
      makeLog(300).columns.batteryW.reduce((sum, watts) => sum + watts, 0) / 3.6e6,
      12,
    );
  });
  test('cuts an end off, and counts time from what is left', () => {
    const trip = keep(300, frozen(250, 300));
    expect(trip.cuts).toEqual([{ rule: 'frozen', fromS: 249, toS: 300 }]);
    expect(trip.timeS.length).toBe(249);
  });
  test('cuts a start off, with what lies before the defect', () => {
    const notes = { ...NO_NOTES, startedAtMs: 1_000_000, note: 'directly after previous trip' };
    const trip = keep(300, frozen(20, 60), notes);
    expect(trip.cuts).toEqual([{ rule: 'frozen', fromS: 0, toS: 61 }]);
    expect([trip.timeS[0], trip.timeS.length]).toEqual([0, 239]);
    expect(trip.startedAtMs).toBe(1_061_000);
    expect(trip.followsDirectly).toBe(false);
  });
  test('names every rule that objected', () => {
    const trip = keep(300, { ...frozen(0, 40), heaterLinW: during(30, 50, () => 20_000) });
    expect(trip.cuts).toEqual([{ rule: 'frozen+heater-impossible', fromS: 0, toS: 51 }]);
  });
  test('drops a trip when less than half is left', () => {
    expect(isDropped(600, frozen(301, 600))).toBe(false);
    expect(isDropped(600, frozen(300, 600))).toBe(true);
  });
  test('drops a trip of less than three minutes', () => {
    expect(isDropped(180)).toBe(false);
    expect(isDropped(179)).toBe(true);
  });
  test('drops a trip of less than a kilometre', () => {
    expect(isDropped(200, { speedMps: () => 5.01 })).toBe(false);
    expect(isDropped(200, { speedMps: () => 4.99 })).toBe(true);
  });
  test('fills short gaps with the value before, and at the start with the one behind', () => {
    const { socPct } = keep(300, {
      socPct: (s) => (s < 2 || (s >= 10 && s < 12) ? Number.NaN : 60 - s),
    });
    expect([socPct[0], socPct[9], socPct[11], socPct[12]]).toEqual([58, 51, 51, 48]);
  });
  test('takes the season from the temperature', () => {
    expect(keep(300, { ambientC: () => 15 }).season).toBe('summer');
    expect(keep(300, { ambientC: () => 14.9 }).season).toBe('winter');
  });
  test('passes on what was written down', () => {
    const notes = {
      startedAtMs: null,
      weather: 'sunny',
      note: '+80 kg, directly after previous trip',
      setTempC: 22,
    };
    expect(keep(300, {}, notes)).toMatchObject({
      ...{ startedAtMs: null, weather: 'sunny', setTempC: 22, payloadKg: 80, followsDirectly: true },
    });
  });
});

describe('the cabin sensor', () => {
  test('is at its end at 10 and at 39.8 °C, not between', () => {
    expect([10, 10.1, 39.7, 39.8].map(isCabinSaturated)).toEqual([true, false, false, true]);
  });
});
