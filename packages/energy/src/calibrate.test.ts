import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batteryEnergy, kwhPerPoint, usableBetweenKwh } from './battery.ts';
import {
  forecastBasis,
  type Learned,
  learnEnergy,
  learnTrip,
  noLearning,
  type RejectReason,
  restoreLearned,
} from './calibrate.ts';
import type { DrivenTrip } from './driven-trip.ts';
import { FEATURE_COUNT } from './features.ts';
import { priorFor } from './prior.ts';
import { i3, learnedFrom, seeded, simulatedCar, simulateTrip } from './simulated-car.fixture.ts';

const unknown = noLearning(i3);
const exact = simulatedCar(1, 0);
/** 30 points of a new car's battery, and a meter that says the same. */
const charge = { startSocPct: 80, endSocPct: 50, socStepPct: 1 };
const expectedKwh = usableBetweenKwh(batteryEnergy(i3), 80, 50);
const trip = (change: Partial<DrivenTrip> = {}): DrivenTrip => ({
  ...simulateTrip(exact, seeded(1), { noise: 0, tempC: 5 }),
  ...charge,
  meteredKwh: expectedKwh,
  ...change,
});
const outcomeOf = (change: Partial<DrivenTrip>, learned: Learned = unknown) =>
  learnTrip(i3, learned, trip(change)).outcome;

describe('a trip is learned from', () => {
  const unmetered = { meteredKwh: null };
  const cases: [string, Partial<DrivenTrip>, 'learned' | RejectReason][] = [
    ['metered, with a charge that agrees', {}, 'learned'],
    ['with the charge alone', unmetered, 'learned'],
    ['charged on the way', { wasCharged: true }, 'charged'],
    ['towed', { wasTowed: true }, 'towed'],
    ['silent for 120 s', { longestGapS: 120 }, 'learned'],
    ['silent for longer', { longestGapS: 120.1 }, 'gap'],
    ['of 2 km', { distanceM: 2000 }, 'learned'],
    ['of less', { distanceM: 1999.9 }, 'too-short'],
    ['three steps of the displayed charge', { ...unmetered, endSocPct: 77 }, 'learned'],
    ['fewer', { ...unmetered, endSocPct: 77.1 }, 'charge-barely-moved'],
    ['three finer steps', { ...unmetered, socStepPct: 0.5, endSocPct: 78.5 }, 'learned'],
    ['a charge that rose', { ...unmetered, endSocPct: 81 }, 'charge-barely-moved'],
    ['metered, with a charge that did not move', { meteredKwh: 0.1, endSocPct: 80 }, 'learned'],
    ['a feature too few', { features: trip().features.slice(1) }, 'not-a-number'],
    ['a feature too many', { features: [...trip().features, 0] }, 'not-a-number'],
  ];
  for (const [name, change, outcome] of cases)
    test(`${outcome === 'learned' ? 'if' : 'not if'} ${name}`, () => expect(outcomeOf(change)).toBe(outcome));

  test('if not, all that was known stays as it was', () => {
    expect(learnTrip(i3, unknown, trip({ wasTowed: true })).learned).toBe(unknown);
  });
});

describe('the meter against the charge', () => {
  const known = (sdRatio: number): Learned => ({ ...unknown, soh: { ratio: 1, sdRatio } });
  /** Where the difference is as large as the share of the metered energy and two steps of rounding. */
  const most = (share: number, stepKwh: number) => (expectedKwh + 2 * stepKwh) / (1 - share);
  const least = (share: number, stepKwh: number) => (expectedKwh - 2 * stepKwh) / (1 + share);
  const stepKwh = i3.usableKwh / 100;
  const bounds: [string, number, number, number][] = [
    ['a battery known exactly: 10 % and rounding', 0, 0.1, 1],
    ['a finer display: less rounding', 0, 0.1, 0.1],
    ['a battery known to 2 %: twice that more', 0.02, 0.14, 1],
  ];
  for (const [name, sdRatio, share, socStepPct] of bounds)
    test(name, () => {
      const at = (meteredKwh: number) => outcomeOf({ meteredKwh, socStepPct }, known(sdRatio));
      const high = most(share, socStepPct * stepKwh);
      const low = least(share, socStepPct * stepKwh);
      expect(at(high - 1e-6)).toBe('learned');
      expect(at(high + 1e-6)).toBe('meter-against-charge');
      expect(at(low + 1e-6)).toBe('learned');
      expect(at(low - 1e-6)).toBe('meter-against-charge');
    });

  test('less on the meter may be wear as long as nobody has seen the battery; more may not', () => {
    const worn = (1 - 0.3) * expectedKwh;
    expect(outcomeOf({ meteredKwh: worn })).toBe('learned');
    expect(outcomeOf({ meteredKwh: worn }, known(0.0499))).toBe('meter-against-charge');
    const least = ((1 - 0.3) * expectedKwh - 2 * stepKwh) / 1.1;
    expect(outcomeOf({ meteredKwh: least + 1e-6 })).toBe('learned');
    expect(outcomeOf({ meteredKwh: least - 1e-6 })).toBe('meter-against-charge');
    const high = most(0.2, stepKwh);
    expect(outcomeOf({ meteredKwh: high - 1e-6 })).toBe('learned');
    expect(outcomeOf({ meteredKwh: high + 1e-6 })).toBe('meter-against-charge');
  });

  test('is asked of the battery as it was learned, not of the new one', () => {
    const old = { ...unknown, soh: { ratio: 0.75, sdRatio: 0.01 } };
    expect(outcomeOf({ meteredKwh: 0.75 * expectedKwh }, old)).toBe('learned');
    expect(outcomeOf({ meteredKwh: expectedKwh }, old)).toBe('meter-against-charge');
  });
});

