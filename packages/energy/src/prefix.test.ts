import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { vehicleModel } from './catalogue.ts';
import { FEATURE_COUNT } from './features.ts';
import { buildPrefix, type PrefixInput, secondsTo, segmentAt } from './prefix.ts';
import { priorFor } from './prior.ts';
import type { RouteSegment } from './segment-features.ts';
import {
  BY_SPEED,
  BY_TEMPERATURE,
  BY_WIND,
  energyByInput,
  energyKwhOf,
  readStretch,
  type StretchStart,
} from './stretch.ts';
import type { VehicleModel } from './vehicle-model.ts';

const model = (id: string): VehicleModel => {
  const found = vehicleModel(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const i3 = model('bmw-i3-60ah');
const modelS = model('tesla-model-s-85-2012');

const anySegment: fc.Arbitrary<RouteSegment> = fc.record({
  distanceM: fc.double({ min: 50, max: 900, noNaN: true }),
  speedMps: fc.double({ min: 3, max: 40, noNaN: true }),
  climbM: fc.double({ min: -40, max: 40, noNaN: true }),
  bearingDeg: fc.double({ min: 0, max: 360, noNaN: true }),
  weather: fc.record({
    tempC: fc.double({ min: -25, max: 38, noNaN: true }),
    windSpeedMps: fc.double({ min: 0, max: 20, noNaN: true }),
    windFromDeg: fc.double({ min: 0, max: 360, noNaN: true }),
    wetness: fc.double({ min: 0, max: 4, noNaN: true }),
  }),
});
const anyRoute = fc.array(anySegment, { minLength: 1, maxLength: 40 });

const energyKwh = (input: PrefixInput, start: StretchStart = {}) => {
  const prefix = buildPrefix(input);
  return energyKwhOf(readStretch(prefix, 0, prefix.lengthM, start), priorFor(input.vehicle).theta);
};

describe('places', () => {
  const anyLengths = fc.array(
    fc.oneof(fc.constant(500), fc.double({ min: 0.001, max: 9_000, noNaN: true }), fc.constant(0.001)),
    { minLength: 1, maxLength: 200 },
  );

  test('are found in their segment, however unequal the segments are', () => {
    fc.assert(
      fc.property(anyLengths, fc.double({ min: 0, max: 1, noNaN: true }), (lengths, share) => {
        const segments = lengths.map((distanceM) => ({ ...segment({}), distanceM }));
        const prefix = buildPrefix({ vehicle: i3, segments });
        for (const m of [...prefix.atM, share * prefix.lengthM]) {
          const begun = prefix.atM.slice(0, -1).filter((atM) => atM <= m).length;
          expect(segmentAt(prefix, m)).toBe(begun - 1);
        }
      }),
    );
  });
});

describe('sums along a route', () => {
  test('a stretch is the sum of its parts, wherever it is cut', () => {
    fc.assert(
      fc.property(anyRoute, fc.double({ min: 0, max: 1, noNaN: true }), (segments, share) => {
        const prefix = buildPrefix({ vehicle: i3, segments });
        const middle = share * prefix.lengthM;
        const whole = readStretch(prefix, 0, prefix.lengthM, { cabinTempC: 5, fromRest: true });
        const first = readStretch(prefix, 0, middle, { cabinTempC: 5, fromRest: true });
        const second = readStretch(prefix, middle, prefix.lengthM, {
          cabinTempC: first.endCabinTempC,
          elapsedDriveS: first.durationS,
        });
        const warmth = new Set([6, 8]); // cut at another air temperature, the cabin's heat has another price
        for (let k = 0; k < FEATURE_COUNT; k++) {
          if (warmth.has(k)) continue;
          const fromStandstillTwice = middle === 0 && k === 9;
          if (fromStandstillTwice) continue;
          const sum = (first.features[k] ?? 0) + (second.features[k] ?? 0);
          const scale = Math.abs(whole.features[k] ?? 0) + 1;
          expect(Math.abs(sum - (whole.features[k] ?? 0)) / scale).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test('cabin warm-up adds up exactly in one weather, with the elapsed time instead of a thermometer too', () => {
    const segments = Array.from({ length: 20 }, () => segment({ tempC: -5 }));
    const prefix = buildPrefix({ vehicle: i3, segments });
    const whole = readStretch(prefix, 0, 10_000).features[6] ?? 0;
    const first = readStretch(prefix, 0, 3_700);
    const second = readStretch(prefix, 3_700, 10_000, { elapsedDriveS: first.durationS });
    expect((first.features[6] ?? 0) + (second.features[6] ?? 0)).toBeCloseTo(whole, 9);
    const measured = readStretch(prefix, 3_700, 10_000, { cabinTempC: first.endCabinTempC });
    expect(measured.features[6]).toBeCloseTo(second.features[6] ?? 0, 9);
  });

  test('time runs linearly inside a segment', () => {
    const prefix = buildPrefix({
      vehicle: i3,
      segments: [segment({ speedMps: 10 }), segment({ speedMps: 20 })],
    });
    expect(secondsTo(prefix, 0)).toBe(0);
    expect(secondsTo(prefix, 250)).toBe(25);
    expect(secondsTo(prefix, 500)).toBe(50);
    expect(secondsTo(prefix, 1000)).toBe(75);
    expect(prefix.durationS).toBe(75);
  });

  test('slopes agree with a small change of the input', () => {
    const route = (over: { tempC?: number; windMps?: number; speedRatio?: number }): PrefixInput => ({
      vehicle: i3,
      batteryTempC: 15,
      segments: [20, 25, 15].map((speedMps) =>
        segment({
          speedMps: speedMps * (over.speedRatio ?? 1),
          tempC: over.tempC ?? 3,
          windSpeedMps: over.windMps ?? 4,
          windFromDeg: 0,
        }),
      ),
    });
    const { theta } = priorFor(i3);
    const prefix = buildPrefix(route({}));
    const slopes = energyByInput(readStretch(prefix, 0, prefix.lengthM, { tyreColdRatio: 0 }), theta);
    const difference = (a: PrefixInput, b: PrefixInput, width: number) =>
      (energyKwh(b) - energyKwh(a)) / width;
    expect(slopes[BY_TEMPERATURE]).toBeCloseTo(
      difference(route({ tempC: 2.9 }), route({ tempC: 3.1 }), 0.2),
      4,
    );
    expect(slopes[BY_WIND]).toBeCloseTo(difference(route({ windMps: 3.9 }), route({ windMps: 4.1 }), 0.2), 5);
    // Warmed up: the slope leaves out that a shorter drive also warms cabin and tyres for less long.
    const warm = { cabinTempC: 22, tyreColdRatio: 0 };
    const faster =
      energyKwh(route({ speedRatio: 1.01 }), warm) - energyKwh(route({ speedRatio: 0.99 }), warm);
    expect(slopes[BY_SPEED]).toBeCloseTo(faster / 0.02, 4);
  });
});

function segment(over: {
  speedMps?: number;
  climbM?: number;
  tempC?: number;
  windSpeedMps?: number;
  windFromDeg?: number;
}): RouteSegment {
  const { speedMps = 25, climbM = 0, tempC = 15, windSpeedMps = 0, windFromDeg = 0 } = over;
  return { distanceM: 500, speedMps, climbM, bearingDeg: 0, weather: { tempC, windSpeedMps, windFromDeg } };
}

describe('physics', () => {
  test('colder is never cheaper below 15 °C with the heater on', () => {
    fc.assert(
      fc.property(
        anyRoute,
        fc.double({ min: -25, max: 15, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.constantFrom('bmw-i3-60ah', 'tesla-model-y-lr-2021'),
        (segments, tempC, colderK, modelId) => {
          const at = (airC: number): PrefixInput => ({
            vehicle: model(modelId),
            segments: segments.map((s) => ({ ...s, weather: { ...s.weather, tempC: airC } })),
          });
          // A descent into thicker air brakes harder and recovers more where regeneration is limited: flat here.
          const flat = (input: PrefixInput) => ({
            ...input,
            segments: input.segments.map((s) => ({ ...s, climbM: 0 })),
          });
          expect(energyKwh(flat(at(tempC - colderK)))).toBeGreaterThanOrEqual(
            energyKwh(flat(at(tempC))) - 1e-9,
          );
        },
      ),
    );
  });

  test('a headwind is never cheaper than still air, and a tailwind never dearer', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 3, max: 40, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (speedMps, windSpeedMps) => {
          const wind = (from: number, mps: number): PrefixInput => ({
            vehicle: i3,
            segments: [segment({ speedMps, windSpeedMps: mps, windFromDeg: from })],
          });
          expect(energyKwh(wind(0, windSpeedMps))).toBeGreaterThanOrEqual(energyKwh(wind(0, 0)) - 1e-12);
          expect(energyKwh(wind(180, windSpeedMps))).toBeLessThanOrEqual(energyKwh(wind(0, 0)) + 1e-12);
        },
      ),
    );
  });

  test('90 to 120 km/h costs about 1.37 times as much', () => {
    const at = (kmh: number) =>
      energyKwh(
        {
          vehicle: model('tesla-model-y-lr-2021'),
          batteryTempC: 20,
          segments: [segment({ speedMps: kmh / 3.6, tempC: 19 })],
        },
        { cabinTempC: 22 },
      );
    expect(at(120) / at(90)).toBeGreaterThan(1.25);
    expect(at(120) / at(90)).toBeLessThan(1.5);
  });

  test('20 to 4 °C costs about 1.09 times as much at a steady 90 km/h with a heat pump', () => {
    const at = (tempC: number) =>
      energyKwh(
        {
          vehicle: model('tesla-model-y-lr-2021'),
          segments: [segment({ speedMps: 25, tempC })],
        },
        { cabinTempC: 22 },
      );
    expect(at(4) / at(20)).toBeGreaterThan(1.05);
    expect(at(4) / at(20)).toBeLessThan(1.15);
  });

  test('the Model S of the winter drive needs 0.33 to 0.40 kWh a mile at 60 mph and −1 °C, less at +6 °C', () => {
    const perMile = (mph: number, tempC: number) =>
      (energyKwh(
        { vehicle: modelS, segments: [segment({ speedMps: mph * 0.44704, tempC })] },
        { cabinTempC: 22 },
      ) *
        1609.344) /
      500;
    expect(perMile(60, -1)).toBeGreaterThan(0.33);
    expect(perMile(60, -1)).toBeLessThan(0.4);
    expect(perMile(62, 6)).toBeGreaterThan(0.31);
    expect(perMile(62, 6)).toBeLessThan(0.36);
  });

  test('heating off saves, a roof box, luggage and winter tyres cost', () => {
    const cold = { vehicle: i3, segments: [segment({ tempC: -5, climbM: 3 })] };
    const usual = { payloadKg: 100, extraDragAreaM2: 0, rollingRatio: 1 };
    const plain = energyKwh(cold);
    expect(energyKwh({ ...cold, setTempC: null })).toBeLessThan(plain);
    expect(energyKwh({ ...cold, use: { ...usual, extraDragAreaM2: 0.15 } })).toBeGreaterThan(plain);
    expect(energyKwh({ ...cold, use: { ...usual, payloadKg: 300 } })).toBeGreaterThan(plain);
    expect(energyKwh({ ...cold, use: { ...usual, rollingRatio: 1.05 } })).toBeGreaterThan(plain);
    expect(energyKwh({ ...cold, use: usual })).toBe(plain);
  });
});

describe('bad input', () => {
  const good = segment({});
  const cases: [string, RouteSegment][] = [
    ['distance NaN', { ...good, distanceM: Number.NaN }],
    ['distance 0', { ...good, distanceM: 0 }],
    ['speed 0', { ...good, speedMps: 0 }],
    ['speed infinite', { ...good, speedMps: Number.POSITIVE_INFINITY }],
    ['climb NaN', { ...good, climbM: Number.NaN }],
    ['temperature NaN', { ...good, weather: { tempC: Number.NaN } }],
    ['temperature in Fahrenheit', { ...good, weather: { tempC: 72 } }],
    ['temperature in kelvin', { ...good, weather: { tempC: 293 } }],
    ['pressure in pascal', { ...good, weather: { tempC: 10, pressureHpa: 101_325 } }],
    ['negative wind', { ...good, weather: { tempC: 10, windSpeedMps: -1 } }],
    ['wind direction NaN', { ...good, weather: { tempC: 10, windFromDeg: Number.NaN } }],
    ['bearing NaN', { ...good, bearingDeg: Number.NaN }],
  ];
  for (const [name, bad] of cases) {
    test(`refuses ${name}`, () => {
      expect(() => buildPrefix({ vehicle: i3, segments: [good, bad] })).toThrow(RangeError);
    });
  }

  test('refuses an empty route and places off the route', () => {
    expect(() => buildPrefix({ vehicle: i3, segments: [] })).toThrow(/at least one/);
    const prefix = buildPrefix({ vehicle: i3, segments: [good] });
    expect(() => readStretch(prefix, -1, 500)).toThrow(/not on the route/);
    expect(() => readStretch(prefix, 0, 501)).toThrow(/not on the route/);
    expect(() => readStretch(prefix, 400, 300)).toThrow(/before/);
    expect(() => readStretch(prefix, 0, Number.NaN)).toThrow(/finite/);
    expect(() => readStretch(prefix, 0, 500, { cabinTempC: Number.NaN })).toThrow(/finite/);
  });
});
