import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CarState, forecastArrival } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { flatRoad } from './flat-road.ts';
import { type InputSigmas, usualSigmas } from './noise.ts';
import { buildPrefix, type PrefixInput } from './prefix.ts';
import { priorFor } from './prior.ts';
import type { RouteSegment } from './segment-features.ts';
import { i3, learnedFrom, modelOf, seeded, simulatedCar, simulatedRoad } from './simulated-car.fixture.ts';
import { energyKwhOf, readStretch, type StretchStart } from './stretch.ts';

// What holds on every road, whatever the car: colder never cheaper in prefix.test.ts, more charge in arrival.test.ts.

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const anyModel = fc.constantFrom('bmw-i3-60ah', 'nissan-leaf-24', 'tesla-model-y-lr-2021').map(modelOf);
const anySegment: fc.Arbitrary<RouteSegment> = fc.record({
  distanceM: between(50, 900),
  speedMps: between(3, 40),
  climbM: between(-40, 40),
  bearingDeg: between(0, 360),
  weather: fc.record({
    tempC: between(-25, 38),
    windSpeedMps: between(0, 20),
    windFromDeg: between(0, 360),
    wetness: between(0, 4),
  }),
});
const anyRoad = fc.array(anySegment, { minLength: 1, maxLength: 40 });
const anyMps = between(3, 45);
const anyTempC = between(-25, 38);

const WARM: StretchStart = { cabinTempC: 22, tyreColdRatio: 0 };
const energyKwh = (input: PrefixInput, start: StretchStart = {}) => {
  const prefix = buildPrefix(input);
  return energyKwhOf(readStretch(prefix, 0, prefix.lengthM, start), priorFor(input.vehicle).theta);
};
const flat = (segments: readonly RouteSegment[]) => segments.map((segment) => ({ ...segment, climbM: 0 }));

describe('what never costs less', () => {
  test('more wind from the front, all along the road', () => {
    fc.assert(
      fc.property(anyModel, anyRoad, between(0, 15), between(0, 15), (vehicle, segments, mps, moreMps) => {
        const against = (windSpeedMps: number): PrefixInput => ({
          vehicle,
          segments: flat(segments).map((segment) => ({
            ...segment,
            weather: { ...segment.weather, windSpeedMps, windFromDeg: segment.bearingDeg ?? 0 },
          })),
        });
        expect(energyKwh(against(mps + moreMps))).toBeGreaterThanOrEqual(energyKwh(against(mps)) - 1e-12);
      }),
    );
  });

  test('a metre more to climb, or less to descend, anywhere', () => {
    fc.assert(
      fc.property(anyModel, anyRoad, fc.nat(), between(0, 60), (vehicle, segments, index, moreM) => {
        const at = index % segments.length;
        const climbed = segments.map((segment, i) =>
          i === at ? { ...segment, climbM: segment.climbM + moreM } : segment,
        );
        expect(energyKwh({ vehicle, segments: climbed })).toBeGreaterThanOrEqual(
          energyKwh({ vehicle, segments }) - 1e-12,
        );
      }),
    );
  });

  test('more luggage, on a road that ends no lower than it began', () => {
    fc.assert(
      fc.property(anyModel, anyRoad, between(0, 400), between(0, 400), (vehicle, segments, kg, moreKg) => {
        const netM = segments.reduce((sum, { climbM }) => sum + climbM, 0);
        const last = { ...(segments[0] as RouteSegment), climbM: Math.max(0, -netM) };
        const loaded = (payloadKg: number): PrefixInput => ({
          vehicle,
          segments: [...segments, last],
          use: { payloadKg, extraDragAreaM2: 0, rollingRatio: 1 },
        });
        expect(energyKwh(loaded(kg + moreKg))).toBeGreaterThanOrEqual(energyKwh(loaded(kg)) - 1e-12);
      }),
    );
  });

  const atSpeed = (vehicle: PrefixInput['vehicle'], speedMps: number, tempC: number) =>
    energyKwh(
      { vehicle, batteryTempC: 20, segments: [{ distanceM: 1000, speedMps, climbM: 0, weather: { tempC } }] },
      WARM,
    );
  const SPEEDS_MPS = Array.from({ length: 85 }, (_, i) => 3 + 0.5 * i);

  test('faster, above the speed that costs least; nor slower, below it', () => {
    fc.assert(
      fc.property(anyModel, anyTempC, anyMps, anyMps, (vehicle, tempC, oneMps, otherMps) => {
        const costs = SPEEDS_MPS.map((mps) => atSpeed(vehicle, mps, tempC));
        const bestMps = SPEEDS_MPS[costs.indexOf(Math.min(...costs))] ?? 0;
        const [slowMps, fastMps] = [Math.min(oneMps, otherMps), Math.max(oneMps, otherMps)];
        const [slow, fast] = [atSpeed(vehicle, slowMps, tempC), atSpeed(vehicle, fastMps, tempC)];
        if (slowMps >= bestMps + 0.5) expect(fast).toBeGreaterThanOrEqual(slow - 1e-12);
        if (fastMps <= bestMps - 0.5) expect(slow).toBeGreaterThanOrEqual(fast - 1e-12);
      }),
    );
  });

  test('the speed that costs least lies between town and motorway, higher in the cold', () => {
    const best = (tempC: number) => {
      const costs = SPEEDS_MPS.map((mps) => atSpeed(i3, mps, tempC));
      return 3.6 * (SPEEDS_MPS[costs.indexOf(Math.min(...costs))] ?? 0);
    };
    expect(best(20)).toBeGreaterThan(30);
    expect(best(20)).toBeLessThan(80);
    expect(best(-15)).toBeGreaterThanOrEqual(best(20));
  });

  test('faster by the same share on any open road, the cabin warm', () => {
    const anyOpenRoad = fc.array(
      anySegment.chain((segment) => between(24, 36).map((speedMps) => ({ ...segment, speedMps }))),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(anyModel, anyOpenRoad, between(1, 1.25), (vehicle, segments, ratio) => {
        const still = flat(segments).map((segment) => ({
          ...segment,
          weather: { ...segment.weather, windSpeedMps: 0 },
        }));
        const faster = still.map((segment) => ({ ...segment, speedMps: ratio * segment.speedMps }));
        expect(energyKwh({ vehicle, segments: faster }, WARM)).toBeGreaterThanOrEqual(
          energyKwh({ vehicle, segments: still }, WARM) - 1e-12,
        );
      }),
    );
  });
});

