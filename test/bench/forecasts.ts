import { performance } from 'node:perf_hooks';
import { buildPrefix, forecastArrival, priorFor, type RouteSegment, vehicleModel } from '@outrider/energy';
import { segmentsOf } from './rig.ts';

export interface ForecastFigures {
  readonly forecastsPerS: number;
  /** A dot product of ten numbers, in the same loop. */
  readonly dotProductsPerS: number;
  readonly dotProductsPerForecast: number;
  /** All features of 300 km anew, as another speed or weather needs. */
  readonly prefixMs: number;
}

const ROAD_M = 300_000;
const FEATURES = 10;

/** Forecasts of one thread: from anywhere along a road of 300 km to its end, with band and probability. */
export function measureForecasts(durationMs: number): ForecastFigures {
  const vehicle = vehicleModel('tesla-model-s-85-2012');
  if (vehicle === undefined) throw new Error('the catalogue lacks the car of this measurement');
  const input = { vehicle, segments: segmentsOf(ROAD_M).map(routeSegment) };
  const prefix = buildPrefix(input);
  const car = { vehicle, posterior: priorFor(vehicle) };
  let sum = 0;
  const forecastsPerS = rateOf(durationMs, (index) => {
    const fromM = (index * 7_919) % (ROAD_M - 1_000);
    const state = { socPct: 20 + (index % 70), batteryTempC: 15, speedMps: 20 };
    sum += forecastArrival({ prefix, fromM, toM: ROAD_M, car, state }).probabilityBelow(5);
  });
  const theta = Float64Array.from({ length: FEATURES }, (_, index) => index * 0.1);
  const features = Float64Array.from({ length: FEATURES }, (_, index) => 1 / (index + 1));
  const dotProductsPerS = rateOf(durationMs, (index) => {
    let dot = index;
    for (let i = 0; i < FEATURES; i++) dot += (theta[i] as number) * (features[i] as number);
    sum += dot;
  });
  const prefixMs =
    1000 /
    rateOf(durationMs, () => {
      sum += buildPrefix(input).lengthM;
    });
  if (!Number.isFinite(sum)) throw new Error('a forecast is not a number');
  return {
    forecastsPerS,
    dotProductsPerS,
    dotProductsPerForecast: dotProductsPerS / forecastsPerS,
    prefixMs,
  };
}

type Segment = ReturnType<typeof segmentsOf>[number];

const routeSegment = (segment: Segment): RouteSegment => ({
  ...{ distanceM: segment.distanceM, speedMps: segment.speedMps, climbM: segment.climbM },
  bearingDeg: segment.bearingDeg,
  weather: {
    ...{ tempC: segment.tempC, pressureHpa: segment.pressureHpa, windSpeedMps: segment.windMps },
    ...{ windFromDeg: segment.windFromDeg, wetness: 0 },
  },
});

/** Calls per second, after a tenth of the time to warm up. */
function rateOf(durationMs: number, work: (index: number) => void): number {
  let index = 0;
  const run = (forMs: number): number => {
    const fromMs = performance.now();
    let calls = 0;
    while (performance.now() - fromMs < forMs) for (let i = 0; i < 32; i++, calls++) work(index++);
    return (calls / (performance.now() - fromMs)) * 1000;
  };
  run(durationMs / 10);
  return run(durationMs);
}
