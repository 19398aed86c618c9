import { kineticEnergyJ, type Learned, learnTrip, readStretch, tripForecast } from '@outrider/energy';
import { isCabinSaturated } from '../logged-trip.ts';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { drivenTrip, type KnownTrip, routeOf } from './known-trip.ts';
import { predictionOf } from './planner.ts';

const STANDING_BELOW_MPS = 0.5;

/** Each trip forecast again at this share of its way, by what was learned of the car before it. */
export function predictUnderWay(
  prior: Learned,
  trips: readonly KnownTrip[],
  pieceM: number,
  share: number,
): readonly Prediction[] {
  let learned = prior;
  return trips.map((trip) => {
    const prediction = predictRest(learned, trip, pieceM, share);
    learned = learnTrip(car, learned, drivenTrip(trip, pieceM)).learned;
    return prediction;
  });
}

/** What was used so far, and the forecast of the rest from what the car says now. */
function predictRest(learned: Learned, trip: KnownTrip, pieceM: number, share: number): Prediction {
  const { log } = trip;
  const second = secondAt(log.speedMps, share);
  const speedMps = log.speedMps[second] ?? 0;
  const airC = log.ambientC[second] ?? Number.NaN;
  const cabinC = log.cabinC[second] ?? Number.NaN;
  const now = { ...trip, startAirC: Number.isNaN(airC) ? trip.startAirC : airC };
  const route = routeOf(now, pieceM);
  const rest = readStretch(route, share * route.lengthM, route.lengthM, {
    ...(Number.isNaN(cabinC) || isCabinSaturated(cabinC) ? {} : { cabinTempC: cabinC }),
    elapsedDriveS: second,
    tyreColdRatio: trip.tyreColdRatio,
    fromRest: speedMps < STANDING_BELOW_MPS,
  });
  const forecast = tripForecast(learned.posterior, rest.features, car.usableKwh);
  const carriedKwh = kineticEnergyJ(route.totalMassKg, speedMps, car.drivelineEfficiency) / 3.6e6;
  const meanKwh = forecast.meanKwh > 0 ? Math.max(0, forecast.meanKwh - carriedKwh) : forecast.meanKwh;
  return predictionOf(learned, trip, { ...forecast, meanKwh }, 0, usedKwh(log.batteryW, second));
}

/** The second at which this share of the way was driven. */
function secondAt(speedMps: Float64Array, share: number): number {
  const lengthM = speedMps.reduce((sum, mps) => sum + mps, 0);
  let drivenM = 0;
  const second = speedMps.findIndex((mps) => {
    drivenM += mps;
    return drivenM >= share * lengthM;
  });
  return Math.min(speedMps.length, second + 1);
}

const usedKwh = (batteryW: Float64Array, seconds: number): number =>
  batteryW.subarray(0, seconds).reduce((sum, watts) => sum + watts, 0) / 3.6e6;
