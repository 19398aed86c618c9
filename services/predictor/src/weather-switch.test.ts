import type { Conditions } from '@outrider/domain';
import { expect, test } from 'vitest';
import { situationOf } from './car.ts';
import { type Episodes, judge } from './judge.ts';
import { charger, DRIVING, liveCar, MINUTE_MS, NOW_MS } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

// The weather of another provider says the same, and is less sure of it. That alone is no news.

const rule = ruleOn('belowReserveProbability', 'stop');
const SIGMA = { tempK: 1, windMps: 1.5, speedRatio: 0.07, climbM: 0 };
const FRESH: Partial<Conditions> = { weatherSource: 'open-meteo', weatherAgeS: 600, sigma: SIGMA };
/** What a provider that was asked second, and one kept for six hours, differ in at most. */
const SWITCHED: Partial<Conditions> = {
  weatherSource: 'met-norway',
  weatherAgeS: 6 * 3_600,
  sigma: { ...SIGMA, tempK: 2.4, windMps: 2.9 },
};

/** Alerts of a car that drives ten minutes on each of these worlds. */
function alertsOn(socPct: number, worlds: readonly Partial<Conditions>[]): string[] {
  let episodes: Episodes = {};
  const told: string[] = [];
  worlds.forEach((change, world) => {
    for (let minute = 0; minute < 10; minute++) {
      const nowMs = NOW_MS + (10 * world + minute) * MINUTE_MS;
      const chargers = [charger('halfway', 90_000)];
      const live = liveCar({
        values: DRIVING,
        socPct,
        eastM: 2_000,
        chargers,
        change,
        observedAtMs: nowMs - 1_000,
      });
      const judged = judge(situationOf(live, nowMs), [rule], episodes);
      episodes = judged.episodes;
      told.push(...judged.alerts.map(({ alert }) => alert.state));
    }
  });
  return told;
}

test('it clears no alert, neither on the way there nor back', () => {
  expect(alertsOn(45, [FRESH, SWITCHED, FRESH])).not.toContain('resolved');
});

test('it raises none', () => {
  expect(alertsOn(100, [FRESH, SWITCHED, FRESH])).toEqual([]);
});

test('its greater doubt may tip what stands on the threshold, within one point of charge, and nothing else', () => {
  const charges = Array.from({ length: 21 }, (_, i) => 60 + i);
  const tipped = charges.filter(
    (socPct) =>
      alertsOn(socPct, [FRESH, FRESH, FRESH]).length === 0 &&
      alertsOn(socPct, [FRESH, SWITCHED, FRESH]).length > 0,
  );
  expect(tipped.length).toBeLessThanOrEqual(1);
  for (const socPct of charges) expect(alertsOn(socPct, [FRESH, SWITCHED, FRESH])).not.toContain('resolved');
});
