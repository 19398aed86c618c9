import { noLearning } from '@outrider/energy';
import { seededRandom } from '@outrider/runtime';
import type { LoggedTrip } from '../logged-trip.ts';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { type KnownTrip, knownTrips } from './known-trip.ts';
import { learnFrom, predictHalves, predictOnline, predictTrip } from './planner.ts';
import { replayHalves } from './replay.ts';

export interface ResultRow {
  readonly key: string;
  readonly title: string;
  readonly predictions: readonly Prediction[];
  readonly note?: string;
}

export interface PriorFigure {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly unit: string;
  readonly source: string;
}

export interface Experiments {
  readonly rows: readonly ResultRow[];
  readonly priors: readonly PriorFigure[];
  readonly notes: readonly string[];
}

const PIECE_M = 500;
const COLD_TRIPS = 10;

/** Every forecast of the energy model for these trips. */
export function runExperiments(logs: readonly LoggedTrip[]): Experiments {
  const trips = knownTrips(logs);
  const prior = noLearning(car);
  const halves = (pieceM: number | null) =>
    predictHalves(
      trips,
      (others) => learnFrom(prior, others, pieceM),
      (learned, trip) => predictTrip(learned, trip, pieceM),
    );
  const online = predictOnline(prior, trips, PIECE_M);
  const summer = trips.filter((t) => t.log.season === 'summer');
  const winter = trips.filter((t) => t.log.season === 'winter');
  const ls = learnFrom(prior, summer, PIECE_M);
  return {
    rows: [
      { key: 'replay', title: 'replay, aux measured', predictions: replayHalves(trips, 'measured') },
      {
        key: 'replayAuxPredicted',
        title: 'replay, aux predicted',
        predictions: replayHalves(trips, 'predicted'),
      },
      { key: 'plannerTripMean', title: 'planner, trip mean speed', predictions: halves(null) },
      { key: 'planner', title: 'planner, 500 m speeds', predictions: halves(PIECE_M) },
      { key: 'online', title: 'online, from trip 11', predictions: online.slice(COLD_TRIPS) },
      { key: 'cold', title: 'trips 1–10', predictions: online.slice(0, COLD_TRIPS) },
      {
        key: 'winter',
        title: 'summer → winter',
        predictions: winter.map((t) => predictTrip(ls, t, PIECE_M)),
      },
    ],
    priors: [],
    notes: [],
  };
}
