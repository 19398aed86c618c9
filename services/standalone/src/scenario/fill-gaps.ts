import { distanceM } from '@outrider/domain';
import type { Anchor } from './scenario.ts';

/** Two positions this close are one place: the car stood, only the waypoints differ. */
export const SAME_PLACE_M = 500;

type Mutable<T> = { -readonly [K in keyof T]?: T[K] | undefined };
/** A row as written: gaps are undefined. */
export interface Row extends Omit<Mutable<Anchor>, 'atMs'> {
  readonly line: number;
  readonly atMs: number;
  /** How far the car is along `route`, as written. */
  readonly source: string;
  readonly marks: string;
}

/** Rows to anchors: what a row leaves out is taken from its neighbours. */
export function fillGaps(rows: readonly Row[]): readonly Anchor[] {
  const odometerM: number[] = [];
  for (const [i, row] of rows.entries()) {
    const previous = rows[i - 1];
    const before = odometerM[i - 1] ?? 0;
    odometerM.push(row.odometerM ?? (previous === undefined ? 0 : before + drivenM(previous, row)));
  }
  const timesMs = rows.map((row) => row.atMs);
  const soc = fillSeries(rows, (row) => row.socPct, odometerM, timesMs);
  const range = fillSeries(rows, (row) => row.rangeM, odometerM, timesMs);
  const altitude = fillSeries(rows, (row) => row.altitudeM, odometerM, timesMs);
  const outside = fillSeries(rows, (row) => row.outsideTempC, timesMs, timesMs);
  return rows.map((row, i) => {
    const gaps = {
      altitudeM: altitude[i],
      route: row.route,
      alongM: row.alongM,
      rangeM: range[i],
      outsideTempC: outside[i],
      cabinSetC: lastKnown(rows, i, 'cabinSetC'),
      chargeLimitPct: lastKnown(rows, i, 'chargeLimitPct'),
      chargePowerKw: row.chargePowerKw,
      gear: row.gear,
      place: row.place,
    };
    return {
      atMs: row.atMs,
      lat: row.lat ?? 0,
      lon: row.lon ?? 0,
      odometerM: odometerM[i] ?? 0,
      socPct: soc[i] ?? 0,
      isPlugged: flagAt(rows, i, 'isPlugged'),
      isCharging: flagAt(rows, i, 'isCharging'),
      ...withoutUndefined(gaps),
    };
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Defined<T>;

/**
 * Fills gaps between known values in proportion to `axis` (distance, or time where the car stood).
 * Before the first and after the last known value that value holds; all undefined when none is known.
 */
function fillSeries(
  rows: readonly Row[],
  read: (row: Row) => number | undefined,
  axis: readonly number[],
  timesMs: readonly number[],
): readonly (number | undefined)[] {
  const known = rows.flatMap((row, i) => {
    const value = read(row);
    return value === undefined ? [] : [{ i, value }];
  });
  return rows.map((_, i) => {
    const before = known.findLast((k) => k.i <= i);
    const after = known.find((k) => k.i >= i);
    if (before === undefined || after === undefined || before === after) return (before ?? after)?.value;
    const scale = (axis[after.i] ?? 0) > (axis[before.i] ?? 0) ? axis : timesMs;
    const start = scale[before.i] ?? 0;
    const share = ((scale[i] ?? 0) - start) / ((scale[after.i] ?? 0) - start);
    return before.value + (after.value - before.value) * share;
  });
}

/** The newest value of a column at or before a row. */
export function lastKnown<K extends keyof Row>(
  rows: readonly Row[],
  index: number,
  key: K,
): Row[K] | undefined {
  for (let i = index; i >= 0; i -= 1) {
    const value = rows[i]?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Flags hold until a row says otherwise; before the first they are off. */
export const flagAt = (rows: readonly Row[], index: number, key: 'isPlugged' | 'isCharging'): boolean =>
  lastKnown(rows, index, key) ?? false;

/** Road distance between two rows: odometer, else along their common route, else the straight line. */
export function drivenM(from: Row, to: Row): number {
  if (from.odometerM !== undefined && to.odometerM !== undefined) return to.odometerM - from.odometerM;
  if (from.route !== undefined && from.route === to.route && from.alongM !== undefined) {
    return Math.abs((to.alongM ?? from.alongM) - from.alongM);
  }
  const straightM = distanceM(
    { lat: from.lat ?? 0, lon: from.lon ?? 0 },
    { lat: to.lat ?? 0, lon: to.lon ?? 0 },
  );
  return straightM < SAME_PLACE_M ? 0 : straightM;
}
