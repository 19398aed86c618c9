import { FEATURE_COUNT, noLearning, STOP_AND_GO, stopAndGoShare } from '@outrider/energy';
import { type Baseline, gaussian, pointsOf } from '../baselines.ts';
import type { LoggedTrip } from '../logged-trip.ts';
import type { Prediction } from '../scores.ts';
import { car } from './car.ts';
import { drivenTrip, type KnownTrip, knownTrips } from './known-trip.ts';

/**
 * The same inputs and priors through a plain Kalman filter: the first ten features, Gaussian errors, a clipped
 * innovation, forgetting in all directions. What the model does beyond it has to show against it.
 */
const COUNT = 10;
const FORGETTING = 0.97;
const CLIP_SD = 3;
const NOISE_RATIO = 0.06;
const NOISE_KWH = 0.06;
const NOISE_WEIGHT = { first: 5, most: 20 };
const MOST_SCORE2 = 4;
const PIECE_M = 500;
const COLD_TRIPS = 10;
const LABEL_MPS = 48 / 3.6;

interface State {
  readonly theta: readonly number[];
  /** Row by row. */
  readonly covariance: readonly (readonly number[])[];
  readonly noise2: number;
  readonly trips: number;
}

export function runPlainKalman(logs: readonly LoggedTrip[]): readonly Baseline[] {
  const trips = knownTrips(logs);
  const rows = new Map(trips.map((trip) => [trip, featuresKwh(trip)]));
  const featuresOf = (trip: KnownTrip): readonly number[] => rows.get(trip) ?? [];
  const learnAll = (others: readonly KnownTrip[]): State =>
    others.reduce((state, trip) => learn(state, featuresOf(trip), trip.drivenKwh), priorState());
  const predictAll = (state: State, ones: readonly KnownTrip[]): readonly Prediction[] =>
    ones.map((trip) => predict(state, featuresOf(trip), trip));
  const inSeason = (season: LoggedTrip['season']) => trips.filter(({ log }) => log.season === season);
  const halves = [0, 1].map((half) => learnAll(trips.filter((_, i) => i % 2 !== half)));
  const planned =
    trips.length < 2 ? [] : trips.flatMap((trip, i) => predictAll(halves[i % 2] as State, [trip]));
  const online = trips.map((trip, i) => predict(learnAll(trips.slice(0, i)), featuresOf(trip), trip));
  const winter =
    inSeason('summer').length === 0 ? [] : predictAll(learnAll(inSeason('summer')), inSeason('winter'));
  const row = (
    against: string,
    what: string,
    predictions: readonly Prediction[],
    needs: string,
  ): Baseline => ({
    key: `plainKalman.${against}`,
    title: `plain Kalman filter, ${what}`,
    against,
    predictions,
    ...(predictions.length === 0 ? { note: needs } : {}),
  });
  return [
    row('planner', 'other half', planned, 'needs 2 trips'),
    row('online', 'from trip 11', online.slice(COLD_TRIPS), `needs ${COLD_TRIPS + 1} trips`),
    row('cold', 'trips 1–10', online.slice(0, COLD_TRIPS), 'needs a trip'),
    row('winter', 'summer → winter', winter, 'needs trips of both seasons'),
  ];
}

const featuresKwh = (trip: KnownTrip): readonly number[] =>
  drivenTrip(trip, PIECE_M)
    .features.slice(0, COUNT)
    .map((joules) => joules / 3.6e6);

/** Rolling as it was before town traffic had a feature of its own: the label is met all the same. */
function priorState(): State {
  const { theta, covariance } = noLearning(car).posterior;
  const [rolling = 0, ...others] = theta.slice(0, COUNT);
  const inTown = stopAndGoShare(LABEL_MPS) * (theta[STOP_AND_GO] ?? 0);
  return {
    theta: [rolling + inTown, ...others],
    covariance: others
      .concat(0)
      .map((_, i) => covariance.slice(i * FEATURE_COUNT, i * FEATURE_COUNT + COUNT)),
    noise2: 1,
    trips: 0,
  };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

function forecast(state: State, features: readonly number[]) {
  const meanKwh = dot(state.theta, features);
  const spread = state.covariance.map((row) => dot(row, features));
  const noise = state.noise2 * ((NOISE_RATIO * meanKwh) ** 2 + NOISE_KWH ** 2);
  return { meanKwh, spread, variance: dot(spread, features) + noise };
}

function learn(state: State, features: readonly number[], drivenKwh: number): State {
  const { meanKwh, spread, variance } = forecast(state, features);
  const most = CLIP_SD * Math.sqrt(variance);
  const errorKwh = Math.min(most, Math.max(-most, drivenKwh - meanKwh));
  const weight = Math.min(NOISE_WEIGHT.most, NOISE_WEIGHT.first + state.trips);
  const score2 = Math.min(MOST_SCORE2, (drivenKwh - meanKwh) ** 2 / variance);
  return {
    theta: state.theta.map((value, i) => Math.max(0, value + ((spread[i] ?? 0) / variance) * errorKwh)),
    covariance: state.covariance.map((row, i) =>
      row.map((value, j) => (value - ((spread[i] ?? 0) * (spread[j] ?? 0)) / variance) / FORGETTING),
    ),
    noise2: (weight * state.noise2 + score2) / (weight + 1),
    trips: state.trips + 1,
  };
}

function predict(state: State, features: readonly number[], trip: KnownTrip): Prediction {
  const { meanKwh, variance } = forecast(state, features);
  return {
    trip: trip.log.name,
    drivenKwh: trip.drivenKwh,
    meanKwh,
    distribution: gaussian(meanKwh, Math.sqrt(variance)),
    distanceKm: trip.km,
    drivenSocPct: trip.startSocPct - trip.endSocPct,
    predictedSocPct: pointsOf(meanKwh, trip.startSocPct),
  };
}
