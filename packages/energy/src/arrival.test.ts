import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CarState, forecastArrival, prepareForecast } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { vehicleModel } from './catalogue.ts';
import { flatRoad } from './flat-road.ts';
import { noLiveFactor, updateLiveFactor } from './live-factor.ts';
import { usualSigmas } from './noise.ts';
import { priorFor } from './prior.ts';
import type { VehicleModel } from './vehicle-model.ts';

const modelS = vehicleModel('tesla-model-s-85-2012') as VehicleModel;
const car: ForecastCar = { vehicle: modelS, posterior: priorFor(modelS) };
const KM = 1000;
const winter = flatRoad({
  vehicle: modelS,
  lengthM: 350 * KM,
  speedMps: 97 / 3.6,
  weather: { tempC: -1 },
});
const arrive = (state: CarState, over: { fromKm?: number; toKm?: number; car?: Partial<ForecastCar> } = {}) =>
  forecastArrival({
    prefix: winter,
    fromM: (over.fromKm ?? 0) * KM,
    toM: (over.toKm ?? 200) * KM,
    car: { ...car, ...over.car },
    state,
  });

describe('arrival', () => {
  test('200 miles in frost on 90 % is likely to fail; 110 miles are safe', () => {
    expect(arrive({ socPct: 90 }, { toKm: 322 }).probabilityBelow(5)).toBeGreaterThan(0.5);
    expect(arrive({ socPct: 90 }, { toKm: 177 }).probabilityBelow(5)).toBeLessThan(0.01);
  });

  test('more battery never arrives with less', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 350 }),
        (socPct, more, toKm) => {
          const less = arrive({ socPct }, { toKm });
          const fuller = arrive({ socPct: socPct + more }, { toKm });
          expect(fuller.soc.meanPct).toBeGreaterThanOrEqual(less.soc.meanPct - 1e-9);
          expect(fuller.probabilityBelow(5)).toBeLessThanOrEqual(less.probabilityBelow(5) + 1e-9);
        },
      ),
    );
  });

  test('quantiles, probabilities and mean belong to one distribution', () => {
    const { soc, arrivalSocPct } = arrive({ socPct: 80 });
    expect(soc.probabilityBelow(arrivalSocPct.p10)).toBeCloseTo(0.1, 6);
    expect(soc.probabilityBelow(arrivalSocPct.p50)).toBeCloseTo(0.5, 6);
    expect(soc.probabilityBelow(arrivalSocPct.p90)).toBeCloseTo(0.9, 6);
    expect(soc.quantilePct(0.1)).toBeCloseTo(arrivalSocPct.p10, 9);
    expect(soc.probabilityUsableBelow(5)).toBeGreaterThanOrEqual(soc.probabilityBelow(5));
  });

  test('the band narrows with the distance left and widens with what is unknown', () => {
    const sd = (fromKm: number) => arrive({ socPct: 80 }, { fromKm }).soc.sdPct;
    expect(sd(100)).toBeLessThan(sd(0));
    expect(sd(190)).toBeLessThan(sd(100));
    const base = sd(0);
    const vague = { ...usualSigmas, windMps: 6 };
    expect(arrive({ socPct: 80 }, { car: { sigmas: vague } }).soc.sdPct).toBeGreaterThan(base);
    expect(arrive({ socPct: 80, socSigmaPct: 8 }).soc.sdPct).toBeGreaterThan(base);
    expect(arrive({ socPct: 80 }, { car: { unlearnedSigmaFactor: 2 } }).soc.sdPct).toBeGreaterThan(base);
    const learned = { ...priorFor(modelS), trips: 5 };
    expect(arrive({ socPct: 80 }, { car: { posterior: learned } }).soc.sdPct).toBeLessThan(base);
  });

  test('an unknown car in winter is about 14 % uncertain over 200 km', () => {
    const { energyKwh } = arrive({ socPct: 80 });
    expect(energyKwh.sd / energyKwh.mean).toBeGreaterThan(0.1);
    expect(energyKwh.sd / energyKwh.mean).toBeLessThan(0.17);
  });

  test('a moving car needs less than one that has to start, and never gains from speed near the end', () => {
    const moving = arrive({ socPct: 50, speedMps: 27 });
    expect(moving.energyKwh.mean).toBeLessThan(arrive({ socPct: 50 }).energyKwh.mean);
    const last = arrive({ socPct: 50, speedMps: 27 }, { fromKm: 199.9 });
    expect(last.energyKwh.mean).toBe(0);
  });

  test('arriving where one is leaves the SOC alone', () => {
    const here = arrive({ socPct: 42 }, { fromKm: 200 });
    expect(here.soc.meanPct).toBeCloseTo(42, 9);
    expect(here.soc.sdPct).toBeCloseTo(1 / Math.sqrt(12), 9);
  });

  test('a warm cabin saves its warming up', () => {
    const cold = arrive({ socPct: 50, cabinTempC: -1 }).energyKwh.mean;
    expect(cold - arrive({ socPct: 50, cabinTempC: 22 }).energyKwh.mean).toBeCloseTo((90 * 23) / 3600, 2);
    expect(arrive({ socPct: 50 }).energyKwh.mean).toBeCloseTo(cold, 9);
    expect(arrive({ socPct: 50, elapsedDriveS: 3600 }).energyKwh.mean).toBeLessThan(cold - 0.5);
  });

  test('says when cold and low will slow the car', () => {
    expect(arrive({ socPct: 80, batteryTempC: 20 }).powerLimited).toBe(false);
    expect(arrive({ socPct: 40, batteryTempC: 20 }).powerLimited).toBe(true);
  });

  test('worn batteries arrive with less', () => {
    expect(arrive({ socPct: 80 }, { car: { sohRatio: 0.85 } }).soc.meanPct).toBeLessThan(
      arrive({ socPct: 80 }).soc.meanPct,
    );
  });

  const bad: [string, CarState][] = [
    ['SOC NaN', { socPct: Number.NaN }],
    ['SOC 101', { socPct: 101 }],
    ['SOC sigma NaN', { socPct: 50, socSigmaPct: Number.NaN }],
    ['battery temperature NaN', { socPct: 50, batteryTempC: Number.NaN }],
    ['cabin temperature NaN', { socPct: 50, cabinTempC: Number.NaN }],
    ['speed NaN', { socPct: 50, speedMps: Number.NaN }],
    ['negative speed', { socPct: 50, speedMps: -1 }],
    ['elapsed time NaN', { socPct: 50, elapsedDriveS: Number.NaN }],
  ];
  for (const [name, state] of bad) {
    test(`refuses ${name}`, () => {
      expect(() => arrive(state)).toThrow(RangeError);
    });
  }

  test('refuses a route computed for another car', () => {
    const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;
    expect(() => arrive({ socPct: 50 }, { car: { vehicle: i3 } })).toThrow(/computed for/);
  });
});

