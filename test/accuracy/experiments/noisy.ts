import type { Learned } from '@outrider/energy';
import { seededRandom } from '@outrider/runtime';
import type { Prediction } from '../scores.ts';
import type { InputErrors, KnownTrip } from './known-trip.ts';
import { type InputSigmas, predictTrip } from './planner.ts';

/** What traffic, weather and height services are off by: standard deviations. */
const inputSigmas: InputSigmas = { etaRatio: 0.1, airK: 2, climbM: 10 };

const SEED = 2019;
const SHORTEST_ETA_RATIO = 0.5;

/** A planner that is told wrong times, temperatures and heights, one draw per trip, and knows how wrong they may be. */
export function noisyPlanner(pieceM: number, trips: number) {
  const random = seededRandom(SEED);
  const draws = Array.from({ length: trips }, () => drawErrors(random));
  return (learned: Learned, trip: KnownTrip, i: number): Prediction => {
    const errors = draws[i];
    return predictTrip(learned, trip, pieceM, errors && { errors, sigmas: inputSigmas });
  };
}

function drawErrors(random: () => number): InputErrors {
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    etaRatio: Math.max(SHORTEST_ETA_RATIO, 1 + inputSigmas.etaRatio * gaussian()),
    airK: inputSigmas.airK * gaussian(),
    climbM: inputSigmas.climbM * gaussian(),
  };
}
