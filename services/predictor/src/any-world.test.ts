import { conditions as conditionsSchema, SIGNAL, SIGNALS } from '@outrider/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advanceCar, type LiveCar, receive, rejudge, takeConditions } from './car.ts';
import { factCatalogue } from './facts/index.ts';
import { readRules } from './load-rules.ts';
import {
  at,
  charger,
  conditionsOf,
  HOUR_MS,
  liveCar,
  NOW_MS,
  placeOf,
  record,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';
import { OWN_RULES, readRuleFiles } from './rule-files.ts';

// Whatever a topic lets through, no car stops its partition, and none has to be given up.

const read = readRules(await readRuleFiles(OWN_RULES), factCatalogue);
const rules = read.kind === 'rules' ? read.rules : [];

const anyValues = fc.record(
  Object.fromEntries(
    Object.entries(SIGNALS)
      .filter(([, signal]) => signal.class !== 'place')
      .map(([path, signal]) => [
        path,
        signal.type === 'number'
          ? fc.constantFrom(signal.min, (signal.min + signal.max) / 2, signal.max)
          : fc.boolean(),
      ]),
  ),
  { requiredKeys: [] },
);
const anyRecord = fc.record({
  values: anyValues,
  gear: fc.constantFrom(0, 126, 127),
  eastM: fc.option(fc.integer({ min: -2_000, max: 220_000 })),
  afterMs: fc.constantFrom(1, 1_000, 30_000, 600_000, 2 * HOUR_MS, 25 * HOUR_MS),
});
const anySegment = fc.record({
  tempC: fc.constantFrom(-61, -60, -10, 20, 60),
  climbM: fc.constantFrom(-60, 0, 60),
  windMps: fc.constantFrom(0, 80),
  speedMps: fc.constantFrom(0.5, 25, 40, 89),
  pressureHpa: fc.constantFrom(400, 1_100),
});
const anyWorld = fc.record({
  segment: anySegment,
  standingC: fc.constantFrom(-80, 0, 70),
  sigma: fc.constantFrom(0, 1, 500),
  detourM: fc.constantFrom(0, 10, 50_000),
  maxPowerKw: fc.constantFrom(0.1, 50, 1_000),
  alongM: fc.constantFrom(0, 60_000, 200_000),
  weatherSource: fc.constantFrom('open-meteo' as const, 'met-norway' as const),
});
const anyTrip = fc.record({
  kind: fc.constantFrom('via' as const, 'charge' as const, 'destination' as const),
  staysH: fc.constantFrom(0, 1, 24 * 100),
  chargeToSocPct: fc.option(fc.constantFrom(0, 80, 100), { nil: undefined }),
  reserveSocPct: fc.constantFrom(0, 5, 100),
  departsInH: fc.constantFrom(-5, 0.5, 30),
});

const tripFrom = (given: typeof anyTrip extends fc.Arbitrary<infer T> ? T : never) => {
  const arriveAtMs = NOW_MS + HOUR_MS;
  const departAtMs = arriveAtMs + given.staysH * HOUR_MS;
  const { kind, chargeToSocPct } = given;
  const via = { kind, arriveAtMs, departAtMs, ...(chargeToSocPct === undefined ? {} : { chargeToSocPct }) };
  return tripOf({
    reserveSocPct: given.reserveSocPct,
    departAtMs: NOW_MS + given.departsInH * HOUR_MS,
    stops: [stopAt('via', 60_000, via), stopAt('end', 200_000)],
  });
};

test('every car is judged in every world, and none throws', () => {
  const anySteps = fc.array(fc.oneof(anyRecord, anyWorld), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(anyTrip, fc.constantFrom(0, 50, 100), anySteps, (plan, socPct, steps) => {
      const trip = tripFrom(plan);
      let live: LiveCar = liveCar({ trip, socPct });
      let nowMs = NOW_MS;
      for (const step of steps) {
        if ('segment' in step) {
          const { segment, sigma, standingC, weatherSource, ...place } = step;
          const places = [charger('one', 5_000, place)];
          const standing = [
            { fromMs: NOW_MS, toMs: NOW_MS + HOUR_MS, tempC: standingC, sigmaK: 2, source: weatherSource },
          ];
          const doubt = { tempK: sigma, windMps: sigma, speedRatio: sigma, climbM: sigma };
          const change = { asOfMs: nowMs, weatherSource, standing, sigma: doubt };
          const world = conditionsOf({
            trip,
            segment,
            chargers: places,
            nearby: places,
            home: at(0),
            change,
          });
          live = takeConditions(live, conditionsSchema.parse(world), nowMs);
          const judged = rejudge(live, nowMs, rules);
          expect(judged.failures).toEqual([]);
          live = judged.live;
          continue;
        }
        nowMs += step.afterMs;
        const values = { ...step.values, [SIGNAL.gear]: step.gear };
        const place = step.eastM === null ? {} : placeOf(step.eastM);
        const judged = advanceCar(receive(live, record(nowMs, { ...values, ...place })), nowMs, rules);
        expect(judged.failures).toEqual([]);
        live = judged.live;
      }
    }),
    { numRuns: 100 },
  );
});
