import { describe, expect, test } from 'vitest';
import { readFlag, readNumber, readPlace, readTime } from './text-values.ts';

describe('numbers', () => {
  for (const [text, value] of [
    ['63.4', 63.4],
    ['"63.4"', 63.4],
    [' 63.4 ', 63.4],
    ['" 63.4 "', 63.4],
    ['+63.4', 63.4],
    ['-0.5', -0.5],
    ['12345.', 12_345],
    ['.5', 0.5],
    ['1e-05', 1e-5],
    ['1.5E+02', 150],
    ['9007199254740993', '9007199254740993'],
    ['1e999', undefined],
    ['63,4', undefined],
    ['63.4%', undefined],
    ['0x3F', undefined],
    ['1_000', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['<invalid>', undefined],
    ['null', undefined],
    ['', undefined],
    ['""', undefined],
    ['"', undefined],
    ['.', undefined],
    ['1 2', undefined],
    ['٦٣', undefined],
  ] as const)
    test(`${JSON.stringify(text)} is ${value}`, () => {
      expect(readNumber(text)).toBe(value);
    });
});

describe('booleans', () => {
  for (const [text, value] of [
    ['true', true],
    ['True', true],
    ['FALSE', false],
    ['"false"', false],
    ['1', true],
    ['0', false],
    ['', undefined],
    ['yes', undefined],
    ['2', undefined],
  ] as const)
    test(`${JSON.stringify(text)} is ${value}`, () => {
      expect(readFlag(text)).toBe(value);
    });
});

describe('places', () => {
  const there = { latitude: 37.412374, longitude: -122.145867 };
  for (const [text, place] of [
    ['(37.412374 N, 122.145867 W)', there],
    ['"(37.412374 N, 122.145867 W)"', there],
    ['(37.412374 N,122.145867 W)', there],
    ['37.412374,-122.145867', there],
    ['(37.412374, -122.145867)', there],
    ['(34.603700 S, 58.381600 W)', { latitude: -34.6037, longitude: -58.3816 }],
    ['(90 N, 180 E)', { latitude: 90, longitude: 180 }],
    ['(90.000001 N, 0 E)', undefined],
    ['(0 N, 180.000001 E)', undefined],
    ['(-37.4 S, 122.1 E)', undefined],
    ['(37.4 N, 122.1)', undefined],
    ['(37.4 N, 122.1 E', undefined],
    ['(37.4 E, 122.1 N)', undefined],
    ['(nan N, 10.0 E)', undefined],
    ['()', undefined],
    ['', undefined],
    ['37.4', undefined],
  ] as const)
    test(`${JSON.stringify(text)} is ${JSON.stringify(place)}`, () => {
      expect(readPlace(text)).toEqual(place);
    });
});

describe('times', () => {
  for (const [text, value, isSure] of [
    ['07:30:00', '07:30:00', true],
    ['"7:30"', '07:30:00', true],
    ['24:00:00', undefined, undefined],
    ['07:60:00', undefined, undefined],
    ['Sat Jan 17 13:31:17 2026', '2026-01-17T13:31:17Z', false],
    ['Sat Jan  3 03:31:17 2026', '2026-01-03T03:31:17Z', false],
    ['Sat Foo 17 13:31:17 2026', undefined, undefined],
    ['Sat Jan 32 13:31:17 2026', undefined, undefined],
    ['2026-01-17T13:31:17Z', '2026-01-17T13:31:17Z', true],
    ['2026-01-17T13:31:17.5+02:00', '2026-01-17T13:31:17.5+02:00', true],
    ['2026-01-17T13:31:17', '2026-01-17T13:31:17', false],
    ['2026-13-17T13:31:17Z', undefined, undefined],
    ['1768650000', '1768650000', false],
    ['tomorrow', undefined, undefined],
    ['', undefined, undefined],
  ] as const)
    test(`${JSON.stringify(text)} is ${value}`, () => {
      expect(readTime(text)).toEqual(value === undefined ? undefined : { value, isSure });
    });
});
