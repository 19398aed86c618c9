import { describe, expect, test } from 'vitest';
import { readHeater } from './heater.ts';
import { makeLog } from './trip.fixture.ts';

const none = () => Number.NaN;
const at = (values: Parameters<typeof makeLog>[1], seconds: readonly number[]): readonly number[] => {
  const watts = readHeater(makeLog(120, values));
  return seconds.map((second) => watts[second]!);
};
/** A standing car without air conditioning that gives 450 W, and so much more. */
const standing = (moreW: (second: number) => number) => ({
  heaterLinW: none,
  speedMps: () => 0,
  airConW: () => 0,
  batteryW: (second: number) => 450 + moreW(second),
});

describe('the heater', () => {
  test('is what LIN says, whatever else is said', () => {
    const values = { heaterLinW: () => 800, heaterCanW: () => 5_300, heaterAskedW: () => 3_000 };
    expect(at(values, [0, 20])).toEqual([800, 800]);
  });
  test('without LIN is what was asked for, where the battery feels at least half of it', () => {
    const asked = { heaterAskedW: () => 2_000 };
    expect(at({ ...standing(() => 1_000), ...asked }, [60])).toEqual([2_000]);
    expect(at({ ...standing(() => 999), ...asked }, [60])).toEqual([0]);
  });
  test('is asked for and felt over half a minute, not second by second', () => {
    const felt = { ...standing((second) => (second < 60 ? 2_000 : 0)), heaterAskedW: () => 2_000 };
    expect(at(felt, [40, 59, 61, 80])).toEqual([2_000, 2_000, 0, 0]);
  });
  test('does not count what CAN says, hung or not', () => {
    expect(at({ ...standing(() => 5_000), heaterCanW: () => 5_300, heaterAskedW: () => 0 }, [60])).toEqual([
      0,
    ]);
  });
  test('takes no more than it can, and nothing where nobody logged what was asked for', () => {
    expect(at({ ...standing(() => 7_000), heaterAskedW: () => 7_000 }, [60])).toEqual([5_500]);
    expect(at({ ...standing(() => 7_000), heaterAskedW: none }, [60])).toEqual([0]);
  });
  test('leaves what the motor and the air conditioning draw to them', () => {
    const driving = {
      heaterLinW: none,
      speedMps: () => 10,
      motorNm: () => 20,
      airConW: () => 500,
      heaterAskedW: () => 2_000,
    };
    const motorW = (28.9 * 20 * 10) / 0.92;
    expect(at({ ...driving, batteryW: () => motorW + 500 + 450 + 900 }, [60])).toEqual([0]);
    expect(at({ ...driving, batteryW: () => motorW + 500 + 450 + 1_100 }, [60])).toEqual([2_000]);
  });
});