describe('what a trip took', () => {
  const features = Float64Array.from(trip().features);
  const learnedWith = (change: Partial<DrivenTrip>, learned = unknown) =>
    learnTrip(i3, learned, trip(change)).learned.posterior;

  test('is what the meter says, to one percent', () => {
    const label = { kwh: 5.2, sdKwh: 0.052 };
    expect(learnedWith({ meteredKwh: 5.2 })).toEqual(
      learnEnergy(i3, unknown.posterior, features, label).posterior,
    );
  });

  test('is what the charge fell by without a meter: two roundings, and how well the battery is known', () => {
    const soh = { ratio: 0.9, sdRatio: 0.03 };
    const battery = batteryEnergy(i3, soh.ratio);
    const kwh = usableBetweenKwh(battery, 80, 50);
    const sdKwh = Math.hypot(kwhPerPoint(battery, 50) * Math.sqrt(2 / 12), 0.03 * kwh);
    expect(learnedWith({ meteredKwh: null }, { ...unknown, soh })).toEqual(
      learnEnergy(i3, unknown.posterior, features, { kwh, sdKwh }).posterior,
    );
  });
});

describe('what is not a number', () => {
  const numbers = [
    'startSocPct',
    'endSocPct',
    'socStepPct',
    'distanceM',
    'longestGapS',
    'meteredKwh',
  ] as const;
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const name of numbers)
      test(`${name} ${bad}`, () => expect(outcomeOf({ [name]: bad })).toBe('not-a-number'));
    test(`any feature ${bad}`, () => {
      for (let k = 0; k < FEATURE_COUNT; k++)
        expect(outcomeOf({ features: trip().features.with(k, bad) })).toBe('not-a-number');
    });
  }

  test('finite features too large to multiply', () => {
    expect(outcomeOf({ features: trip().features.map(() => 1e300) })).toBe('not-a-number');
  });

  test('nothing makes it throw, or leaves what is no number behind', () => {
    const anyNumber = fc.oneof(fc.double(), fc.double({ min: -200, max: 200, noNaN: true }));
    fc.assert(
      fc.property(
        fc.record({
          features: fc.array(fc.oneof(fc.double(), fc.double({ min: 0, max: 1e8, noNaN: true })), {
            minLength: FEATURE_COUNT,
            maxLength: FEATURE_COUNT,
          }),
          meteredKwh: fc.oneof(fc.constant(null), anyNumber),
          startSocPct: anyNumber,
          endSocPct: anyNumber,
          socStepPct: anyNumber,
          distanceM: anyNumber,
          longestGapS: anyNumber,
        }),
        (change) => {
          const { learned } = learnTrip(i3, unknown, trip(change));
          expect(restoreLearned(JSON.parse(JSON.stringify(learned)), i3.modelId)).toEqual(learned);
        },
      ),
      { seed: 7, numRuns: 1000 },
    );
  });
});

describe('what was learned', () => {
  const learned = learnedFrom(simulatedCar(), 60, seeded(2));
  const stored = (change: object): unknown => JSON.parse(JSON.stringify({ ...learned, ...change }));

  test('survives JSON and goes on exactly as if it had never been stored', () => {
    const back = restoreLearned(stored({}), i3.modelId);
    expect(back).toEqual(learned);
    const next = trip();
    expect(learnTrip(i3, back ?? unknown, next)).toEqual(learnTrip(i3, learned, next));
    expect(learnedFrom(simulatedCar(), 60, seeded(2))).toEqual(learned);
  });

  const { posterior, soh } = learned;
  const refused: [string, object][] = [
    ['of another version', { version: 2 }],
    ['with parameters of another version', { posterior: { ...posterior, version: posterior.version + 1 } }],
    ['with too few parameters', { posterior: { ...posterior, theta: posterior.theta.slice(1) } }],
    [
      'with a parameter that is no number',
      { posterior: { ...posterior, theta: posterior.theta.with(0, Number.NaN) } },
    ],
    ['with an impossible battery', { soh: { ...soh, ratio: 0.49 } }],
    ['with 51 scores', { scores: new Array(51).fill(0) }],
    ['without scores', { scores: undefined }],
  ];
  for (const [name, change] of refused)
    test(`is not used ${name}`, () => expect(restoreLearned(stored(change), i3.modelId)).toBeUndefined());

  test('is not used for another model, nor is anything else that was stored', () => {
    expect(restoreLearned(stored({}), 'nissan-leaf-24')).toBeUndefined();
    for (const other of [null, undefined, [], 'learned', 1])
      expect(restoreLearned(other, i3.modelId)).toBeUndefined();
  });

  test('counts its trips, keeps the last 50 errors, and is what forecasts are made with', () => {
    expect(posterior.trips).toBe(60);
    expect(learned.scores).toHaveLength(50);
    expect(forecastBasis(learned)).toMatchObject({
      posterior,
      sohRatio: soh.ratio,
      capacitySdRatio: soh.sdRatio,
    });
    expect(forecastBasis(unknown)).toEqual({
      posterior: priorFor(i3),
      sohRatio: 1,
      capacitySdRatio: 0.05,
      errorScale: 1,
    });
  });
});
