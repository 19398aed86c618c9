import { describe, expect, test } from 'vitest';
import { forecastArrival } from './arrival.ts';
import { vehicleModel } from './catalogue.ts';
import { usualSigmas } from './noise.ts';
import { buildPrefix } from './prefix.ts';
import { priorFor } from './prior.ts';
import { BY_DRAG, BY_ROLLING, energyByInput, energyKwhOf, readStretch } from './stretch.ts';
import { pullsTrailer, type SaidUse, useOf } from './use-priors.ts';
import { usualUse, type VehicleUse } from './vehicle-model.ts';

const vehicle = vehicleModel('tesla-model-3-lr-2019') ?? vehicleModel('tesla-model-y-lr-2021');
if (vehicle === undefined) throw new Error('no such car');

const prefixOf = (use: VehicleUse, kmh = 112.7) =>
  buildPrefix({
    vehicle,
    use,
    segments: [{ distanceM: 100_000, speedMps: kmh / 3.6, climbM: 0, weather: { tempC: 10 } }],
  });
const energyKwh = (use: VehicleUse, kmh?: number) => {
  const prefix = prefixOf(use, kmh);
  return energyKwhOf(readStretch(prefix, 0, prefix.lengthM), priorFor(vehicle).theta);
};
const arrival = (said: SaidUse | undefined) => {
  const { use, sigmas } = useOf(said);
  const prefix = prefixOf(use);
  const car = { vehicle, posterior: priorFor(vehicle), sigmas: { ...usualSigmas, ...sigmas } };
  return forecastArrival({ prefix, fromM: 0, toM: prefix.lengthM, car, state: { socPct: 90 } });
};

test('what nobody says is as usual', () => {
  expect(useOf(undefined)).toMatchObject({ use: usualUse });
  expect(useOf({}).use).toEqual(usualUse);
  expect(useOf({ roofBox: false, trailerKg: 0, tyres: 'summer' }).use).toEqual(usualUse);
  const { payloadKg, dragAreaM2, rollingRatio } = usualSigmas;
  expect(useOf({}).sigmas).toEqual({ payloadKg, dragAreaM2, rollingRatio });
});

test('of a trailer that the car feels nobody knows the weight, unless somebody said it', () => {
  const felt = useOf({ isTowing: true });
  const said = useOf({ isTowing: true, trailerKg: 800 });
  expect(felt.use).toEqual(said.use);
  expect(felt.sigmas.payloadKg).toBeGreaterThan(said.sigmas.payloadKg);
  expect(useOf({ isTowing: false }).use).toEqual(usualUse);
});

describe('on the road', () => {
  test('a roof box costs 8 to 25 % on a motorway, and less in town', () => {
    const ratio = (kmh: number) => energyKwh(useOf({ roofBox: true }).use, kmh) / energyKwh(usualUse, kmh);
    expect(ratio(112.7)).toBeGreaterThan(1.08);
    expect(ratio(112.7)).toBeLessThan(1.25);
    expect(ratio(40)).toBeLessThan(1.06);
  });

  test('a caravan costs at least half as much again, winter tyres a few percent', () => {
    const ratio = (said: SaidUse, kmh: number) => energyKwh(useOf(said).use, kmh) / energyKwh(usualUse, kmh);
    expect(ratio({ trailerKg: 1_000 }, 85)).toBeGreaterThan(1.5);
    expect(ratio({ trailerKg: 1_000 }, 85)).toBeLessThan(2.5);
    expect(ratio({ tyres: 'winter' }, 85)).toBeGreaterThan(1.01);
    expect(ratio({ tyres: 'winter' }, 85)).toBeLessThan(1.04);
    expect(ratio({ payloadKg: 400 }, 85)).toBeGreaterThan(1);
  });

  test.each<[string, SaidUse]>([
    ['a roof box', { roofBox: true }],
    ['a trailer', { trailerKg: 700 }],
    ['winter tyres', { tyres: 'winter' }],
  ])('%s widens the forecast', (_name, said) => {
    expect(arrival(said).soc.sdPct).toBeGreaterThan(arrival({}).soc.sdPct);
  });

  test('weight that was said narrows it', () => {
    expect(arrival({ payloadKg: 100 }).soc.sdPct).toBeLessThan(arrival({}).soc.sdPct);
  });

  test('slopes by drag and rolling agree with a small change', () => {
    const at = (change: Partial<VehicleUse>) => energyKwh({ ...usualUse, rollingRatio: 1.05, ...change });
    const prefix = prefixOf({ ...usualUse, rollingRatio: 1.05 });
    const slopes = energyByInput(readStretch(prefix, 0, prefix.lengthM), priorFor(vehicle).theta);
    expect(slopes[BY_DRAG]).toBeCloseTo((at({ extraDragAreaM2: 0.02 }) - at({})) / 0.02, 4);
    expect(slopes[BY_ROLLING]).toBeCloseTo(
      (at({ rollingRatio: 1.06 }) - at({ rollingRatio: 1.04 })) / 0.02,
      4,
    );
  });
});

test('a trailer is told from a roof box', () => {
  expect(pullsTrailer(useOf({ roofBox: true }).use)).toBe(false);
  expect(pullsTrailer(useOf({ trailerKg: 1 }).use)).toBe(true);
  expect(pullsTrailer(usualUse)).toBe(false);
  expect(pullsTrailer(useOf({ isTowing: true }).use)).toBe(true);
});
