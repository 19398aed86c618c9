import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endMsOf, startMsOf } from '../scenario/index.ts';
import { published, smallScenario } from '../scenario/small-scenario.ts';
import { escapeText } from './markup.ts';
import { roadAxis } from './road-axis.ts';

describe('text on the page', () => {
  test('nothing that is written can become markup', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"']/);
      }),
    );
    expect(escapeText('a & <b>')).toBe('a &amp; &lt;b&gt;');
  });
  test('a figure stays beside its unit', () => {
    expect(escapeText('5 % at 3 °C')).toBe('5\u00a0% at 3\u00a0°C');
  });
});

describe('the axis of road and time', () => {
  for (const scenario of [smallScenario(), published('2013-01-winter-i95')])
    test(`${scenario.name}: runs from 0 to 1, always forward`, () => {
      const axis = roadAxis(scenario);
      const [startMs, endMs] = [startMsOf(scenario), endMsOf(scenario)];
      expect(axis.at(startMs)).toBe(0);
      expect(axis.at(endMs)).toBeCloseTo(1, 9);
      fc.assert(
        fc.property(
          fc.integer({ min: startMs, max: endMs }),
          fc.integer({ min: 1, max: 3_600_000 }),
          (a, step) => {
            expect(axis.at(a + step)).toBeGreaterThanOrEqual(axis.at(a));
          },
        ),
      );
    });
  test('before the start and after the end it stands still', () => {
    const scenario = smallScenario();
    const axis = roadAxis(scenario);
    expect(axis.at(startMsOf(scenario) - 1)).toBe(0);
    expect(axis.at(endMsOf(scenario) + 1)).toBe(axis.at(endMsOf(scenario)));
  });
  test('a night takes less room than the road', () => {
    const axis = roadAxis(smallScenario());
    const drive =
      axis.at(Date.parse('2026-01-01T11:00+01:00')) - axis.at(Date.parse('2026-01-01T10:00+01:00'));
    const night =
      axis.at(Date.parse('2026-01-02T08:00+01:00')) - axis.at(Date.parse('2026-01-01T11:00+01:00'));
    expect(night).toBeGreaterThan(0);
    expect(night).toBeLessThan(drive / 5);
  });
});
