import { describe, expect, test } from 'vitest';
import { forecastArrival } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { vehicleModel } from './catalogue.ts';
import { flatRoad } from './flat-road.ts';
import { usualSigmas } from './noise.ts';
import { type ChargeStage, type DriveStage, forecastPlan, type PlanStage } from './plan.ts';
import type { PrefixInput } from './prefix.ts';
import { priorFor } from './prior.ts';
import {
  type ChargeMinutesInput,
  chargeMinutesFor,
  type HoldSpeedInput,
  holdSpeed,
  reachOf,
} from './solve.ts';
import type { VehicleModel } from './vehicle-model.ts';

const modelS = vehicleModel('tesla-model-s-85-2012') as VehicleModel;
const car: ForecastCar = { vehicle: modelS, posterior: priorFor(modelS) };
const KM = 1000;
const road = (speedMps: number, lengthKm: number) =>
  Array.from({ length: 2 * lengthKm }, () => ({
    distanceM: 500,
    speedMps,
    climbM: 0,
    weather: { tempC: -1 },
  }));
const route: PrefixInput = { vehicle: modelS, segments: road(27, 300) };
const prefix = flatRoad({ vehicle: modelS, lengthM: 300 * KM, speedMps: 27, weather: { tempC: -1 } });
const drive = (fromKm: number, toKm: number): DriveStage => ({
  kind: 'drive',
  prefix,
  fromM: fromKm * KM,
  toM: toKm * KM,
});
const charge = (
  minutes: number,
  station: ChargeStage['station'] = { kind: 'dc', maxPowerKw: 90 },
): ChargeStage => ({
  kind: 'charge',
  station,
  until: { kind: 'minutes', minutes },
  airTempC: -1,
});

describe('holding a speed', () => {
  const ask = (socPct: number, maxProbability: number, toKm = 290) =>
    holdSpeed({
      route,
      fromM: 0,
      toM: toKm * KM,
      car,
      state: { socPct, cabinTempC: 22 },
      reserveSocPct: 5,
      maxProbability,
    });

  test('finds the highest round speed that does', () => {
    const answer = ask(90, 0.2);
    expect(answer.kind).toBe('hold');
    if (answer.kind !== 'hold') return;
    const kmh = answer.capMps * 3.6;
    expect(kmh).toBeCloseTo(Math.round(kmh / 5) * 5, 9);
    expect(answer.probability).toBeLessThan(0.2);
    expect(answer.extraS).toBeGreaterThan(0);
    const risk = (capMps: number) =>
      forecastArrival({
        prefix: flatRoad({ vehicle: modelS, lengthM: 300 * KM, speedMps: capMps, weather: { tempC: -1 } }),
        fromM: 0,
        toM: 290 * KM,
        car,
        state: { socPct: 90, cabinTempC: 22 },
      }).probabilityBelow(5);
    expect(risk(Math.min(27, answer.capMps + 5 / 3.6))).toBeGreaterThanOrEqual(0.2);
  });

  const asked: HoldSpeedInput = {
    route,
    fromM: 0,
    toM: 290 * KM,
    car,
    state: { socPct: 90, cabinTempC: 22 },
    reserveSocPct: 5,
    maxProbability: 0.2,
  };
  const held = (change: Partial<HoldSpeedInput> = {}) => {
    const answer = holdSpeed({ ...asked, ...change });
    if (answer.kind !== 'hold') throw new Error(answer.kind);
    return answer;
  };

  test('says how sure the extra time is: neither the time as planned nor the one held is known better', () => {
    const { extraSdS, capMps } = held();
    expect(extraSdS).toBeCloseTo(0.05 * Math.hypot(290_000 / 27, 290_000 / capMps), 6);
    const sigmas = { ...usualSigmas, speedRatio: 0 };
    expect(held({ car: { ...car, sigmas } }).extraSdS).toBe(0);
  });

  test('counts for it only road of the way that the cap slows down', () => {
    const slowMps = 15;
    const mixed = {
      vehicle: modelS,
      segments: [...road(slowMps, 20), ...road(27, 280), ...road(slowMps, 20)],
    };
    const answer = held({ route: mixed, fromM: 5_000, toM: 289_900 });
    expect(answer.capMps).toBeGreaterThan(slowMps);
    const fastM = 289_900 - 20_000;
    expect(answer.extraS).toBeCloseTo(fastM / answer.capMps - fastM / 27, 6);
    expect(answer.extraSdS).toBeCloseTo(0.05 * Math.hypot(fastM / 27, fastM / answer.capMps), 6);
    const startsFast = held({ route: mixed, fromM: 20_250, toM: 299_900, state: { socPct: 88 } });
    const restM = 299_900 - 20_250;
    expect(startsFast.extraSdS).toBeCloseTo(0.05 * Math.hypot(restM / 27, restM / startsFast.capMps), 6);
  });

  test('says when none is needed and when none is enough', () => {
    expect(ask(90, 0.3, 100).kind).toBe('not-needed');
    const hopeless = ask(40, 0.3);
    expect(hopeless.kind).toBe('not-enough');
    expect(hopeless.probability).toBeGreaterThan(0.9);
  });

  test('refuses probabilities and reserves out of range', () => {
    expect(() => ask(90, Number.NaN)).toThrow(RangeError);
    expect(() => ask(90, 1.5)).toThrow(RangeError);
  });
});

