import { describe, expect, test } from 'vitest';
import { tripForecast } from './calibrate.ts';
import { parameterSigmaFactor } from './noise.ts';
import { priorFor } from './prior.ts';
import {
  type Drive,
  forecastError,
  i3,
  learnedFrom,
  modelOf,
  seeded,
  simulatedCar,
  simulateTrip,
} from './simulated-car.fixture.ts';

// Cars whose true parameters are known: does learning find what they take?

const car = simulatedCar();
const unknown = priorFor(i3);
const errorAfter = (trips: number, drive: (i: number) => Drive = () => ({}), seed = 3): number =>
  forecastError(learnedFrom(car, trips, seeded(seed), drive).posterior.theta, car);

describe('forty noisy trips of a car that takes more than its data sheet says', () => {
  test('bring the error of its forecasts from over 10 % to under 4 %, whatever the noise was', () => {
    expect(forecastError(unknown.theta, car)).toBeGreaterThan(0.1);
    for (const seed of [1, 2, 3, 4, 5]) expect(errorAfter(40, undefined, seed)).toBeLessThan(0.04);
  });

  test('help from the first few on', () => {
    expect(errorAfter(5)).toBeLessThan(0.6 * forecastError(unknown.theta, car));
    expect(errorAfter(40)).toBeLessThan(errorAfter(5));
  });

  test('do so too if one in twenty took nearly twice as much as it should', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const odd = errorAfter(40, (i) => (i % 20 === 10 ? { times: 1.8 } : {}), seed);
      expect(odd).toBeLessThan(0.04);
    }
  });

  test('do so too with nothing but whole points of the displayed charge', () => {
    for (const seed of [1, 2, 3, 4, 5])
      expect(errorAfter(40, () => ({ isMetered: false, socStepPct: 1 }), seed)).toBeLessThan(0.04);
  });

  test('do so for a large car as well', () => {
    const large = simulatedCar(1, 1, modelOf('tesla-model-y-lr-2021'));
    const { posterior } = learnedFrom(large, 40, seeded(6));
    expect(forecastError(posterior.theta, large)).toBeLessThan(0.04);
    expect(forecastError(priorFor(large.model).theta, large)).toBeGreaterThan(0.1);
  });

  test('leave a car alone that is as its data sheet says', () => {
    const usual = simulatedCar(1, 0);
    expect(forecastError(learnedFrom(usual, 40, seeded(7)).posterior.theta, usual)).toBeLessThan(0.04);
  });
});

describe('a worn battery without a meter', () => {
  test('shows as consumption: the points a drive takes are forecast all the same', () => {
    const worn = simulatedCar(0.85);
    const { posterior, soh } = learnedFrom(worn, 40, seeded(3), () => ({ isMetered: false }));
    const inPointsOfTheNewBattery = { ...worn, theta: worn.theta.map((value) => value / worn.sohRatio) };
    expect(soh.ratio).toBe(1);
    expect(forecastError(unknown.theta, inPointsOfTheNewBattery)).toBeGreaterThan(0.2);
    expect(forecastError(posterior.theta, inPointsOfTheNewBattery)).toBeLessThan(0.04);
  });
});

describe('a car that was learned', () => {
  const learned = learnedFrom(car, 40, seeded(3)).posterior;
  const random = seeded(21);
  const trips = Array.from({ length: 100 }, () => simulateTrip(car, random));

  test('has narrower intervals than one nobody has watched', () => {
    const sdKwh = (posterior: typeof learned, features: readonly number[]) => {
      const { parameterKwh2, noiseKwh2 } = tripForecast(posterior, Float64Array.from(features), i3.usableKwh);
      return Math.sqrt(parameterSigmaFactor(posterior.trips) ** 2 * parameterKwh2 + noiseKwh2);
    };
    for (const { features } of trips) expect(sdKwh(learned, features)).toBeLessThan(sdKwh(unknown, features));
  });

  test('keeps about nine of ten trips within the interval that promises so', () => {
    const within = trips.filter(({ features, meteredKwh }) => {
      const forecast = tripForecast(learned, Float64Array.from(features), i3.usableKwh);
      const sd = Math.sqrt(forecast.parameterKwh2 + forecast.noiseKwh2);
      return Math.abs((meteredKwh ?? 0) - forecast.meanKwh) < 1.645 * sd;
    });
    expect(within.length).toBeGreaterThanOrEqual(82);
    expect(within.length).toBeLessThanOrEqual(97);
  });
});
