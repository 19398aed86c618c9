import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import {
  buildPrefix,
  FEATURE_COUNT,
  forecastArrival,
  learnTrip,
  noLearning,
  prepareForecast,
  type RoutePrefix,
} from '@outrider/energy';
import { forecastPlainly, learnPlainly, type Questions } from './energy-plain.ts';
import { carOf, createSpread, ROAD_M, roadOf, tripsOf } from './energy-rig.ts';

export interface EnergyFigures {
  /** Sums of 300 km and a forecast to their end; in a process that has made none yet, and in one that has. */
  readonly firstForecastColdMs: number;
  readonly firstForecastMs: number;
  /** All features anew, as another speed or weather needs. */
  readonly segmentsPerS: number;
  /** Mean, sd and P(below reserve) of one destination, from the sums. */
  readonly reforecastsPerS: number;
  /** The same arithmetic as a loop over arrays. */
  readonly plainReforecastsPerS: number;
  readonly reforecastToPlainRatio: number;
  /** With band, battery temperature and all else that a forecast says. */
  readonly wholeForecastsPerS: number;
  readonly calibrationsPerS: number;
  /** The Kalman step alone, as a loop over arrays. */
  readonly plainCalibrationsPerS: number;
  readonly sweepUs: number;
  readonly sweptChargersPerS: number;
  /** What was learned of one car, as JSON and as the predictor keeps it. */
  readonly storedBytes: number;
  readonly learnedBytes: number;
  readonly prefixBytes: number;
}

const RESERVE_PCT = 5;
const SPEED_MPS = 20;
const QUESTIONS = 4_096;
const CHARGERS = 200;
const DETOUR_M = 1_000;
const TRIPS = 256;
/** Others may work on this machine: the fastest of so many turns counts, and all take turns. */
const ROUNDS = 5;

/** Figures of one thread for a car on 300 km; `durationMs` for each of them. */
export async function measureEnergy(durationMs: number): Promise<EnergyFigures> {
  const car = carOf();
  const road = roadOf();
  const prefix = buildPrefix(road);
  const [builds, firsts] = ratesOf(durationMs, [
    { calls: 1, run: () => keep(buildPrefix(road).lengthM) },
    {
      calls: 1,
      run: () => {
        const anew = buildPrefix(road);
        const state = { socPct: 90 };
        keep(
          forecastArrival({ prefix: anew, fromM: 0, toM: ROAD_M, car, state }).probabilityBelow(RESERVE_PCT),
        );
      },
    },
  ]);
  const { coldMs, ...bytes } = await measureFresh();
  return {
    firstForecastColdMs: coldMs,
    firstForecastMs: 1_000 / (firsts ?? 0),
    segmentsPerS: (builds ?? 0) * road.segments.length,
    ...measureReforecasts(durationMs, prefix),
    ...measureSweep(durationMs, prefix),
    ...measureCalibration(durationMs, prefix),
    ...bytes,
  };
}

/** A car that is somewhere else with another charge each time, and asks about another place ahead. */
function questionsOf(): Questions {
  const random = createSpread();
  const room = () => new Float64Array(QUESTIONS);
  const fromM = room().map(() => random() * (ROAD_M - 2_000));
  return {
    fromM,
    toM: fromM.map((m) => m + 1_000 + random() * (ROAD_M - m - 1_000)),
    socPct: room().map(() => 20 + 70 * random()),
    elapsedS: fromM.map((m) => m / SPEED_MPS),
    ...{ meanPct: room(), sdPct: room(), belowProbability: room() },
  };
}

function measureReforecasts(durationMs: number, prefix: RoutePrefix) {
  const car = carOf();
  const asked = questionsOf();
  const plain = questionsOf();
  const reforecast = prepareForecast(car, prefix);
  const answerPlainly = forecastPlainly(prefix, car, SPEED_MPS);
  const stateOf = (q: number) => ({
    ...{ socPct: asked.socPct[q]!, elapsedDriveS: asked.elapsedS[q]!, speedMps: SPEED_MPS },
  });
  const answer = () => {
    for (let q = 0; q < QUESTIONS; q++) {
      const answered = reforecast(asked.fromM[q]!, asked.toM[q]!, stateOf(q), RESERVE_PCT);
      asked.meanPct[q] = answered.meanPct;
      asked.sdPct[q] = answered.sdPct;
      asked.belowProbability[q] = answered.belowReserveProbability;
    }
  };
  const answerWhole = () => {
    for (let q = 0; q < QUESTIONS; q++) {
      const way = { prefix, fromM: asked.fromM[q]!, toM: asked.toM[q]! };
      keep(forecastArrival({ ...way, car, state: stateOf(q) }).probabilityBelow(RESERVE_PCT));
    }
  };
  const [lean = 0, limit = 0, whole = 0] = ratesOf(durationMs, [
    { calls: QUESTIONS, run: answer },
    { calls: QUESTIONS, run: () => answerPlainly(plain, RESERVE_PCT) },
    { calls: QUESTIONS, run: answerWhole },
  ]);
  requireSame(asked, plain);
  return {
    reforecastsPerS: lean,
    plainReforecastsPerS: limit,
    reforecastToPlainRatio: lean / limit,
    wholeForecastsPerS: whole,
  };
}

