import { batteryEnergy, normalCdf, socAfterUsing } from '@outrider/energy';
import { car } from './experiments/car.ts';
import { type LoggedTrip, type Season, type TripTotals, totalsOf } from './logged-trip.ts';
import { type ForecastDistribution, meanOf, type Prediction } from './scores.ts';

/** What can be said about a trip without any model: its distance, times what others used per kilometre. */
export interface Baseline {
  readonly key: string;
  readonly title: string;
  /** The row of results that it is to be held against. */
  readonly against: string;
  readonly predictions: readonly Prediction[];
  /** What is missing, where there are no predictions. */
  readonly note?: string;
}

interface Drive extends TripTotals {
  readonly name: string;
  readonly season: Season;
  readonly startSocPct: number;
}

/** The 2014 label, 27 kWh per 100 miles from the wall; 12 % are lost on the way into the battery. */
const LABEL_KWH_PER_KM = 0.1678 * 0.88;
/** How far a label is off on one trip, before any was driven. Judgement. */
const LABEL_SD_RATIO = 0.2;
const COLD_TRIPS = 10;
const WINDOW = 5;

/** All of them, for trips in the order they were driven. */
export function runBaselines(trips: readonly LoggedTrip[]): readonly Baseline[] {
  const drives = trips.map(readDrive);
  const label = drives.map((drive) => predictDrive(drive, LABEL_KWH_PER_KM, LABEL_SD_RATIO));
  const [summer, winter] = [ofSeason(drives, 'summer'), ofSeason(drives, 'winter')];
  const fromSummer = summer.length === 0 ? [] : winter.flatMap((drive) => predictFrom(summer, drive));
  return [
    {
      key: 'constant',
      title: 'constant, other half',
      against: 'planner',
      ...needing(
        predictHalves(drives, (others) => others),
        drives.length < 2,
        'needs 2 trips',
      ),
    },
    {
      key: 'seasonConstant',
      title: 'constant per season, other half',
      against: 'planner',
      ...needing(predictHalves(drives, sameSeason), drives.length < 2, 'needs 2 trips'),
    },
    { key: 'label', title: 'EPA label', against: 'planner', predictions: label },
    {
      key: 'lastFive',
      title: 'last 5 trips, from trip 11',
      against: 'online',
      ...needing(predictLastFive(drives), drives.length <= COLD_TRIPS, `needs ${COLD_TRIPS + 1} trips`),
    },
    {
      key: 'labelCold',
      title: 'EPA label, trips 1–10',
      against: 'cold',
      predictions: label.slice(0, COLD_TRIPS),
    },
    {
      key: 'summerConstant',
      title: 'constant, summer → winter',
      against: 'winter',
      ...needing(fromSummer, fromSummer.length === 0, 'needs trips of both seasons'),
    },
  ];
}

const needing = (predictions: readonly Prediction[], isLacking: boolean, note: string) =>
  isLacking ? { predictions: [], note } : { predictions };

const ofSeason = (drives: readonly Drive[], season: Season): readonly Drive[] =>
  drives.filter((drive) => drive.season === season);

/** The same season where there are such trips; a car's first winter has only the others. */
function sameSeason(others: readonly Drive[], drive: Drive): readonly Drive[] {
  const same = ofSeason(others, drive.season);
  return same.length === 0 ? others : same;
}

/** Every second trip is forecast from those between, so that both halves see the whole year. */
const predictHalves = (
  drives: readonly Drive[],
  choose: (others: readonly Drive[], drive: Drive) => readonly Drive[],
): readonly Prediction[] =>
  drives.flatMap((drive, i) => {
    const others = drives.filter((_, k) => k % 2 !== i % 2);
    return others.length === 0 ? [] : predictFrom(choose(others, drive), drive);
  });

/** A constant per kilometre, as uncertain as it would have been on the trips that it comes from. */
function predictFrom(others: readonly Drive[], drive: Drive): readonly Prediction[] {
  const kwhPerKm = sum(others, 'drivenKwh') / sum(others, 'distanceKm');
  const misses = others.map((one) => one.drivenKwh / (kwhPerKm * one.distanceKm) - 1);
  return [predictDrive(drive, kwhPerKm, spreadOf(misses) ?? LABEL_SD_RATIO)];
}

/** The mean of the last five, as uncertain as it has been so far. */
function predictLastFive(drives: readonly Drive[]): readonly Prediction[] {
  const misses: number[] = [];
  const predictions: Prediction[] = [];
  for (const [i, drive] of drives.entries()) {
    if (i < WINDOW) continue;
    const recent = drives.slice(i - WINDOW, i).map((one) => one.drivenKwh / one.distanceKm);
    const kwhPerKm = meanOf(recent)!;
    if (i >= COLD_TRIPS) predictions.push(predictDrive(drive, kwhPerKm, spreadOf(misses)!));
    misses.push(drive.drivenKwh / (kwhPerKm * drive.distanceKm) - 1);
  }
  return predictions;
}

function predictDrive(drive: Drive, kwhPerKm: number, sdRatio: number): Prediction {
  const meanKwh = kwhPerKm * drive.distanceKm;
  const { name, drivenKwh, distanceKm, drivenSocPct, startSocPct } = drive;
  const predictedSocPct = pointsOf(meanKwh, startSocPct);
  const distribution = gaussian(meanKwh, sdRatio * meanKwh);
  return { trip: name, drivenKwh, meanKwh, distribution, distanceKm, drivenSocPct, predictedSocPct };
}

/** Raw points that an energy takes from a charge, by the data sheet: a point holds more the fuller the battery is. */
export const pointsOf = (kwh: number, startSocPct: number): number =>
  startSocPct - socAfterUsing(batteryEnergy(car), startSocPct, kwh);

/** Quantiles by halving: a baseline needs few of them. */
export function gaussian(mean: number, sd: number): ForecastDistribution {
  // Trips that are all alike leave no spread, and nothing may be divided by it.
  const scale = Math.max(sd, 1e-6);
  const cdf = (kwh: number): number => normalCdf((kwh - mean) / scale);
  const quantile = (p: number): number => {
    let [low, high] = [mean - 10 * scale, mean + 10 * scale];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (cdf(middle) < p) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { cdf, quantile };
}

const readDrive = (trip: LoggedTrip): Drive => ({
  ...totalsOf(trip),
  name: trip.name,
  season: trip.season,
  startSocPct: trip.socPct[0]!,
});

const sum = (drives: readonly Drive[], field: 'drivenKwh' | 'distanceKm'): number =>
  drives.reduce((total, drive) => total + drive[field], 0);

/** Standard deviation; null of fewer than two. */
function spreadOf(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1));
}
