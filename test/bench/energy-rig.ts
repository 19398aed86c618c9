import {
  batteryEnergy,
  type DrivenTrip,
  type ForecastCar,
  type PrefixInput,
  priorFor,
  type RoutePrefix,
  type RouteSegment,
  readStretch,
  socAfterUsing,
  vehicleModel,
} from '@outrider/energy';
import { segmentsOf } from './rig.ts';

// A car, a road and trips on it, as the measurements of the energy model need them.

export const ROAD_M = 300_000;

export function carOf(): ForecastCar & { readonly vehicle: NonNullable<ReturnType<typeof vehicleModel>> } {
  const vehicle = vehicleModel('tesla-model-s-85-2012');
  if (vehicle === undefined) throw new Error('the catalogue lacks the car of this measurement');
  return { vehicle, posterior: priorFor(vehicle) };
}

export const roadOf = (): PrefixInput => ({
  vehicle: carOf().vehicle,
  segments: segmentsOf(ROAD_M).map(routeSegment),
});

const routeSegment = (segment: ReturnType<typeof segmentsOf>[number]): RouteSegment => ({
  ...{ distanceM: segment.distanceM, speedMps: segment.speedMps, climbM: segment.climbM },
  bearingDeg: segment.bearingDeg,
  weather: {
    ...{ tempC: segment.tempC, pressureHpa: segment.pressureHpa, windSpeedMps: segment.windMps },
    ...{ windFromDeg: segment.windFromDeg, wetness: 0 },
  },
});

/** Evenly spread over [0, 1), and the same in every run. */
export function createSpread(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Drives of 10 to 110 km somewhere on this road, of a car that takes a tenth more than the prior says. */
export function tripsOf(
  { vehicle, posterior }: ForecastCar,
  prefix: RoutePrefix,
  count: number,
): DrivenTrip[] {
  const random = createSpread();
  return Array.from({ length: count }, (_, index) => {
    const distanceM = 10_000 + random() * 100_000;
    const fromM = random() * (ROAD_M - distanceM);
    const { features, durationS } = readStretch(prefix, fromM, fromM + distanceM, { fromRest: true });
    const priorKwh = features.reduce((sum, f, k) => sum + f * (posterior.theta[k] ?? 0), 0) / 3.6e6;
    const meteredKwh = priorKwh * (1.05 + 0.1 * random());
    return {
      ...{ endedAtMs: index * 86_400_000, features: [...features], meteredKwh, distanceM, durationS },
      ...{ startSocPct: 90, endSocPct: socAfterUsing(batteryEnergy(vehicle), 90, meteredKwh), socStepPct: 1 },
      ...{ meanAirTempC: 3, startBatteryTempC: 10, longestGapS: 5 },
      ...{ wasCharged: false, wasTowed: false, isClimbKnown: true },
    };
  });
}