describe('re-forecasting', () => {
  const anyState = fc.record(
    {
      socPct: fc.double({ min: -100, max: 100, noNaN: true }),
      socSigmaPct: fc.double({ min: 0, max: 5, noNaN: true }),
      cabinTempC: fc.double({ min: -20, max: 50, noNaN: true }),
      speedMps: fc.double({ min: 0, max: 40, noNaN: true }),
      elapsedDriveS: fc.double({ min: 0, max: 7200, noNaN: true }),
      tyreColdRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: ['socPct'] },
  );
  const anyWay = fc.tuple(fc.integer({ min: 0, max: 350_000 }), fc.integer({ min: 0, max: 350_000 }));

  test('says to the bit what a whole forecast says, whatever was forecast before', () => {
    const reforecast = prepareForecast(car, winter);
    fc.assert(
      fc.property(fc.array(fc.tuple(anyState, anyWay), { minLength: 1, maxLength: 5 }), (cases) => {
        for (const [state, [oneM, otherM]] of cases) {
          const [fromM, toM] = [Math.min(oneM, otherM), Math.max(oneM, otherM)];
          const whole = forecastArrival({ prefix: winter, fromM, toM, car, state });
          expect(reforecast(fromM, toM, state, 5)).toEqual({
            meanPct: whole.soc.meanPct,
            sdPct: whole.soc.sdPct,
            belowReserveProbability: whole.probabilityBelow(5),
          });
        }
      }),
    );
  });

  test('a refused one leaves nothing behind, and another car on another road in between does not either', () => {
    const reforecast = prepareForecast(car, winter);
    const first = reforecast(0, 200 * KM, { socPct: 90 }, 5);
    expect(() => reforecast(0, 200 * KM, { socPct: 90, cabinTempC: Number.NaN }, 5)).toThrow(RangeError);
    const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;
    const other = flatRoad({ vehicle: i3, lengthM: 90 * KM, speedMps: 20, weather: { tempC: 30 } });
    prepareForecast({ vehicle: i3, posterior: priorFor(i3) }, other)(0, 90 * KM, { socPct: 70 }, 5);
    expect(reforecast(0, 200 * KM, { socPct: 90 }, 5)).toEqual(first);
  });

  test('an answer stays what it was when the next one is asked for', () => {
    const reforecast = prepareForecast(car, winter);
    const near = reforecast(0, 50 * KM, { socPct: 60 }, 5);
    const was = { ...near };
    const far = reforecast(0, 250 * KM, { socPct: 60 }, 5);
    prepareForecast(car, winter)(0, 150 * KM, { socPct: 30 }, 5);
    expect(near).toEqual(was);
    expect(far.meanPct).toBeLessThan(near.meanPct);
  });

  test('is refused on a route computed for another car', () => {
    const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;
    expect(() => prepareForecast({ vehicle: i3, posterior: priorFor(i3) }, winter)).toThrow(/computed for/);
  });
});

