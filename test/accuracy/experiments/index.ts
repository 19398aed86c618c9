import { type Learned, noLearning } from '@outrider/energy';
import type { LoggedTrip } from '../logged-trip.ts';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { predictUnderWay } from './in-trip.ts';
import { type KnownTrip, knownTrips } from './known-trip.ts';
import { noisyPlanner } from './noisy.ts';
import { learnFrom, predictHalves, predictOnline, predictTrip } from './planner.ts';
import { listPriors, type PriorFigure } from './priors.ts';
import { replayHalves } from './replay.ts';
import { type RowKey, TITLES } from './titles.ts';

export type { PriorFigure } from './priors.ts';

export interface ResultRow {
  readonly key: string;
  readonly title: string;
  readonly predictions: readonly Prediction[];
  readonly note?: string;
}

export interface Experiments {
  readonly rows: readonly ResultRow[];
  readonly priors: readonly PriorFigure[];
  readonly notes: readonly string[];
}

/** What map and traffic services tell apart. */
const PIECE_M = 500;
const COLD_TRIPS = 10;
const SHARES_PCT = [25, 50, 75] as const;

/** Every forecast of the energy model for these trips, in the order they were driven. */
export function runExperiments(logs: readonly LoggedTrip[]): Experiments {
  const trips = knownTrips(logs);
  const prior = noLearning(car);
  const unused = new Set<string>();
  const learn = (others: readonly KnownTrip[], pieceM: number | null): Learned =>
    learnFrom(prior, others, pieceM, (trip, reason) => unused.add(`${trip.log.name} (${reason})`));
  const online = predictOnline(prior, trips, PIECE_M);
  const rows = [
    ...halvesRows(trips, learn),
    row('online', online.slice(COLD_TRIPS), `needs ${COLD_TRIPS + 1} trips`),
    row('cold', online.slice(0, COLD_TRIPS), 'needs a trip'),
    row('winter', predictWinter(trips, learn), 'needs trips of both seasons'),
    ...SHARES_PCT.map((pct) =>
      row(
        `inTrip${pct}`,
        predictUnderWay(prior, trips, PIECE_M, pct / 100).slice(COLD_TRIPS),
        `needs ${COLD_TRIPS + 1} trips`,
      ),
    ),
  ];
  const notes = unused.size === 0 ? [] : [`not learned from: ${[...unused].join(', ')}`];
  return { rows, priors: listPriors(), notes };
}

type Learn = (others: readonly KnownTrip[], pieceM: number | null) => Learned;

const HALVES = ['replay', 'replayAuxPredicted', 'plannerTripMean', 'planner', 'plannerNoisy'] as const;

/** Every second trip from those between. */
function halvesRows(trips: readonly KnownTrip[], learn: Learn): readonly ResultRow[] {
  const needs = 'needs 2 trips';
  if (trips.length < 2) return HALVES.map((key) => row(key, [], needs));
  const planner = (pieceM: number | null) =>
    predictHalves(
      trips,
      (others) => learn(others, pieceM),
      (learned, trip) => predictTrip(learned, trip, pieceM),
    );
  const noisy = predictHalves(trips, (others) => learn(others, PIECE_M), noisyPlanner(PIECE_M, trips.length));
  return [
    row('replay', replayHalves(trips, 'measured'), needs),
    row('replayAuxPredicted', replayHalves(trips, 'predicted'), needs),
    row('plannerTripMean', planner(null), needs),
    row('planner', planner(PIECE_M), needs),
    row('plannerNoisy', noisy, needs),
  ];
}

/** The first winter of a car that was only known in summer. */
function predictWinter(trips: readonly KnownTrip[], learn: Learn): readonly Prediction[] {
  const summer = trips.filter(({ log }) => log.season === 'summer');
  if (summer.length === 0) return [];
  const learned = learn(summer, PIECE_M);
  return trips
    .filter(({ log }) => log.season === 'winter')
    .map((trip) => predictTrip(learned, trip, PIECE_M));
}

const row = (key: RowKey, predictions: readonly Prediction[], needs: string): ResultRow => ({
  key,
  title: TITLES[key],
  predictions,
  ...(predictions.length === 0 ? { note: needs } : {}),
});
