import type { LoggedTrip, TripColumns } from './logged-trip.ts';
import { N_PER_NM } from './motor.ts';

/** The car with a driver. */
const MASS_KG = 1_320;
const G = 9.81;
/** Shorter windows drown the slope in the noise of speeding up and slowing down. */
const WINDOW_S = 20;
/** Fewer windows than this fit anything. */
const WINDOWS_MIN = 12;

type Columns = Pick<TripColumns, 'speedMps' | 'elevationM' | 'motorNm'>;

/**
 * Whether the heights along the way can be believed. The files hold a height every few kilometres and straight
 * lines between, and in winter many of those are in the wrong place: going by them, the car would weigh nothing,
 * or less. So the motor is asked: its power is explained by rolling, air, speeding up and climbing, and the
 * climbing gives the mass that the car would have. A profile is given up when that mass, two standard errors on
 * top, stays below the car's; and where the motor was not logged.
 */
export function judgeHeights(columns: Columns): LoggedTrip['heights'] {
  const fit = fitClimbMass(columns);
  return fit === null || fit.massKg + 2 * fit.sdKg < MASS_KG ? 'ends' : 'profile';
}

/** The mass that the heights give the car, and its standard error; null where nothing can be said. */
export function fitClimbMass({ speedMps, elevationM, motorNm }: Columns): {
  readonly massKg: number;
  readonly sdKg: number;
} | null {
  const windows = Math.floor(speedMps.length / WINDOW_S);
  if (windows < WINDOWS_MIN) return null;
  const rows: number[][] = [];
  for (let w = 0; w < windows; w++) {
    const sums = [0, 0, 0, 0, 0];
    for (let i = w * WINDOW_S; i < (w + 1) * WINDOW_S; i++) {
      const v = speedMps[i]!;
      const terms = [
        v,
        v ** 3,
        slopeAt(speedMps, i) * v,
        G * slopeAt(elevationM, i),
        N_PER_NM * motorNm[i]! * v,
      ];
      for (const [k, term] of terms.entries()) sums[k]! += term / WINDOW_S;
    }
    rows.push(sums);
  }
  return solveLast(rows, 4);
}

/** Change per second, centred. */
const slopeAt = (values: Float64Array, i: number): number => {
  const [before, after] = [Math.max(0, i - 1), Math.min(values.length - 1, i + 1)];
  return (values[after]! - values[before]!) / (after - before);
};

/**
 * Least squares of the last entry of each row on those before: the last of the factors and its standard error.
 * Orthogonalises column by column, the wanted one last, which is all that it takes for one factor.
 */
function solveLast(rows: readonly (readonly number[])[], factors: number) {
  const columns = Array.from({ length: factors + 1 }, (_, k) => rows.map((row) => row[k]!));
  for (let k = 0; k < factors; k++) {
    const base = columns[k]!;
    const norm = dot(base, base);
    // A flat road, a car that never moved, or a signal that is missing.
    if (!(norm > 1e-9)) return null;
    if (k === factors - 1) break;
    for (const other of columns.slice(k + 1)) {
      const share = dot(base, other) / norm;
      for (const [i, value] of base.entries()) other[i]! -= share * value;
    }
  }
  const [climb, rest] = [columns[factors - 1]!, columns[factors]!];
  const norm = dot(climb, climb);
  const massKg = dot(climb, rest) / norm;
  const left = rest.reduce((sum, value, i) => sum + (value - massKg * climb[i]!) ** 2, 0);
  const sdKg = Math.sqrt(left / (rows.length - factors) / norm);
  return Number.isFinite(massKg) && Number.isFinite(sdKg) ? { massKg, sdKg } : null;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