describe('minutes at a station', () => {
  const ask = (socPct: number, over: Partial<Parameters<typeof chargeMinutesFor>[0]> = {}) =>
    chargeMinutesFor({
      car,
      state: { socPct, cabinTempC: 22, batteryTempC: 15 },
      before: [drive(0, 50)],
      station: { kind: 'dc', maxPowerKw: 90 },
      airTempC: -1,
      after: [drive(50, 200)],
      reserveSocPct: 5,
      maxProbability: 0.09,
      ...over,
    });

  test('are told also where the way there misses more than a whole battery', () => {
    const lost = { before: [drive(0, 300), drive(0, 300), drive(0, 300)] };
    expect(() => ask(20, lost)).not.toThrow();
  });

  test('are just enough: one less would not do', () => {
    const answer = ask(40);
    expect(answer.kind).toBe('charge');
    if (answer.kind !== 'charge') return;
    const risk = (minutes: number) =>
      forecastPlan({
        car,
        state: { socPct: 40, cabinTempC: 22, batteryTempC: 15 },
        stages: [drive(0, 50), charge(minutes), drive(50, 200)],
      }).stops[2]?.soc.probabilityBelow(5);
    expect(risk(answer.minutes)).toBeLessThan(0.09);
    expect(risk(answer.minutes - 1)).toBeGreaterThanOrEqual(0.09);
    expect(answer.socAfterPct).toBeGreaterThan(40);
  });

  const slowly: ChargeMinutesInput = {
    car,
    state: { socPct: 40, cabinTempC: 22, batteryTempC: 15 },
    before: [],
    station: { kind: 'ac', maxPowerKw: 11 },
    airTempC: -1,
    after: [drive(50, 200)],
    reserveSocPct: 5,
    maxProbability: 0.09,
  };
  const found = (change: Partial<ChargeMinutesInput> = {}) => {
    const answer = chargeMinutesFor({ ...slowly, ...change });
    if (answer.kind !== 'charge') throw new Error(answer.kind);
    return answer;
  };

  test('are as uncertain as the arrival, at the rate of the last of them', () => {
    const { minutes, minutesSd, plan, socAfterPct } = found();
    const stages: PlanStage[] = [charge(minutes - 1, slowly.station)];
    const [before] = forecastPlan({ car, state: slowly.state, stages }).stops;
    const gainedPct = socAfterPct - (before?.soc.meanPct ?? 0);
    expect(minutesSd).toBeCloseTo((plan.stops[1]?.soc.sdPct ?? 0) / gainedPct, 9);
  });

  test('grow by about that much when the drive takes one sd more than forecast', () => {
    const { minutes, minutesSd, plan } = found();
    const sdPct = plan.stops[1]?.soc.sdPct ?? 0;
    const later = found({ state: { ...slowly.state, socPct: 40 - sdPct } }).minutes - minutes;
    expect(later / minutesSd).toBeGreaterThan(0.9);
    expect(later / minutesSd).toBeLessThan(1.1);
  });

  test('are surer for a car that is known better and at a faster station', () => {
    const { minutesSd } = found();
    const posterior = { ...car.posterior, trips: 5 };
    expect(found({ car: { ...car, posterior } }).minutesSd).toBeLessThan(minutesSd);
    expect(found({ station: { kind: 'dc', maxPowerKw: 90 } }).minutesSd).toBeLessThan(0.5 * minutesSd);
  });

  test('are decided by the leg most likely to fail, not by the last one', () => {
    const short = drive(50, 60);
    const legs = found({
      after: [drive(50, 200), { ...charge(60), until: { kind: 'soc', socPct: 90 } }, short],
    });
    expect(legs.minutes).toBe(found().minutes);
    expect(legs.minutesSd).toBeCloseTo(found().minutesSd, 9);
  });

  test('are none with enough in the battery, and not enough under a limit', () => {
    expect(ask(95).kind).toBe('not-needed');
    expect(ask(40, { maxMinutes: 10 })).toMatchObject({ kind: 'not-enough', minutes: 10 });
    expect(ask(40, { maxSocPct: 35 }).kind).toBe('not-enough');
  });
});

describe('reach', () => {
  const ask = (socPct: number, probability: number, fromM = 0) =>
    reachOf({ prefix, fromM, car, state: { socPct, cabinTempC: 22 }, reserveSocPct: 5, probability });

  test('is where the risk reaches the probability', () => {
    const reach = ask(60, 0.1);
    expect(reach.kind).toBe('within');
    const risk = (toM: number) =>
      forecastArrival({ prefix, fromM: 0, toM, car, state: { socPct: 60, cabinTempC: 22 } }).probabilityBelow(
        5,
      );
    expect(risk(reach.distanceM)).toBeLessThan(0.1);
    expect(risk(reach.distanceM + 50)).toBeGreaterThan(0.1);
  });

  test('is longer for the bold, nothing below the reserve, and may lie beyond the route', () => {
    expect(ask(60, 0.5).distanceM).toBeGreaterThan(ask(60, 0.1).distanceM);
    expect(ask(3, 0.1)).toEqual({ kind: 'within', distanceM: 0, placeM: 0 });
    const beyond = ask(90, 0.1, 250 * KM);
    expect(beyond.kind).toBe('beyond');
    expect(beyond.distanceM).toBe(50 * KM);
  });

  test('refuses a start beyond the route', () => {
    expect(() => ask(50, 0.1, 301 * KM)).toThrow(RangeError);
  });
});
