import { describe, expect, test } from 'vitest';
import { parseOverview, readFollowsDirectly, readPayload } from './overview.ts';
import { BrokenFile } from './trip-log.ts';

const HEADER = 'trip,started_at_local,area,weather,note,target_cabin_temp_c';
const read = (...lines: readonly string[]) =>
  parseOverview('overview.csv', [HEADER, ...lines, ''].join('\n'));

describe('an overview', () => {
  test('tells start, weather, note and target', () => {
    expect(read('T1,2019-06-25-13-21-14,East,"dark, rainy","said ""go"", went",23.5').get('T1')).toEqual({
      startedAtMs: Date.UTC(2019, 5, 25, 13, 21, 14),
      weather: 'dark, rainy',
      note: 'said "go", went',
      setTempC: 23.5,
    });
  });
  test('may leave everything but the name empty', () => {
    expect(read('T1,,,,,').get('T1')).toEqual({ startedAtMs: null, weather: '', note: '', setTempC: null });
  });
  test('takes times without seconds', () => {
    expect(read('T1,2019-06-25 13:21,,,,').get('T1')?.startedAtMs).toBe(Date.UTC(2019, 5, 25, 13, 21));
  });
  for (const [name, line, part] of [
    ['a time that is none', 'T1,yesterday,,,,', 'started_at_local'],
    ['a month that is none', 'T1,2019-13-25-13-21-14,,,,', 'started_at_local'],
    ['a target that is no number', 'T1,,,,,warm', 'target_cabin_temp_c'],
    ['no name', ',,,,,', '"trip"'],
  ] as const)
    test(`is refused with ${name}`, () => {
      expect(() => read('T0,,,,,', line)).toThrow(BrokenFile);
      expect(() => read('T0,,,,,', line)).toThrow('overview.csv:3');
      expect(() => read('T0,,,,,', line)).toThrow(part);
    });
  test('is refused with a name twice, or without a column', () => {
    expect(() => read('T1,,,,,', 'T1,,,,,')).toThrow(BrokenFile);
    expect(() => parseOverview('overview.csv', 'trip,note\n')).toThrow(BrokenFile);
  });
});

describe('notes', () => {
  test('tell a load', () => {
    expect(['+80 kg', 'two friends, + 60kg', '-5 kg', 'Rush Hour', '80 kgs'].map(readPayload)).toEqual([
      ...[80, 60, -5, null, null],
    ]);
  });
  test('tell whether the car had only just stopped', () => {
    expect(readFollowsDirectly('Sunday, (directly after previous trip)')).toBe(true);
    expect(readFollowsDirectly('Sunday')).toBe(false);
  });
});
