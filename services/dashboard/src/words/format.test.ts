import { describe, expect, test } from 'vitest';
import {
  ago,
  bandText,
  chanceText,
  distance,
  minutes,
  moment,
  type Reading,
  speed,
  temperature,
} from './format.ts';

const metric: Reading = { language: 'en', units: 'metric', timeZone: 'Europe/Berlin' };
const american: Reading = { language: 'en', units: 'imperial', timeZone: 'America/New_York' };
const german: Reading = { ...metric, language: 'de' };
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers as a person reads them', () => {
  test('a band says its middle and both ends, below nothing too', () => {
    expect(plain(bandText({ p10: -2.4, p50: 3.2, p90: 8.1 }, metric))).toBe('3 % (−2 to 8 %)');
    expect(plain(bandText({ p10: -0.4, p50: 0.2, p90: 2 }, german))).toBe('0 % (0 bis 2 %)');
  });

  test('no probability is told as certain', () => {
    expect([0, 0.004, 0.93, 0.996, 1].map((p) => plain(chanceText(p, metric)))).toEqual([
      '1 %',
      '1 %',
      '93 %',
      '99 %',
      '99 %',
    ]);
  });

  test('distances, speeds and temperatures are in the person’s units', () => {
    expect([420, 949, 950, 3_440, 91_700].map((m) => plain(distance(m, metric)))).toEqual([
      '420 m',
      '950 m',
      '1 km',
      '3.4 km',
      '92 km',
    ]);
    expect([420, 91_700].map((m) => plain(distance(m, american)))).toEqual(['0.3 mi', '57 mi']);
    expect(plain(distance(3_440, german))).toBe('3,4 km');
    // A limit is rounded down: a little slower helps as well, faster does not.
    expect([plain(speed(24.9, metric)), plain(speed(24.9, american))]).toEqual(['85 km/h', '55 mph']);
    expect([plain(temperature(-8, metric)), plain(temperature(-8, american))]).toEqual(['−8 °C', '18 °F']);
  });

  test('lengths of time', () => {
    expect([0, 50, 60, 160].map((value) => plain(minutes(value, metric)))).toEqual([
      '0 min',
      '50 min',
      '1 h',
      '2 h 40 min',
    ]);
  });
});

describe('moments in the person’s time zone', () => {
  const nowMs = Date.UTC(2026, 0, 15, 8);
  test('the day is said where it is another', () => {
    expect(moment(nowMs + 3_600_000, nowMs, metric)).toBe('10:00');
    expect(moment(nowMs + 86_400_000, nowMs, metric)).toBe('Fri 9:00');
    expect(moment(nowMs + 20 * 86_400_000, nowMs, metric)).toBe('4 Feb 9:00');
    expect(plain(moment(nowMs, nowMs, american)).replaceAll('\u202f', ' ')).toBe('3:00 AM');
  });

  test('midnight of that zone parts the days, not that of another', () => {
    const lateMs = Date.UTC(2026, 0, 15, 22, 59);
    expect(moment(lateMs, lateMs + 30_000, metric)).toBe('23:59');
    expect(moment(lateMs, lateMs + 60_000, metric)).toBe('Thu 23:59');
  });

  test('how long ago', () => {
    const told = [0, 59_000, 60_000, 119 * 60_000, 120 * 60_000, 47 * 3_600_000, 48 * 3_600_000];
    expect(told.map((ms) => ago(nowMs - ms, nowMs, metric))).toEqual([
      'now',
      'now',
      '1 min. ago',
      '119 min. ago',
      '2 hr. ago',
      '47 hr. ago',
      '2 days ago',
    ]);
  });
});
