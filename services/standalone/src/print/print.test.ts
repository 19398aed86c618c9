import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smallScenario } from '../scenario/small-scenario.ts';
import { ansiPaint, box, hanging, plainPaint, WIDTH, wrap } from './lines.ts';
import { bandText, durationText, likely, percent, whole, wordsFor } from './words.ts';

describe('figures in words', () => {
  test('whole numbers carry a real minus and never a negative zero', () => {
    expect([-0.4, -0.6, 0, 0.4, 12.5].map(whole)).toEqual(['0', '−1', '0', '0', '13']);
  });
  test('a band reads as median and range', () => {
    expect(bandText({ p10: -16.2, p50: 2.4, p90: 19.1 })).toBe('2 % (−16 to 19 %)');
    expect(percent(-3)).toBe('−3 %');
  });
  test('no probability is certain', () => {
    expect([0, 0.009, 0.01, 0.99, 0.991, 1].map(likely)).toEqual([
      'under 1 % likely',
      'under 1 % likely',
      '1 % likely',
      '99 % likely',
      'over 99 % likely',
      'over 99 % likely',
    ]);
  });
  test('durations change to hours at an hour', () => {
    expect([0, 59, 60, 61, 125].map(durationText)).toEqual([
      '0 min',
      '59 min',
      '1 h',
      '1 h 1 min',
      '2 h 5 min',
    ]);
  });
  test('times and units are the driver’s', () => {
    const metric = wordsFor(smallScenario());
    const imperial = wordsFor(smallScenario({ 'scenario.yaml': [['units: metric', 'units: imperial']] }));
    const atMs = Date.parse('2026-01-01T23:30:00Z');
    expect(metric.time(atMs)).toBe('00:30');
    expect(metric.day(atMs)).toBe('Fri 2 Jan 2026');
    expect([metric.distance(16_093), imperial.distance(16_093)]).toEqual(['16 km', '10 mi']);
    expect([metric.temperature(0), imperial.temperature(0)]).toEqual(['0 °C', '32 °F']);
  });
});

describe('lines of a terminal', () => {
  const text = fc
    .array(fc.stringMatching(/^[a-z0-9]{1,20}$/), { maxLength: 40 })
    .map((words) => words.join(' '));

  test('wrapping keeps every word and no line is longer than asked', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 45, max: 100 }), (given, width) => {
        const lines = wrap(given, width);
        expect(lines.join(' ')).toBe(given);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
  test('a figure stays beside its unit', () => {
    expect(wrap('it is 19 % now', 9)).toEqual(['it is', '19 % now']);
    expect(wrap('at 32 °F out', 6)).toEqual(['at', '32 °F', 'out']);
  });
  test('lines after the first hang below the text', () => {
    expect(hanging('12:00  plan: ', 'a b', 14)).toEqual(['12:00  plan: a', '             b']);
  });
  test('a box is straight on both sides and as wide as the page', () => {
    const lines = box('Outrider · 12:00', 'Title', 'word '.repeat(60).trim(), {
      indent: '  ',
      paint: plainPaint,
      tone: 'warning',
    });
    for (const line of lines) expect(line).toHaveLength(WIDTH);
  });
  test('colour is added around the text and nowhere else', () => {
    expect(ansiPaint('bold', 'x')).toBe('\u001b[1mx\u001b[0m');
    expect(ansiPaint('plain', 'x')).toBe('x');
  });
});
