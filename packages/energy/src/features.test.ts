import { describe, expect, test } from 'vitest';
import {
  airDensityKgM3,
  climbFeatureJ,
  coldBrakingRatio,
  coldKelvin,
  coolingKelvin,
  coolsDown,
  dragSpeedMps,
  dragSpeedSquared,
  electricPerHeat,
  headwindMps,
  heatingKelvin,
  kineticEnergyJ,
  regenShare,
  rollingFeatureJ,
  speedChangeFeatureJ,
  standardPressureHpa,
  warmedShare,
  warmsUp,
} from './features.ts';

describe('air', () => {
  test('is 9 % denser at 0 than at 25 °C', () => {
    expect(airDensityKgM3(0, 1013.25) / airDensityKgM3(25, 1013.25)).toBeCloseTo(1.0915, 3);
    expect(airDensityKgM3(15, 1013.25)).toBeCloseTo(1.225, 3);
  });

  test('thins with height as the standard atmosphere does', () => {
    expect(standardPressureHpa(0)).toBe(1013.25);
    expect(standardPressureHpa(1000)).toBeCloseTo(898.7, 0);
  });

  test('blows against a car that drives towards where the wind comes from', () => {
    expect(headwindMps(5, 90, 90)).toBeCloseTo(5, 9);
    expect(headwindMps(5, 270, 90)).toBeCloseTo(-5, 9);
    expect(headwindMps(5, 0, 90)).toBeCloseTo(0, 9);
  });

  test('5 m/s of headwind at 110 km/h costs 35 % more drag', () => {
    const v = 110 / 3.6;
    expect(dragSpeedSquared(v, 5, 0) / dragSpeedSquared(v, 0, 0)).toBeCloseTo(1.354, 3);
  });

  test('a speed that varies by 15 % has 6.75 % more drag than a steady one', () => {
    expect(dragSpeedMps(25, 0.15) ** 2 / 25 ** 2).toBeCloseTo(1.0675, 9);
    expect(dragSpeedMps(25, 0)).toBe(25);
  });

  test('a tailwind faster than the car does not push it', () => {
    expect(dragSpeedSquared(10, -15, 0)).toBe(0);
    expect(dragSpeedSquared(10, 0, 10)).toBe(130);
  });
});

describe('road', () => {
  test('costs 5 % more when wet', () => {
    expect(rollingFeatureJ(20_000, 500, 1, 0.9) / rollingFeatureJ(20_000, 500, 0, 0.9)).toBeCloseTo(1.05, 9);
  });

  test('uphill costs its height, downhill gives 85 % back', () => {
    expect(climbFeatureJ(20_000, 10, 0, 0)).toBe(200_000);
    expect(climbFeatureJ(20_000, -10, 1e6, 1e6)).toBe(-170_000);
  });

  test('a descent gives back no more than the resistances and the battery take', () => {
    expect(climbFeatureJ(20_000, -10, 30_000, 40_000)).toBe(-70_000);
    expect(climbFeatureJ(20_000, -10, 130_000, 40_000)).toBe(-170_000);
  });

  test('cold tyres count below 20 °C only', () => {
    expect(coldKelvin(20)).toBe(0);
    expect(coldKelvin(19)).toBe(1);
    expect(coldKelvin(25)).toBe(0);
  });
});

describe('regeneration', () => {
  test('is full from 10 °C and never below a fifth', () => {
    expect(regenShare(-1)).toBeCloseTo(0.42, 9);
    expect(regenShare(10)).toBe(1);
    expect(regenShare(-30)).toBe(0.2);
  });

  test('lost to cold, makes speed changes dearer: 1.4 at 5 °C and below, 1 from 10 °C', () => {
    expect(coldBrakingRatio(5)).toBe(1.4);
    expect(coldBrakingRatio(-20)).toBe(1.4);
    expect(coldBrakingRatio(10)).toBe(1);
    expect(coldBrakingRatio(7.5)).toBeCloseTo(1.2, 9);
  });

  test('slowing down costs nothing by itself', () => {
    expect(speedChangeFeatureJ(2000, 10, 20, 1)).toBe(300_000);
    expect(speedChangeFeatureJ(2000, 20, 10, 1)).toBe(0);
  });

  test('kinetic energy at 100 km/h of a 2.1 t car is about a fifth of a kWh', () => {
    expect(kineticEnergyJ(2100, 27.8, 0.9) / 3.6e6).toBeCloseTo(0.223, 2);
  });
});

describe('cabin', () => {
  test('is heated below 18 °C when set to 22, and not at all with the climate off', () => {
    expect(heatingKelvin(18, 22)).toBe(0);
    expect(heatingKelvin(17, 22)).toBe(1);
    expect(heatingKelvin(-10, null)).toBe(0);
    expect(heatingKelvin(-10, 18)).toBe(24);
  });

  test('is cooled above 20 °C', () => {
    expect(coolingKelvin(20, 22)).toBe(0);
    expect(coolingKelvin(23, 22)).toBe(3);
    expect(coolingKelvin(35, null)).toBe(0);
  });

  test('warms up below 20 °C and cools down from 18 °C', () => {
    expect(warmsUp(19.9)).toBe(true);
    expect(warmsUp(20)).toBe(false);
    expect(coolsDown(18)).toBe(true);
    expect(coolsDown(17.9)).toBe(false);
  });

  test('heat pump delivers 2.3 at 0 °C, 1.9 at −10 °C and nothing extra below −15 °C', () => {
    expect(1 / electricPerHeat('heat-pump', 0)).toBeCloseTo(2.27, 2);
    expect(1 / electricPerHeat('heat-pump', -10)).toBeCloseTo(1.89, 2);
    expect(electricPerHeat('heat-pump', -15)).toBeLessThan(1);
    expect(electricPerHeat('heat-pump', -15.1)).toBe(1);
    expect(electricPerHeat('resistive', 0)).toBe(1);
  });

  test('is two thirds warm after 8 minutes', () => {
    expect(warmedShare(480)).toBeCloseTo(0.632, 3);
    expect(warmedShare(0)).toBe(0);
  });
});