describe('live factor', () => {
  const driven = (km: number, ratio: number) =>
    updateLiveFactor(noLiveFactor, {
      distanceM: km * KM,
      drivenKwh: 0.22 * km * ratio,
      predictedKwh: 0.22 * km,
      usableKwh: 80,
    });

  test('says nothing before 30 km', () => {
    expect(driven(29.9, 1.3).factor).toBe(1);
    expect(driven(30, 1.3).factor).toBeGreaterThan(1.05);
  });

  test('believes a deviation only in part', () => {
    expect(driven(100, 1.2).factor).toBeLessThan(1.1);
    expect(driven(100, 0.8).factor).toBeLessThan(1);
    expect(driven(100, 1).factor).toBeCloseTo(1, 12);
  });

  test('is the same in one step as in many', () => {
    let state = noLiveFactor;
    for (let i = 0; i < 10; i++) {
      const tenth = { distanceM: 10 * KM, drivenKwh: 2.4, predictedKwh: 2.2, usableKwh: 80 };
      state = updateLiveFactor(state, tenth);
    }
    expect(state.factor).toBeCloseTo(driven(100, 2.4 / 2.2).factor, 9);
  });

  test.each([
    [0.05, 0.3],
    [499, 3],
  ])('of a drive that took %d kWh in place of 30 is one that forecasts take', (drivenKwh, factor) => {
    const odd = updateLiveFactor(noLiveFactor, {
      ...{ distanceM: 300 * KM, drivenKwh, predictedKwh: 30, usableKwh: 5 },
    });
    expect(odd.factor).toBe(factor);
    const towed: ForecastCar = { ...car, liveFactor: odd.factor };
    const way = { prefix: winter, fromM: 0, toM: 10 * KM, car: towed, state: { socPct: 60 } };
    expect(() => forecastArrival(way)).not.toThrow();
  });

  test('ignores a drive that gained energy and refuses NaN', () => {
    const down = { distanceM: 40 * KM, drivenKwh: -1, predictedKwh: 2, usableKwh: 80 };
    expect(updateLiveFactor(noLiveFactor, down).factor).toBe(1);
    expect(() => updateLiveFactor(noLiveFactor, { ...down, drivenKwh: Number.NaN })).toThrow(RangeError);
  });

  test('scales the energy still to come', () => {
    const plain = arrive({ socPct: 80 }).energyKwh.mean;
    expect(arrive({ socPct: 80 }, { car: { liveFactor: 1.1 } }).energyKwh.mean).toBeCloseTo(1.1 * plain, 9);
  });
});
