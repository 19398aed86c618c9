import { describe, expect, test } from 'vitest';
import { findDefects } from './defects.ts';
import { during, makeLog } from './trip.fixture.ts';

const still = (fromS: number, toS: number) => ({
  voltageV: during(fromS, toS, () => 370),
  currentA: during(fromS, toS, () => -5),
});
const ramp = (fromS: number, toS: number) => ({
  voltageV: during(fromS, toS, (s) => 390 - 0.1 * s),
  currentA: during(fromS, toS, (s) => -10 - 0.7 * s),
});
const silent = (fromS: number, toS: number) => ({ batteryW: during(fromS, toS, () => Number.NaN) });
const charging = (watts: number, toS: number) => ({
  speedMps: during(100, toS, () => 0),
  batteryW: during(100, toS, () => watts),
});

const find = (values: Parameters<typeof makeLog>[1]) => findDefects(makeLog(300, values));

describe('a healthy log', () => {
  test('has no defect', () => {
    expect(find({})).toEqual([]);
  });
});

/** Both ends are a second wider: those seconds may be partly within. */
describe('both sides of each threshold', () => {
  const rows = [
    ['a logger that repeats itself for 31 s', still(100, 131), [{ rule: 'frozen', fromS: 99, toS: 132 }]],
    ['a logger that repeats itself for 30 s', still(100, 130), []],
    ['a straight line of 31 s', ramp(100, 131), [{ rule: 'interpolated', fromS: 99, toS: 132 }]],
    ['a straight line of 30 s', ramp(100, 130), []],
    ['silence of 11 s', silent(100, 111), [{ rule: 'silent', fromS: 99, toS: 112 }]],
    ['silence of 10 s', silent(100, 110), []],
    [
      'speed missing for 11 s',
      { speedMps: during(0, 11, () => Number.NaN) },
      [{ rule: 'silent', fromS: 0, toS: 12 }],
    ],
    [
      'a heater above 10 kW for 6 s',
      { heaterLinW: during(100, 106, () => 10_001) },
      [{ rule: 'heater-impossible', fromS: 99, toS: 107 }],
    ],
    [
      'the same on CAN',
      { heaterCanW: during(100, 106, () => 10_001) },
      [{ rule: 'heater-impossible', fromS: 99, toS: 107 }],
    ],
    ['a heater above 10 kW for 5 s', { heaterLinW: during(100, 105, () => 10_001) }, []],
    ['a heater of 10 kW', { heaterLinW: () => 10_000 }, []],
    ['charging for 31 s', charging(-1_001, 131), [{ rule: 'charging', fromS: 99, toS: 132 }]],
    ['charging for 30 s', charging(-1_001, 130), []],
    ['standing with 1 kW into the battery', charging(-1_000, 200), []],
    ['a long descent', { batteryW: during(100, 200, () => -20_000) }, []],
  ] as const;
  for (const [name, values, expected] of rows)
    test(name, () => {
      expect(find(values)).toEqual(expected);
    });
  test('until the end of the log', () => {
    expect(find(still(200, 300))).toEqual([{ rule: 'frozen', fromS: 199, toS: 300 }]);
  });
});
