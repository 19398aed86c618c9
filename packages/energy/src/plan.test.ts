import { describe, expect, test } from 'vitest';
import { forecastArrival } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { vehicleModel } from './catalogue.ts';
import { flatRoad, forecastDetour } from './flat-road.ts';
import { type ChargeStage, type DriveStage, forecastPlan, type ParkStage, type PlanStage } from './plan.ts';
import { buildPrefix } from './prefix.ts';
import { priorFor } from './prior.ts';
import { useOf } from './use-priors.ts';
import type { VehicleModel } from './vehicle-model.ts';

const modelS = vehicleModel('tesla-model-s-85-2012') as VehicleModel;
const car: ForecastCar = { vehicle: modelS, posterior: priorFor(modelS) };
const KM = 1000;
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

describe('a full battery on the way down', () => {
  const road = { distanceM: 20 * KM, speedMps: 20, climbM: -1_200, weather: { tempC: 10 } };
  const down: PlanStage = {
    ...{ kind: 'drive', prefix: buildPrefix({ vehicle: modelS, segments: [road] }) },
    ...{ fromM: 0, toM: 20 * KM },
  };
  const after = (next: PlanStage) =>
    forecastPlan({ car, state: { socPct: 100 }, stages: [down, next] }).stops;

  test.each<[string, PlanStage]>([
    ['a charge', charge({ kind: 'soc', socPct: 90 })],
    ['a night', night],
    ['more road', drive(0, 10)],
  ])('takes nothing more, and %s can follow', (_, next) => {
    const [arrival, end] = after(next);
    expect(arrival?.soc.meanPct).toBe(100);
    expect(end?.soc.meanPct).toBeLessThanOrEqual(100);
  });

  test('takes what there is room for', () => {
    const { stops } = forecastPlan({ car, state: { socPct: 90 }, stages: [down] });
    expect(stops[0]?.soc.meanPct).toBeGreaterThan(91);
    expect(stops[0]?.soc.meanPct).toBeLessThan(100);
  });
});

describe('detour', () => {
  const detour = (distanceM: number, how: Partial<Parameters<typeof forecastDetour>[0]> = {}) =>
    forecastDetour({
      ...how,
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

  test('costs more with a roof box and a warmer cabin, as the route does', () => {
    const usual = detour(10 * KM).energyKwh.mean;
    expect(detour(10 * KM, { use: useOf({ roofBox: true }).use }).energyKwh.mean).toBeGreaterThan(
      usual * 1.02,
    );
    expect(detour(10 * KM, { setTempC: 26 }).energyKwh.mean).toBeGreaterThan(usual);
    expect(detour(10 * KM, { setTempC: null }).energyKwh.mean).toBeLessThan(usual);
  });

  test('of no length is refused', () => {
    expect(() => detour(0)).toThrow(RangeError);
    expect(() => detour(Number.NaN)).toThrow(RangeError);
  });
});
