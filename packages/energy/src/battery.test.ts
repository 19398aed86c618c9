import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batteryEnergy,
  coldLock,
  drivenBatteryTempC,
  heatLossKw,
  kwhPerPoint,
  parkedBatteryTempC,
  powerHeadroomKw,
  resistanceRatio,
  socAfterUsing,
  usableBetweenKwh,
} from './battery.ts';
import { catalogue, vehicleModel } from './catalogue.ts';
import {
  type ChargeInput,
  chargeForMinutes,
  chargePowerKw,
  chargeToSoc,
  coldChargeRatio,
  curvePowerKw,
} from './charging.ts';
import { type ParkingInput, parkCar } from './parking.ts';
import type { VehicleModel } from './vehicle-model.ts';

const modelS = vehicleModel('tesla-model-s-85-2012') as VehicleModel;
const battery = batteryEnergy(modelS);
const soc = fc.double({ min: -20, max: 100, noNaN: true });

describe('energy and SOC', () => {
  test('a full battery holds its usable energy, 4 % less per point in the lowest third', () => {
    expect(usableBetweenKwh(battery, 100, 0)).toBeCloseTo(80, 9);
    expect(usableBetweenKwh(battery, 100 / 3, 0) / (80 / 3)).toBeCloseTo(0.96, 9);
    expect(usableBetweenKwh(batteryEnergy(modelS, 0.9), 100, 0)).toBeCloseTo(72, 9);
  });

  test('using energy and counting it agree, below zero too', () => {
    fc.assert(
      fc.property(soc, fc.double({ min: -50, max: 90, noNaN: true }), (from, kwh) => {
        const to = socAfterUsing(battery, from, kwh);
        expect(usableBetweenKwh(battery, from, to)).toBeCloseTo(kwh, 9);
      }),
    );
  });

  test('more energy used never leaves more', () => {
    expect(socAfterUsing(battery, 50, 10)).toBeGreaterThan(socAfterUsing(battery, 50, 10.1));
    expect(kwhPerPoint(battery, -5)).toBe(kwhPerPoint(battery, 0));
  });
});

describe('cold', () => {
  test('raises the resistance: 1 at 25 °C, 2.7 times at 0', () => {
    expect(resistanceRatio(25)).toBeCloseTo(1, 9);
    expect(resistanceRatio(0)).toBeCloseTo(2.72, 2);
  });

  test('and a low battery cut the power that can be held', () => {
    const warm = powerHeadroomKw(modelS, 50, 25);
    expect(powerHeadroomKw(modelS, 50, -15)).toBeLessThan(warm / 4);
    expect(powerHeadroomKw(modelS, 5, 25)).toBeLessThan(warm);
    expect(powerHeadroomKw(modelS, 0, 25)).toBe(0);
  });

  test('locks nothing at 5 °C, half a point per kelvin below, never more than 15', () => {
    expect(coldLock(5).meanPct).toBe(0);
    expect(coldLock(4)).toEqual({ meanPct: 0.5, sdPct: 0.25 });
    expect(coldLock(-40).meanPct).toBe(15);
  });

  test('reaches a parked battery with a time constant of 11 hours', () => {
    expect(parkedBatteryTempC(20, -10, 11 * 3600)).toBeCloseTo(-10 + 30 / Math.E, 9);
    expect(parkedBatteryTempC(20, -10, 0)).toBe(20);
    expect(() => parkedBatteryTempC(20, -10, -1)).toThrow(/negative/);
    expect(() => parkedBatteryTempC(20, -10, Number.NaN)).toThrow(/finite/);
  });

  test('is driven out by the heat of the current, faster at more power', () => {
    const after = (kw: number) => drivenBatteryTempC(modelS, 0, -5, kw, 3600);
    expect(after(25)).toBeGreaterThan(after(0));
    expect(after(0)).toBeLessThan(0);
    expect(heatLossKw(modelS, -25, 0)).toBe(heatLossKw(modelS, 25, 0));
  });

  test('driving never heats the pack beyond 45 °C, and cools one that stood in the sun', () => {
    const after = (fromC: number, kw: number) => drivenBatteryTempC(modelS, fromC, 20, kw, 24 * 3600);
    expect(after(20, 150)).toBe(45);
    expect(after(55, 150)).toBe(55);
    expect(after(55, 0)).toBeLessThan(45);
  });
});

