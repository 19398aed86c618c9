import { type ArrivalForecast, type CarState, forecastArrival } from './arrival.ts';
import type { ForecastCar } from './belief.ts';
import { requireWithin } from './check.ts';
import { buildPrefix, type RoutePrefix } from './prefix.ts';
import type { SegmentWeather } from './segment-features.ts';
import type { VehicleModel, VehicleUse } from './vehicle-model.ts';

export interface FlatRoad {
  readonly vehicle: VehicleModel;
  readonly lengthM: number;
  readonly speedMps: number;
  readonly weather: SegmentWeather;
  readonly bearingDeg?: number;
  readonly use?: VehicleUse;
  readonly setTempC?: number | null;
  readonly batteryTempC?: number;
}

/** Road nobody has mapped: level, at one speed, in one weather. One segment is exact, because nothing changes. */
export function flatRoad(road: FlatRoad): RoutePrefix {
  const { vehicle, lengthM, speedMps, weather } = road;
  return buildPrefix({
    vehicle,
    segments: [
      {
        distanceM: lengthM,
        speedMps,
        climbM: 0,
        weather,
        ...(road.bearingDeg === undefined ? {} : { bearingDeg: road.bearingDeg }),
      },
    ],
    ...(road.use === undefined ? {} : { use: road.use }),
    ...(road.setTempC === undefined ? {} : { setTempC: road.setTempC }),
    ...(road.batteryTempC === undefined ? {} : { batteryTempC: road.batteryTempC }),
  });
}

export interface DetourInput {
  readonly car: ForecastCar;
  /** There and back. */
  readonly distanceM: number;
  readonly speedMps: number;
  readonly weather: SegmentWeather;
  readonly state: CarState;
  /** As on the route that is left; default: as the data sheet has the car. */
  readonly use?: VehicleUse;
  readonly setTempC?: number | null;
}

/** What leaving the route for so many metres costs, and the SOC left after it. */
export function forecastDetour(input: DetourInput): ArrivalForecast {
  requireWithin('distanceM', input.distanceM, 0.001, 1e6);
  const { vehicle } = input.car;
  const { speedMps, weather, distanceM, use, setTempC } = input;
  const prefix = flatRoad({
    ...{ vehicle, lengthM: distanceM, speedMps, weather },
    ...(use === undefined ? {} : { use }),
    ...(setTempC === undefined ? {} : { setTempC }),
  });
  return forecastArrival({ prefix, fromM: 0, toM: distanceM, car: input.car, state: input.state });
}
