import { describe, expect, test } from 'vitest';
import { readHeater } from './heater.ts';
import { during, makeLog } from './trip.fixture.ts';

const flicker = (second: number): number => 3_000 + 100 * (second % 2);
const none = () => Number.NaN;
const at = (values: Parameters<typeof makeLog>[1], seconds: readonly number[]): readonly number[] => {
  const watts = readHeater(makeLog(40, values));
  return seconds.map((second) => watts[second]!);
};

describe('the heater', () => {
  test('is what LIN says, whatever CAN says', () => {
    expect(at({ heaterLinW: () => 800, heaterCanW: () => 5_300 }, [0, 20])).toEqual([800, 800]);
  });
  test('without LIN is what CAN says while heat is asked for', () => {
    const values = { heaterLinW: none, heaterCanW: flicker, heaterAskedW: during(0, 20, () => 2_000) };
    expect(at(values, [10, 19, 20])).toEqual([3_000, 3_100, 0]);
  });
  test('may stay the same for 5 s, and is off when it does for 6', () => {
    const hung = (toS: number) => (second: number) =>
      second >= 10 && second < toS ? 5_300 : flicker(second);
    const values = { heaterLinW: none, heaterAskedW: () => 2_000 };
    expect(at({ ...values, heaterCanW: hung(15) }, [9, 10, 14, 15])).toEqual([3_100, 5_300, 5_300, 3_100]);
    expect(at({ ...values, heaterCanW: hung(16) }, [9, 10, 15, 16])).toEqual([3_100, 0, 0, 3_000]);
  });
  test('counts where nobody logged what was asked for', () => {
    expect(at({ heaterLinW: none, heaterCanW: flicker, heaterAskedW: none }, [10])).toEqual([3_000]);
  });
});
