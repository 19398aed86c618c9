import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BASE, CLIMB, FEATURES, WARM_UP } from './features.ts';
import { buildPrefix } from './prefix.ts';
import { readStretch } from './stretch.ts';
import { meterCar as car, driven, metered, sampleAt, tripOf } from './trip-meter.fixture.ts';
import { addTripSample, finishTrip, startTripMeter, type TripSample } from './trip-meter.ts';
import { usualUse } from './vehicle-model.ts';

const { vehicle } = car;

describe('the road that was driven', () => {
  test('has the features a forecast of that road has', () => {
    const speeds = [10, 25, 5, 12.5];
    const samples = [sampleAt(0, { speedMps: null, odometerM: 0 })];
    let [atS, metres] = [0, 0];
    for (const speedMps of speeds) {
      for (let i = 0; i < 500 / (speedMps * 2); i++) {
        atS += 2;
        metres += speedMps * 2;
        samples.push(sampleAt(atS, { odometerM: 1_000_123 + metres, speedMps: null }));
      }
    }
    const first = samples[0] as TripSample;
    samples[0] = { ...first, odometerM: 1_000_123 };
    samples.push(sampleAt(atS, { odometerM: 1_000_123 + metres, isDriving: false }));
    const prefix = buildPrefix({
      vehicle,
      segments: speeds.map((speedMps) => ({
        distanceM: 500,
        speedMps,
        climbM: 0,
        bearingDeg: 0,
        weather: { tempC: 5, pressureHpa: 1_000, windSpeedMps: 4, windFromDeg: 45, wetness: 0 },
      })),
    });
    const expected = readStretch(prefix, 0, prefix.lengthM, { fromRest: true });
    const trip = tripOf(samples);
    for (const [k, name] of FEATURES.entries())
      expect(trip.features[k], name).toBeCloseTo(expected.features[k] ?? 0, 3);
    expect(trip).toMatchObject({ distanceM: 2_000, durationS: 210, meanAirTempC: expect.closeTo(5, 9) });
  });

  test('a stop on the way takes time and belongs to the drive', () => {
    const through = tripOf(driven());
    const stopped = tripOf([
      ...driven(),
      sampleAt(160, { isDriving: false, speedMps: 0 }),
      ...driven().map((sample) => ({ ...sample, atMs: sample.atMs + 160_000 })),
    ]);
    expect(stopped.durationS).toBe(2 * through.durationS + 60);
    expect(stopped.features[BASE]).toBeCloseTo(260, 6);
  });

  test('standing at the end does not', () => {
    const rest = [sampleAt(130, { isDriving: false, speedMps: 0, socPct: 78, powerW: 3_000 })];
    const trip = tripOf([...driven(), ...rest]);
    expect(trip).toMatchObject({ durationS: 100, endedAtMs: 100_000, endSocPct: 78 });
    expect(trip.meteredKwh).toBeCloseTo((100 * 10_000) / 3.6e6, 9);
  });

  test('a cabin that says it is warm needs no warming up', () => {
    expect(tripOf(driven()).features[WARM_UP]).toBeGreaterThan(0);
    expect(tripOf(driven(() => ({ cabinTempC: 22 }))).features[WARM_UP]).toBe(0);
    const cooler = tripOf(driven(() => ({ setTempC: 18 }))).features[WARM_UP] ?? 0;
    expect(cooler).toBeLessThan(tripOf(driven()).features[WARM_UP] ?? 0);
  });
});

describe('height', () => {
  const climbOf = (heightM: (atS: number) => number | null) =>
    tripOf(driven((atS) => ({ heightM: heightM(atS) }), 1_000)).features[CLIMB] ?? Number.NaN;
  const perMetre = (vehicle.massKg + usualUse.payloadKg) * 9.81;

  test('a hill counts as high as it is', () => {
    expect(climbOf((s) => (s <= 990 ? s / 10 : 99)) / perMetre).toBeCloseTo(99, 0);
  });

  test('what a satellite’s height jitters does not add up', () => {
    const jitter = climbOf((s) => (s % 2 === 0 ? 8 : -8));
    expect(Math.abs(jitter) / perMetre).toBeLessThan(6);
  });

  test('another zero on the way is no climb', () => {
    const jump = climbOf((s) => (s < 500 ? 0 : 400));
    expect(Math.abs(jump) / perMetre).toBeLessThan(20);
  });

  test.each([
    [100, true],
    [101, false],
  ])('known unless more than a tenth of the way has none (%i s of 1000 s without)', (untilS, isKnown) => {
    const trip = tripOf(driven((s) => ({ heightM: s <= untilS ? null : 10 }), 1_000));
    expect(trip.isClimbKnown).toBe(isKnown || untilS < 125);
    expect(tripOf(driven(() => ({ heightM: null }))).isClimbKnown).toBe(false);
  });
});

