import { describe, expect, test } from 'vitest';
import { forecastArrival } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { vehicleModel } from './catalogue.ts';
import { flatRoad, forecastDetour } from './flat-road.ts';
import { type ChargeStage, type DriveStage, forecastPlan, type ParkStage, type PlanStage } from './plan.ts';
import type { PrefixInput } from './prefix.ts';
import { priorFor } from './prior.ts';
import { chargeMinutesFor, holdSpeed, reachOf } from './solve.ts';
import type { VehicleModel } from './vehicle-model.ts';

const modelS = vehicleModel('tesla-model-s-85-2012') as VehicleModel;
const car: ForecastCar = { vehicle: modelS, posterior: priorFor(modelS) };
const KM = 1000;
const segments = Array.from({ length: 600 }, () => ({
  distanceM: 500,
  speedMps: 27,
  climbM: 0,
  weather: { tempC: -1 },
}));
const route: PrefixInput = { vehicle: modelS, segments };
const prefix = flatRoad({ vehicle: modelS, lengthM: 300 * KM, speedMps: 27, weather: { tempC: -1 } });
const drive = (fromKm: number, toKm: number): DriveStage => ({
  kind: 'drive',
  prefix,
  fromM: fromKm * KM,
  toM: toKm * KM,
});
const charge = (until: ChargeStage['until']): ChargeStage => ({
  kind: 'charge',
  station: { kind: 'dc', maxPowerKw: 90 },
  until,
  airTempC: -1,
});
const night: ParkStage = {
  kind: 'park',
  durationS: 12 * 3600,
  airTempC: -8,
  endAirTempC: -12,
  mode: 'asleep',
};
const plan = (socPct: number, stages: readonly PlanStage[]) =>
  forecastPlan({ car, state: { socPct, cabinTempC: 22, batteryTempC: 15 }, stages }).stops;
const sdAfter = (socPct: number, stages: readonly PlanStage[]) => plan(socPct, stages).at(-1)?.soc.sdPct ?? 0;

describe('plan', () => {
  test('one drive is the arrival forecast', () => {
    const state = { socPct: 90, cabinTempC: 22, batteryTempC: 15 };
    const arrival = forecastArrival({ prefix, fromM: 0, toM: 200 * KM, car, state });
    const [stop] = forecastPlan({ car, state, stages: [drive(0, 200)] }).stops;
    expect(stop?.soc.meanPct).toBe(arrival.soc.meanPct);
    expect(stop?.soc.sdPct).toBe(arrival.soc.sdPct);
  });

  test('a plan that misses more than a whole battery is hopeless, not impossible to forecast', () => {
    const hopeless = [
      drive(0, 300),
      drive(0, 300),
      drive(0, 300),
      night,
      charge({ kind: 'minutes', minutes: 30 }),
      drive(0, 10),
    ];
    const stops = plan(60, hopeless);
    expect(stops).toHaveLength(6);
    for (const { soc } of stops.slice(2)) expect(soc.probabilityBelow(0)).toBeGreaterThan(0.9);
  });

  test('errors of the legs are shared: two halves are nearly as uncertain as the whole', () => {
    const whole = sdAfter(95, [drive(0, 240)]);
    const halves = sdAfter(95, [drive(0, 120), drive(120, 240)]);
    expect(halves / whole).toBeGreaterThan(0.9);
    expect(halves).toBeLessThan(whole * 1.001);
  });

  test('charging to a SOC ends the doubt, charging for minutes carries it on', () => {
    expect(sdAfter(90, [drive(0, 200), charge({ kind: 'soc', socPct: 72 })])).toBe(0.5);
    expect(sdAfter(90, [drive(0, 200), charge({ kind: 'minutes', minutes: 15 })])).toBeGreaterThan(4);
  });

  test('a charge to a SOC below the present one changes nothing', () => {
    const stops = plan(80, [drive(0, 20), charge({ kind: 'soc', socPct: 50 })]);
    expect(stops[1]?.soc.meanPct).toBe(stops[0]?.soc.meanPct);
    expect(stops[1]?.durationS).toBe(0);
    expect(stops[1]?.soc.sdPct).toBeCloseTo(stops[0]?.soc.sdPct ?? 0, 9);
  });

  test('a cold night costs charge, certainty and the warm cabin of the next leg', () => {
    const stops = plan(60, [night, drive(0, 90)]);
    const [parked, arrived] = stops;
    const [straight] = plan(60, [drive(0, 90)]);
    expect(parked?.soc.meanPct).toBeLessThan(57.5);
    expect(parked?.soc.sdPct).toBeGreaterThan(1.5);
    expect(parked?.soc.lockedPct.meanPct).toBeGreaterThan(1);
    expect(arrived?.energyKwh).toBeGreaterThan((straight?.energyKwh ?? 0) + 0.5);
  });

  test('warming up on the plug costs the wall, not the battery', () => {
    const ready = {
      ...charge({ kind: 'soc', socPct: 80 }),
      preconditioning: { cabinToC: 22, batteryToC: 20 },
    };
    const [plugged, arrived] = plan(60, [ready, drive(0, 90)]);
    const [, cold] = plan(60, [charge({ kind: 'soc', socPct: 80 }), drive(0, 90)]);
    expect(plugged?.soc.meanPct).toBe(80);
    expect(plugged?.batteryTempC).toBeGreaterThanOrEqual(20);
    expect(arrived?.energyKwh).toBeLessThan((cold?.energyKwh ?? 0) - 0.2);
  });

  test('the worst leg is found, and a plan without a drive has none', () => {
    const forecast = forecastPlan({
      car,
      state: { socPct: 90 },
      stages: [drive(0, 250), charge({ kind: 'soc', socPct: 90 }), drive(250, 300)],
    });
    expect(forecast.worstBelow(5)?.stageIndex).toBe(0);
    expect(forecastPlan({ car, state: { socPct: 90 }, stages: [night] }).worstBelow(5)).toBeUndefined();
  });
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
  const ask = (socPct: number, over: { maxSocPct?: number; maxMinutes?: number } = {}) =>
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

  test('are just enough: one less would not do', () => {
    const answer = ask(40);
    expect(answer.kind).toBe('charge');
    if (answer.kind !== 'charge') return;
    const risk = (minutes: number) =>
      forecastPlan({
        car,
        state: { socPct: 40, cabinTempC: 22, batteryTempC: 15 },
        stages: [drive(0, 50), charge({ kind: 'minutes', minutes }), drive(50, 200)],
      }).stops[2]?.soc.probabilityBelow(5);
    expect(risk(answer.minutes)).toBeLessThan(0.09);
    expect(risk(answer.minutes - 1)).toBeGreaterThanOrEqual(0.09);
    expect(answer.socAfterPct).toBeGreaterThan(40);
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

describe('detour', () => {
  const detour = (distanceM: number) =>
    forecastDetour({
      car,
      distanceM,
      speedMps: 15,
      weather: { tempC: -1 },
      state: { socPct: 30, cabinTempC: 22, speedMps: 27 },
    });

  test('of 10 km costs about 2 kWh in frost and has a spread', () => {
    const { energyKwh } = detour(10 * KM);
    expect(energyKwh.mean).toBeGreaterThan(1.2);
    expect(energyKwh.mean).toBeLessThan(2.5);
    expect(energyKwh.sd).toBeGreaterThan(0.1);
  });

  test('of no length is refused', () => {
    expect(() => detour(0)).toThrow(RangeError);
    expect(() => detour(Number.NaN)).toThrow(RangeError);
  });
});
