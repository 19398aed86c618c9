import { describe, expect, test } from 'vitest';
import { catalogue, vehicleModel } from './catalogue.ts';
import { AERO, COLD_ROLLING, FEATURE_COUNT, ROLLING, STOP_AND_GO } from './features.ts';
import { flatRoad } from './flat-road.ts';
import { parameterSigmaFactor, UNLEARNED_SIGMA_FACTOR } from './noise.ts';
import { varianceForm } from './posterior.ts';
import { priorFor } from './prior.ts';
import { energyKwhOf, readStretch } from './stretch.ts';
import type { VehicleModel } from './vehicle-model.ts';

const i3 = vehicleModel('bmw-i3-60ah') as VehicleModel;

describe('prior', () => {
  test('meets 0.75 of the label, at the battery, at 48 km/h and 20 °C on warm tyres', () => {
    const use = { payloadKg: 136, extraDragAreaM2: 0, rollingRatio: 1 };
    const prefix = flatRoad({ vehicle: i3, lengthM: 1000, speedMps: 48 / 3.6, weather: { tempC: 20 }, use });
    const warm = readStretch(prefix, 0, 1000, { cabinTempC: 22, tyreColdRatio: 0 });
    const whPerKm = 1000 * energyKwhOf(warm, priorFor(i3).theta);
    expect(whPerKm).toBeCloseTo(0.75 * 0.88 * 167.8, 6);
  });

  test('falls back to the data sheet without a label, or with an impossible one', () => {
    const expected = i3.rollingCoefficient;
    expect(priorFor({ ...i3, labelWhPerKm: null }).theta[ROLLING]).toBeCloseTo(expected, 12);
    expect(priorFor({ ...i3, labelWhPerKm: 40 }).theta[ROLLING]).toBeCloseTo(expected, 12);
  });

  test('cold rolling is 1 % per kelvin of rolling', () => {
    const { theta } = priorFor(i3);
    expect(theta[COLD_ROLLING]).toBeCloseTo(0.01 * (theta[ROLLING] ?? 0), 12);
    expect(theta[AERO]).toBeCloseTo(0.85 * 0.29 * 2.38, 12);
  });

  test('covariance is symmetric and gives every direction a variance of its own', () => {
    for (const model of catalogue) {
      const prior = priorFor(model);
      for (let i = 0; i < FEATURE_COUNT; i++) {
        const unit = new Float64Array(FEATURE_COUNT);
        unit[i] = 1;
        expect(varianceForm(prior, unit)).toBeGreaterThan(0);
        for (let j = 0; j < FEATURE_COUNT; j++) {
          expect(prior.covariance[i * FEATURE_COUNT + j]).toBe(prior.covariance[j * FEATURE_COUNT + i]);
        }
      }
      const against = new Float64Array(FEATURE_COUNT);
      against[ROLLING] = 1;
      against[AERO] = 0.004;
      expect(varianceForm(prior, against)).toBeGreaterThan(0);
    }
  });

  test('the label ties drag and rolling: their errors cancel in part', () => {
    const tied = priorFor(i3).covariance[ROLLING * FEATURE_COUNT + AERO] ?? 0;
    expect(tied).toBeLessThan(0);
    expect(priorFor({ ...i3, labelWhPerKm: null }).covariance[ROLLING * FEATURE_COUNT + AERO]).toBe(0);
    const stopAndGo = priorFor(i3).covariance[ROLLING * FEATURE_COUNT + STOP_AND_GO] ?? 0;
    expect(stopAndGo).toBeLessThan(0);
  });
});

describe('an unknown car', () => {
  test('the widening for an unknown car fades out over five trips', () => {
    expect(parameterSigmaFactor(0)).toBe(UNLEARNED_SIGMA_FACTOR);
    expect(parameterSigmaFactor(4)).toBeGreaterThan(1);
    expect(parameterSigmaFactor(5)).toBe(1);
    expect(parameterSigmaFactor(500)).toBe(1);
    expect(parameterSigmaFactor(0, 2)).toBe(2);
  });
});