describe('charging', () => {
  const dc: ChargeInput = {
    vehicle: modelS,
    battery,
    station: { kind: 'dc', maxPowerKw: 90 },
    fromSocPct: 20,
    batteryTempC: 20,
    airTempC: 10,
  };

  test('takes the least of station, car and cold curve', () => {
    expect(curvePowerKw(modelS, 0)).toBe(88);
    expect(curvePowerKw(modelS, 42.5)).toBe(79);
    expect(curvePowerKw(modelS, 100)).toBe(4);
    expect(chargePowerKw(modelS, { kind: 'dc', maxPowerKw: 50 }, 20, 25)).toBe(50);
    expect(chargePowerKw(modelS, { kind: 'dc', maxPowerKw: 90 }, 20, 25)).toBe(88);
    expect(chargePowerKw(modelS, { kind: 'dc', maxPowerKw: 90 }, 20, 0)).toBeCloseTo(88 * 0.64, 9);
    expect(chargePowerKw(modelS, { kind: 'ac', maxPowerKw: 6.6 }, 20, 0)).toBeCloseTo(5.808, 9);
  });

  test('cold factor is 0.64 at 0 °C, 1 from 25 °C, 0.15 at least', () => {
    expect(coldChargeRatio(0)).toBeCloseTo(0.64, 9);
    expect(coldChargeRatio(25)).toBe(1);
    expect(coldChargeRatio(24)).toBeLessThan(1);
    expect(coldChargeRatio(-60)).toBe(0.15);
  });

  test('minutes to a SOC and SOC after those minutes agree to a twentieth of a point', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 90, noNaN: true }),
        fc.double({ min: 0, max: 9.9, noNaN: true }),
        fc.double({ min: -15, max: 35, noNaN: true }),
        (fromSocPct, gain, batteryTempC) => {
          const input = { ...dc, fromSocPct, batteryTempC };
          const target = Math.max(0, fromSocPct + gain);
          const { minutes } = chargeToSoc(input, target);
          // Steps are a point wide: a target inside a step and a whole step take their power at different places.
          const back = chargeForMinutes(input, minutes).socPct;
          expect(Math.abs(back - Math.max(target, fromSocPct))).toBeLessThan(0.05);
        },
      ),
    );
  });

  test('the stop of the winter drive, to 72 %, takes 47 to 58 minutes and a little', () => {
    const { minutes } = chargeToSoc({ ...dc, fromSocPct: 1, batteryTempC: 8, airTempC: -3 }, 72);
    expect(minutes).toBeGreaterThan(44);
    expect(minutes).toBeLessThan(61);
  });

  test('takes longer with a colder battery, and warms it', () => {
    const warm = chargeToSoc(dc, 70);
    const cold = chargeToSoc({ ...dc, batteryTempC: -5, airTempC: -5 }, 70);
    expect(cold.minutes).toBeGreaterThan(warm.minutes);
    expect(cold.minutesSd).toBeGreaterThan(warm.minutesSd);
    expect(cold.batteryTempC).toBeGreaterThan(-5);
  });

  test('does nothing when the target is reached already, and errors then stay as they were', () => {
    expect(chargeToSoc(dc, 20)).toMatchObject({
      minutes: 0,
      energyKwh: 0,
      carriedRatio: 1,
      socSdPct: 0,
      reached: true,
    });
    expect(chargeForMinutes({ ...dc, fromSocPct: 100 }, 30)).toMatchObject({ minutes: 0, carriedRatio: 1 });
  });

  test('stops at full, and says so when a dead station never gets there', () => {
    const full = chargeForMinutes(dc, 600);
    expect(full.socPct).toBe(100);
    expect(full.socSdPct).toBe(0);
    expect(chargeToSoc({ ...dc, station: { kind: 'dc', maxPowerKw: 0 } }, 50).reached).toBe(false);
    expect(chargeToSoc({ ...dc, station: { kind: 'dc', maxPowerKw: 0 } }, 50).socPct).toBe(20);
  });

  test('refuses numbers that are none', () => {
    expect(() => chargeToSoc({ ...dc, fromSocPct: Number.NaN }, 50)).toThrow(RangeError);
    expect(() => chargeToSoc(dc, 101)).toThrow(RangeError);
    expect(() => chargeForMinutes(dc, -1)).toThrow(RangeError);
    expect(() => chargeForMinutes({ ...dc, batteryTempC: Number.NaN }, 10)).toThrow(RangeError);
  });
});