describe('energy', () => {
  const kwhOf = (samples: readonly TripSample[]) => tripOf(samples).meteredKwh;
  const every = (stepS: number) => driven(() => ({}), 120).filter((_, i) => i % stepS === 0);

  test('is power summed over time, recuperation taken off', () => {
    const power = (s: number) => ({ powerW: s < 50 ? 10_000 : -10_000 });
    expect(kwhOf(driven(power))).toBeCloseTo((49.5 * 10_000 - 50.5 * 10_000) / 3.6e6, 6);
  });

  test('is not known without power, and where power is read too seldom to be a sum', () => {
    expect(kwhOf(driven(() => ({ powerW: null })))).toBeNull();
    expect(kwhOf(every(5))).toBeCloseTo((120 * 10_000) / 3.6e6, 9);
    expect(kwhOf(every(6))).toBeNull();
  });

  test.each([
    [30, true],
    [31, false],
  ])('%i s without it: %s', (gapS, isKnown) => {
    const during = driven((s) => (s > 40 && s < 40 + gapS ? { powerW: null } : {}), 200);
    expect(kwhOf(during) !== null).toBe(isKnown);
    const last = driven((s) => (s > 200 - gapS ? { powerW: null } : {}), 200);
    expect(kwhOf(last) !== null).toBe(isKnown);
    const first = driven((s) => (s < gapS ? { powerW: null } : {}), 200);
    expect(kwhOf(first) !== null).toBe(isKnown);
  });
});

describe('charge', () => {
  test('is heard of within the first 500 m, or not known for the start', () => {
    const from = (metres: number) => driven((s) => (s * 20 < metres ? { socPct: null } : {}));
    expect(finishTrip(metered(from(500)), car)).toMatchObject({ startSocPct: 80 });
    expect(finishTrip(metered(from(501)), car)).toMatchObject({ startSocPct: 80 });
    expect(finishTrip(metered(from(541)), car)).toBe('charge-unknown');
  });

  test.each([
    [[80, 79, 78], 1],
    [[80, 79.5, 78], 0.5],
    [[80, 79.7, 78], 0.1],
    [[80, 79.73, 78], 0.01],
    [[80.123, 79, 78], 0.01],
  ])('%j comes in steps of %d', (levels, step) => {
    expect(tripOf(driven((s) => ({ socPct: levels[Math.min(2, s)] ?? null }))).socStepPct).toBe(step);
  });

  test.each([
    [72.9, false],
    [73, true],
  ])('from 70 %% to %d %%: charged on the way %s', (later, wasCharged) => {
    const levels = (s: number) => ({ socPct: s < 30 ? 75 : s < 60 ? 70 : later });
    expect(tripOf(driven(levels)).wasCharged).toBe(wasCharged);
  });
});

describe('a car that is towed', () => {
  const towed = (movedM: number, seconds: number, speedMps: number | null = 0) => [
    ...driven(),
    ...Array.from({ length: seconds }, (_, i) => sampleAt(101 + i * 10, { speedMps, movedM })),
  ];
  test.each([
    ['10 times 100 m', 100, 11, true],
    ['9 times 100 m', 100, 10, false],
    ['a fix that wanders by 99 m', 99, 50, false],
  ])('%s on still wheels', (_name, movedM, times, wasTowed) => {
    expect(tripOf(towed(movedM, times)).wasTowed).toBe(wasTowed);
  });
  test('wheels that nobody reads may have turned', () => {
    expect(tripOf(towed(100, 20, null)).wasTowed).toBe(false);
  });
});

test.each([
  ['charge-unknown', { socPct: null }],
  ['air-unknown', { airTempC: null }],
  ['did-not-move', { speedMps: 0 }],
])('cannot be described: %s', (reason, change) => {
  expect(finishTrip(metered(driven(() => change)), car)).toBe(reason);
});

const anyNumber = (min: number, max: number) => fc.option(fc.double({ min, max, noNaN: true }));
const anySample: fc.Arbitrary<Omit<TripSample, 'atMs'>> = fc.record({
  isDriving: fc.boolean(),
  speedMps: anyNumber(0, 112),
  odometerM: anyNumber(0, 1e10),
  movedM: anyNumber(0, 2e7),
  heightM: anyNumber(-500, 9_000),
  bearingDeg: anyNumber(0, 360),
  powerW: anyNumber(-1e6, 1e6),
  socPct: anyNumber(0, 100),
  airTempC: anyNumber(-60, 70),
  setTempC: anyNumber(10, 35),
  cabinTempC: anyNumber(-60, 90),
  batteryTempC: anyNumber(-60, 80),
  weather: fc.option(fc.record({ windSpeedMps: fc.double({ min: 0, max: 80, noNaN: true }) })),
});

test('whatever a car says: it never throws, every figure is finite, and a restart anywhere changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anySample, fc.integer({ min: 0, max: 7_200_000 })), { minLength: 2, maxLength: 40 }),
      (said) => {
        let atMs = 0;
        const samples = said.map(([sample, laterMs]) => {
          atMs += laterMs;
          return { ...sample, atMs };
        });
        const [first, ...rest] = samples as [TripSample, ...TripSample[]];
        let kept = startTripMeter(car, first);
        let restored = kept;
        for (const sample of rest) {
          kept = addTripSample(kept, car, sample);
          restored = addTripSample(JSON.parse(JSON.stringify(restored)), car, sample);
        }
        expect(JSON.stringify(restored)).toBe(JSON.stringify(kept));
        const trip = finishTrip(kept, car);
        if (typeof trip === 'string') return;
        for (const figure of [...trip.features, trip.distanceM, trip.meanAirTempC, trip.meteredKwh ?? 0])
          expect(Number.isFinite(figure)).toBe(true);
      },
    ),
  );
});
