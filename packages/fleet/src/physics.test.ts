import { describe, expect, test } from 'vitest';
import { createChance } from './chance.ts';
import { createCountry } from './country.ts';
import {
  type Body,
  chargeFor,
  chargeKw,
  driveSecond,
  heatStuck,
  packKwhOf,
  rest,
  type Surroundings,
  socPctOf,
} from './physics.ts';
import type { Weather } from './sky.ts';
import { type Traits, traitsOf } from './traits.ts';

const drawn = traitsOf(0, createChance(1), createCountry(1));
const traits: Traits = { ...drawn, health: 1, costRatio: 1, cabinC: 21, standbyW: 8 };
const MILD: Weather = { tempC: 20, windMps: 0, windFromDeg: 0, isWet: false };
const body = (change: Partial<Body> = {}): Body => ({
  ...{ energyKwh: packKwhOf(traits) * 0.6, batteryC: 20, motorC: 20, cabinC: 20, speedMps: 0, odometerM: 0 },
  ...change,
});

/** kWh per 100 km at one speed, once everything has settled. */
function consumption(
  kmh: number,
  change: Partial<Surroundings & { readonly weather: Weather }> = {},
): number {
  const around = { weather: MILD, slope: 0, headingDeg: 0, elevationM: 0, ...change };
  const car = body({ speedMps: kmh / 3.6, batteryC: around.weather.tempC, cabinC: 21 });
  for (let second = 0; second < 600; second++) driveSecond(car, traits, kmh / 3.6, around);
  const from = { ...car };
  for (let second = 0; second < 600; second++) driveSecond(car, traits, kmh / 3.6, around);
  return (from.energyKwh - car.energyKwh) / ((car.odometerM - from.odometerM) / 100_000);
}

describe('on the road', () => {
  test.each([
    { kmh: 50, from: 6, to: 15 },
    { kmh: 90, from: 12, to: 20 },
    { kmh: 130, from: 20, to: 34 },
  ])('at a steady $kmh km/h on a mild day it takes $from to $to kWh for 100 km', ({ kmh, from, to }) => {
    expect(consumption(kmh)).toBeGreaterThan(from);
    expect(consumption(kmh)).toBeLessThan(to);
  });

  test.each([
    { name: 'frost', change: { weather: { ...MILD, tempC: -10 } } },
    { name: 'a headwind', change: { weather: { ...MILD, windMps: 8, windFromDeg: 0 } } },
    { name: 'rain', change: { weather: { ...MILD, isWet: true } } },
    { name: 'a climb', change: { slope: 0.02 } },
  ])('$name costs more', ({ change }) => {
    expect(consumption(100, change)).toBeGreaterThan(consumption(100) * 1.02);
  });

  test('a tailwind and a way down cost less', () => {
    expect(consumption(100, { weather: { ...MILD, windMps: 8, windFromDeg: 180 } })).toBeLessThan(
      consumption(100),
    );
    expect(consumption(100, { slope: -0.01 })).toBeLessThan(consumption(100));
  });

  test('up and down again gives back less than it took', () => {
    const both = (consumption(60, { slope: 0.05 }) + consumption(60, { slope: -0.05 })) / 2;
    expect(both).toBeGreaterThan(consumption(60) * 1.02);
  });

  test('stopping gives back some of what starting took, and never all of it', () => {
    const car = body();
    const around = { weather: MILD, slope: 0, headingDeg: 0, elevationM: 0 };
    const before = car.energyKwh;
    for (let second = 0; second < 25; second++) driveSecond(car, traits, 25, around);
    const atSpeed = car.energyKwh;
    while (car.speedMps > 0) driveSecond(car, traits, 0, around);
    expect(car.energyKwh).toBeGreaterThan(atSpeed);
    expect(car.energyKwh).toBeLessThan(before);
  });
});

describe('at a plug', () => {
  test('a cold or nearly full pack takes less from a fast charger', () => {
    const warm = chargeKw(body({ batteryC: 25 }), traits, 300, true);
    expect(chargeKw(body({ batteryC: -5 }), traits, 300, true)).toBeLessThan(warm / 2);
    expect(
      chargeKw(body({ energyKwh: packKwhOf(traits) * 0.95, batteryC: 25 }), traits, 300, true),
    ).toBeLessThan(warm / 3);
  });

  test('the plug bounds it, and so does the car', () => {
    expect(chargeKw(body(), traits, 2.3, false)).toBe(2.3);
    expect(chargeKw(body(), traits, 43, false)).toBe(traits.kind.acKw);
  });

  test('an hour at 2.3 kW brings about 2 kWh, and less of it than was drawn', () => {
    const car = body();
    const before = car.energyKwh;
    for (let minute = 0; minute < 60; minute++) chargeFor(car, traits, { kw: 2.3, isDc: false }, 20, 60);
    expect(car.energyKwh - before).toBeGreaterThan(1.8);
    expect(car.energyKwh - before).toBeLessThan(2.3);
  });
});

describe('standing', () => {
  test('loses its standby power, cools to the air, and never falls below empty', () => {
    const car = body({ batteryC: 30, energyKwh: 1 });
    rest(car, traits, 0, 3_600);
    expect(car.energyKwh).toBeCloseTo(1 - 0.008, 6);
    expect(car.batteryC).toBeLessThan(30);
    rest(car, { ...traits, standbyW: 180 }, 0, 100 * 3_600);
    expect(car.energyKwh).toBe(0);
    expect(socPctOf(traits, car)).toBe(0);
  });
});

describe('what is broken', () => {
  const hourAt = (kmh: number, isMotorUncooled: boolean) => {
    const one = body({ energyKwh: packKwhOf(traits) });
    for (let s = 0; s < 3_600; s++)
      driveSecond(one, traits, kmh / 3.6, {
        ...{ weather: MILD, slope: 0, headingDeg: 0, elevationM: 0, isMotorUncooled },
      });
    return one.motorC;
  };

  test('a motor whose pump stands still gets hot on the motorway, a cooled one only warm', () => {
    expect(hourAt(120, false)).toBeLessThan(90);
    expect(hourAt(120, true)).toBeGreaterThan(120);
    expect(hourAt(50, true)).toBeLessThan(hourAt(120, true) - 30);
  });

  test('a motor cools off while the car stands', () => {
    const one = body({ motorC: 120 });
    rest(one, traits, 20, 3_600);
    expect(one.motorC).toBeGreaterThan(20);
    expect(one.motorC).toBeLessThan(70);
  });

  test('a heater that does not switch off takes its heat out of the pack, up to where its fuse opens', () => {
    const one = body();
    heatStuck(one, traits.kind, Number.POSITIVE_INFINITY, 3_600);
    const tookKwh = body().energyKwh - one.energyKwh;
    expect(tookKwh).toBeCloseTo(4, 6);
    expect(one.batteryC).toBeCloseTo(20 + (tookKwh * 3_600_000) / traits.kind.packHeatJPerK, 6);
    const hot = body({ batteryC: 64 });
    heatStuck(hot, traits.kind, Number.POSITIVE_INFINITY, 60);
    expect(hot).toEqual(body({ batteryC: 64 }));
  });

  test('on a feeble plug it takes no more than there is', () => {
    const one = body();
    heatStuck(one, traits.kind, 1_000, 3_600);
    expect(body().energyKwh - one.energyKwh).toBeCloseTo(1, 6);
  });
});
