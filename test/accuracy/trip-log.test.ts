import { describe, expect, test } from 'vitest';
import { CELLS, type Cells, tenths, writeLog } from './trip.fixture.ts';
import { BrokenFile, parseTripLog } from './trip-log.ts';

const read = (text: string) => parseTripLog('TripA01.csv', text);
const mistakeIn = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof BrokenFile) return error.message;
    throw error;
  }
  return 'none';
};
const without = (title: string): Cells =>
  Object.fromEntries(Object.entries(CELLS).filter(([key]) => key !== title));

describe('a log', () => {
  test('has its name, its length and one value per second', () => {
    const log = read(writeLog(60));
    expect(log.name).toBe('TripA01');
    expect(log.durationS).toBe(60);
    expect(new Set(Object.values(log.columns).map((column) => column.length))).toEqual(new Set([60]));
  });
  test('keeps the energy of the full rate', () => {
    const { columns } = read(writeLog(60));
    const watts = tenths(60).map(
      (s) => -CELLS['Battery Voltage [V]']!(s)! * CELLS['Battery Current [A]']!(s)!,
    );
    const joules = watts.reduce((sum, value) => sum + value / 10, 0);
    expect(columns.batteryW.reduce((sum, value) => sum + value, 0)).toBeCloseTo(joules, 6);
  });
  test('is read in SI units: km/h to m/s, kW to W', () => {
    const { columns } = read(writeLog(2, { ...CELLS, 'Velocity [km/h]': () => 36 }));
    expect(columns.speedMps[1]).toBeCloseTo(10, 12);
    expect(columns.airConW[1]).toBeCloseTo(400, 9);
  });
  test('has its columns found by name, in any order', () => {
    const turned = Object.fromEntries(Object.entries(CELLS).toReversed());
    expect(read(writeLog(3, turned)).columns.socPct).toEqual(read(writeLog(3)).columns.socPct);
  });
  test('may have blanks, brackets too many and any degree sign in its header', () => {
    const text = writeLog(3)
      .replace('Velocity [km/h]', ' Velocity [km/h]]] ')
      .replaceAll('°', '\u00c2\u00b0')
      .replace('SoC [%]', 'SoC [%)');
    expect(read(text).columns).toEqual(read(writeLog(3)).columns);
  });
  test('may end its lines with a semicolon', () => {
    expect(read(writeLog(3).replaceAll('\r\n', ';\r\n')).columns).toEqual(read(writeLog(3)).columns);
  });
  test('is missing where a column is, or a cell', () => {
    const { columns } = read(
      writeLog(3, { ...without('Elevation [m]'), 'SoC [%]': (s) => (s < 1 ? null : 50) }),
    );
    expect([...columns.elevationM]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...columns.socPct]).toEqual([Number.NaN, 50, 50]);
  });
  test('is missing where it is silent for more than a second', () => {
    const { columns } = read(writeLog(0, CELLS, [...tenths(2), ...tenths(2, 5)]));
    expect([...columns.batteryW].map(Number.isNaN)).toEqual([false, false, false, true, true, false, false]);
  });
});

describe('a broken log is refused, with its place', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['no trip at all', 'a,b\n1,2\n', ['TripA01.csv:1', '"time"']],
    ['nothing', '', ['TripA01.csv:1']],
    ['a header only', writeLog(0), ['TripA01.csv']],
    ['a column that is needed', writeLog(3, without('SoC [%]')), ['TripA01.csv:1', '"soc"']],
    ['another unit', writeLog(3).replace('[km/h]', '[mph]'), ['TripA01.csv:1', 'Velocity', 'km/h']],
    [
      'a word for a number',
      writeLog(3).replace(';380;', ';many;'),
      ['TripA01.csv:2', 'Battery Voltage', 'many'],
    ],
    ['a line that ends early', `${writeLog(3)}3;50;500`, ['TripA01.csv:32', '3 of 15']],
    ['a time that goes back', writeLog(0, CELLS, [0, 0.1, 0]), ['TripA01.csv:4', 'Time']],
    ['a line without a time', writeLog(3).replace('\r\n0.2;', '\r\n;'), ['TripA01.csv:4', 'Time']],
  ];
  for (const [name, text, parts] of cases)
    test(name, () => {
      const mistake = mistakeIn(text);
      for (const part of parts) expect(mistake).toContain(part);
    });
});