const arrive = (car: ForecastCar, segments: readonly RouteSegment[], state: CarState) => {
  const prefix = buildPrefix({ vehicle: car.vehicle, segments });
  return forecastArrival({ prefix, fromM: 0, toM: prefix.lengthM, car, state });
};
const carOf = (vehicle: ForecastCar['vehicle']): ForecastCar => ({ vehicle, posterior: priorFor(vehicle) });

describe('what never arrives with less', () => {
  test('a fuller battery, on any road', () => {
    fc.assert(
      fc.property(anyModel, anyRoad, between(5, 90), between(0, 10), (vehicle, segments, socPct, morePct) => {
        const less = arrive(carOf(vehicle), segments, { socPct });
        const more = arrive(carOf(vehicle), segments, { socPct: socPct + morePct });
        expect(more.soc.meanPct).toBeGreaterThanOrEqual(less.soc.meanPct - 1e-9);
        expect(more.probabilityBelow(5)).toBeLessThanOrEqual(less.probabilityBelow(5) + 1e-9);
      }),
    );
  });

  test('a healthier battery', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyRoad.map(flat),
        between(0.5, 1.1),
        between(0, 0.1),
        (vehicle, segments, soh, more) => {
          const worn = arrive({ ...carOf(vehicle), sohRatio: soh }, segments, { socPct: 60 });
          // 1.1 and almost 0.1 is a bit more than the 1.2 that there may be.
          const sohRatio = Math.min(1.2, soh + more);
          const fresh = arrive({ ...carOf(vehicle), sohRatio }, segments, { socPct: 60 });
          expect(fresh.soc.meanPct).toBeGreaterThanOrEqual(worn.soc.meanPct - 1e-9);
          expect(fresh.probabilityBelow(5)).toBeLessThanOrEqual(worn.probabilityBelow(5) + 1e-9);
        },
      ),
    );
  });

  test('a larger battery', () => {
    fc.assert(
      fc.property(anyModel, anyRoad.map(flat), between(0, 40), (vehicle, segments, moreKwh) => {
        const larger = { ...vehicle, usableKwh: vehicle.usableKwh + moreKwh };
        const posterior = priorFor(vehicle);
        const small = arrive({ vehicle, posterior }, segments, { socPct: 60 });
        const large = arrive({ vehicle: larger, posterior }, segments, { socPct: 60 });
        expect(large.soc.meanPct).toBeGreaterThanOrEqual(small.soc.meanPct - 1e-9);
        expect(large.probabilityBelow(5)).toBeLessThanOrEqual(small.probabilityBelow(5) + 1e-9);
      }),
    );
  });
});

describe('what is never surer', () => {
  test('an arrival further away', () => {
    fc.assert(
      fc.property(
        anyModel,
        anyMps,
        anyTempC,
        between(1, 150),
        between(0, 50),
        (vehicle, mps, tempC, km, moreKm) => {
          const prefix = flatRoad({ vehicle, lengthM: 200_000, speedMps: mps, weather: { tempC } });
          const car = carOf(vehicle);
          const sdAt = (toM: number) => {
            const { soc, energyKwh } = forecastArrival({ prefix, fromM: 0, toM, car, state: { socPct: 80 } });
            return [soc.sdPct, energyKwh.sd] as const;
          };
          const [near, far] = [sdAt(1000 * km), sdAt(1000 * (km + moreKm))];
          expect(far[0]).toBeGreaterThanOrEqual(near[0] - 1e-9);
          expect(far[1]).toBeGreaterThanOrEqual(near[1] - 1e-9);
        },
      ),
    );
  });

  for (const name of Object.keys(usualSigmas) as (keyof InputSigmas)[])
    test(`an arrival with a vaguer ${name}`, () => {
      fc.assert(
        fc.property(anyModel, anyRoad, between(1, 10), (vehicle, segments, times) => {
          const sigmas = { ...usualSigmas, [name]: times * usualSigmas[name] };
          const sd = (car: ForecastCar) => arrive(car, segments, { socPct: 80 }).soc.sdPct;
          expect(sd({ ...carOf(vehicle), sigmas })).toBeGreaterThanOrEqual(sd(carOf(vehicle)) - 1e-12);
        }),
      );
    });

  test('an arrival of a car that nobody has watched, on roads like those of one that was learned', () => {
    const { posterior } = learnedFrom(simulatedCar(), 40, seeded(3));
    fc.assert(
      fc.property(fc.integer(), between(-8, 26), (seed, tempC) => {
        const segments = simulatedRoad(seeded(seed), tempC);
        const sd = (car: ForecastCar) => arrive(car, segments, { socPct: 80 }).soc.sdPct;
        expect(sd(carOf(i3))).toBeGreaterThan(sd({ vehicle: i3, posterior }));
      }),
    );
  });
});