describe('a night without a plug', () => {
  const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;
  const night: ParkingInput = {
    vehicle: i3,
    battery: batteryEnergy(i3),
    socPct: 60,
    durationS: 12 * 3600,
    airTempC: -8,
    endAirTempC: -12,
    mode: 'asleep',
    batteryTempC: 15,
    cabinTempC: 21,
  };

  test('costs the standby draw, leaves a cold cabin and a colder battery', () => {
    const parked = parkCar(night);
    expect(parked.energyKwh).toBeCloseTo(0.18, 9);
    expect(parked.cabinTempC).toBeCloseTo(-12, 3);
    expect(parked.batteryTempC).toBeCloseTo(-8 + 23 * Math.exp(-12 / 11), 9);
    expect(parked.socSdPct).toBeGreaterThan(1.5);
    expect(parked.lockedSocPct).toBeGreaterThan(0);
  });

  test('costs more on guard, awake, or warmed up from the battery', () => {
    const cost = (over: Partial<ParkingInput>) => parkCar({ ...night, ...over }).energyKwh;
    expect(cost({ mode: 'guard' })).toBeCloseTo(3, 9);
    expect(cost({ mode: 'awake' })).toBeCloseTo(4.8, 9);
    const warmed = parkCar({ ...night, preconditioning: { cabinToC: 22, batteryToC: 15 } });
    expect(warmed.energyKwh).toBeGreaterThan(cost({}) + 1);
    expect(warmed.cabinTempC).toBe(22);
    expect(warmed.batteryTempC).toBe(15);
    expect(warmed.lockedSocPct).toBe(0);
  });

  test('a moment costs nothing and adds no doubt', () => {
    expect(parkCar({ ...night, durationS: 0 })).toMatchObject({ energyKwh: 0, socSdPct: 0, cabinTempC: 21 });
    expect(parkCar({ ...night, durationS: 0 }).socPct).toBeCloseTo(60, 9);
  });

  test('refuses numbers that are none', () => {
    expect(() => parkCar({ ...night, airTempC: Number.NaN })).toThrow(RangeError);
    expect(() => parkCar({ ...night, durationS: -1 })).toThrow(RangeError);
  });
});

describe('catalogue', () => {
  test('has every car once, with a usable charge curve', () => {
    expect(new Set(catalogue.map((model) => model.modelId)).size).toBe(catalogue.length);
    for (const model of catalogue) {
      expect(model.dcCurve[0]?.socPct).toBe(0);
      expect(model.dcCurve.at(-1)?.socPct).toBe(100);
      expect(Math.max(...model.dcCurve.map((point) => point.powerKw))).toBeLessThanOrEqual(model.dcMaxKw);
    }
    expect(vehicleModel('generic-compact')).toBeDefined();
    expect(vehicleModel('__proto__')).toBeUndefined();
  });
});