/** Only what gives the same answers is a limit of the same work. */
function requireSame(one: Questions, other: Questions): void {
  for (const answer of ['meanPct', 'sdPct', 'belowProbability'] as const)
    for (let q = 0; q < QUESTIONS; q++)
      if (!(Math.abs(one[answer][q]! - other[answer][q]!) < 1e-9))
        throw new Error(`${answer} of question ${q}: ${one[answer][q]}, in a plain loop ${other[answer][q]}`);
}

/** Every charger ahead, from the first kilometres of the road; the detour there counts as more road. */
function measureSweep(durationMs: number, prefix: RoutePrefix) {
  const car = carOf();
  let turn = 0;
  const sweep = () => {
    const fromM = (turn++ * 37) % 5_000;
    const state = { socPct: 80, speedMps: SPEED_MPS, elapsedDriveS: fromM / SPEED_MPS };
    const reforecast = prepareForecast(car, prefix);
    let reachable = 0;
    for (let charger = 1; charger <= CHARGERS; charger++) {
      const alongM = 5_000 + (charger * (ROAD_M - 5_000)) / CHARGERS;
      const toM = Math.min(ROAD_M, alongM + DETOUR_M / 2);
      if (reforecast(fromM, toM, state, RESERVE_PCT).belowReserveProbability < 0.1) reachable++;
    }
    keep(reachable);
  };
  const [perS = 0] = ratesOf(durationMs, [{ calls: CHARGERS, run: sweep }]);
  return { sweepUs: (1e6 * CHARGERS) / perS, sweptChargersPerS: perS };
}

function measureCalibration(durationMs: number, prefix: RoutePrefix) {
  const { posterior: start, vehicle } = carOf();
  const trips = tripsOf(carOf(), prefix, TRIPS);
  const learnAll = () => {
    let learned = noLearning(vehicle);
    for (const trip of trips) {
      const next = learnTrip(vehicle, learned, trip);
      if (next.outcome !== 'learned') throw new Error(`a trip was not learned from: ${next.outcome}`);
      learned = next.learned;
    }
  };
  const plain = {
    theta: Float64Array.from(start.theta),
    covariance: Float64Array.from(start.covariance),
    priorVariance: Float64Array.from(start.theta, (_, k) => start.covariance[k * FEATURE_COUNT + k]!),
    features: Float64Array.from(trips.flatMap(({ features }) => features)),
    labelsKwh: Float64Array.from(trips, ({ meteredKwh }) => meteredKwh ?? 0),
  };
  const learnAllPlainly = () => {
    plain.theta.set(start.theta);
    plain.covariance.set(start.covariance);
    learnPlainly(plain);
    keep(plain.theta[0]!);
  };
  const [calibrationsPerS = 0, plainCalibrationsPerS = 0] = ratesOf(durationMs, [
    { calls: TRIPS, run: learnAll },
    { calls: TRIPS, run: learnAllPlainly },
  ]);
  return { calibrationsPerS, plainCalibrationsPerS };
}

/** A process of its own: nothing is compiled yet, and nothing else is in the heap. */
async function measureFresh() {
  const script = join(import.meta.dirname, 'energy.child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script], {
    timeout: 120_000,
  });
  return JSON.parse(stdout) as Pick<EnergyFigures, 'storedBytes' | 'learnedBytes' | 'prefixBytes'> & {
    readonly coldMs: number;
  };
}

let kept = 0;

/** An answer that nobody reads would not be worked out. */
function keep(figure: number): void {
  kept += figure;
  if (Number.isNaN(kept)) throw new Error('an answer is not a number');
}

interface Work {
  /** What counts, in one run. */
  readonly calls: number;
  run(): void;
}

/** Calls per second of each, after a tenth of the time to warm up. */
function ratesOf(durationMs: number, works: readonly Work[]): readonly number[] {
  const rateOf = ({ calls, run }: Work, forMs: number): number => {
    const fromMs = performance.now();
    let runs = 0;
    for (; performance.now() - fromMs < forMs; runs++) run();
    return (1_000 * runs * calls) / (performance.now() - fromMs);
  };
  for (const work of works) rateOf(work, durationMs / 10);
  const best = works.map(() => 0);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, work] of works.entries())
      best[index] = Math.max(best[index] ?? 0, rateOf(work, durationMs / ROUNDS));
  return best;
}
