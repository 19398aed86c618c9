import { distanceM, GEAR } from '@outrider/domain';
import { instant, mark, readQuantity, SPELLINGS } from './format.ts';
import { pointAlong } from './geo.ts';
import { type CsvRow, type Problem, parseCsv } from './parse.ts';
import type { Anchor, Place, Route } from './scenario.ts';

export const TRACE_FILE = 'trace.csv';

/** Two positions this close are one place: the car stood, only the waypoints differ. */
export const SAME_PLACE_M = 500;

const GEARS: Readonly<Record<string, number>> = { P: GEAR.park, D: GEAR.drive, N: GEAR.neutral, R: -1 };
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  lat: [-90, 90],
  lon: [-180, 180],
  altitudeM: [-500, 9_000],
  socPct: [0, 100],
  chargeLimitPct: [0, 100],
  chargePowerKw: [0, 2_000],
  displayedRangeKm: [-100, 2_000],
  displayedRangeMi: [-60, 1_250],
  outsideTempC: [-60, 60],
  outsideTempF: [-76, 140],
  cabinSetC: [10, 35],
  cabinSetF: [50, 95],
  alongKm: [0, 5_000],
  alongMi: [0, 3_000],
  odometerKm: [0, 10_000_000],
  odometerMi: [0, 6_000_000],
};
const FLAGS = ['plugged', 'charging'];
const WORDS = ['at', 'place', 'route', 'gear', 'marks', 'source', 'note'];
const COLUMNS = new Set([...WORDS, ...FLAGS, ...Object.keys(RANGES)]);

type Mutable<T> = { -readonly [K in keyof T]?: T[K] | undefined };
/** A row as written: gaps are undefined. */
export interface Row extends Omit<Mutable<Anchor>, 'atMs'> {
  readonly line: number;
  readonly atMs: number;
  /** How far the car is along `route`, as written. */
  readonly source: string;
  readonly marks: string;
}

export interface TraceParts {
  readonly places: ReadonlyMap<string, Place>;
  readonly routes: ReadonlyMap<string, Route>;
}

/** Reads trace.csv into anchors without gaps, or tells everything that is wrong with it. */
export function readTrace(
  text: string,
  parts: TraceParts,
): {
  readonly anchors: readonly Anchor[];
  readonly rows: readonly Row[];
  readonly problems: readonly Problem[];
} {
  const csv = parseCsv(TRACE_FILE, text);
  if (csv.kind === 'refused') return { anchors: [], rows: [], problems: csv.problems };
  const problems: Problem[] = [];
  for (const column of csv.columns) {
    if (!COLUMNS.has(column)) {
      const message = `unknown column; known are ${[...COLUMNS].join(', ')}`;
      problems.push({ file: TRACE_FILE, line: 1, field: column, message });
    }
  }
  for (const spellings of Object.values(SPELLINGS)) {
    const given = Object.keys(spellings).filter((name) => csv.columns.includes(name));
    if (given.length > 1) {
      problems.push({
        file: TRACE_FILE,
        line: 1,
        message: `choose one of the columns ${given.join(' and ')}`,
      });
    }
  }
  if (problems.length > 0) return { anchors: [], rows: [], problems };
  const rows = csv.rows.flatMap((row) => readRow(row, parts, problems));
  if (problems.length > 0) return { anchors: [], rows: [], problems };
  checkRows(rows, problems);
  if (problems.length > 0) return { anchors: [], rows, problems };
  return { anchors: fillGaps(rows), rows, problems };
}

function readRow(row: CsvRow, { places, routes }: TraceParts, problems: Problem[]): Row[] {
  const before = problems.length;
  const refuse = (field: string, message: string) =>
    problems.push({ file: TRACE_FILE, line: row.line, field, message });
  const numbers = readNumbers(row, refuse);
  const at = instant.safeParse(row.cells.at ?? '');
  if (!at.success) refuse('at', at.error.issues[0]?.message ?? 'not a time');
  const named = <T>(field: string, known: ReadonlyMap<string, T>): T | undefined => {
    const name = row.cells[field] ?? '';
    if (name !== '' && !known.has(name)) refuse(field, `unknown ${field} "${name}"`);
    return known.get(name);
  };
  const place = named('place', places);
  const route = named('route', routes);
  const gearWord = row.cells.gear ?? '';
  if (gearWord !== '' && GEARS[gearWord] === undefined) refuse('gear', 'expected P, D, N or R');
  const alongM = readQuantity(numbers, SPELLINGS.along);
  if (route !== undefined && alongM === undefined)
    refuse('route', 'a row on a route needs alongKm or alongMi');
  if (route === undefined && alongM !== undefined) refuse('route', 'a distance along needs its route');
  if (route !== undefined && alongM !== undefined && alongM > route.line.distanceM * 1.001) {
    refuse('route', `further along than route "${route.id}" is long (${Math.round(route.line.distanceM)} m)`);
  }
  const position = positionOf(numbers, place, route, alongM);
  if (position === undefined) refuse('place', 'a row needs a place, a route, or lat and lon');
  if (problems.length > before || !at.success || position === undefined) return [];
  return [
    {
      line: row.line,
      atMs: at.data,
      ...position,
      altitudeM: numbers.altitudeM ?? position.altitudeM,
      place,
      route,
      alongM,
      odometerM: readQuantity(numbers, SPELLINGS.odometer),
      socPct: numbers.socPct,
      rangeM: readQuantity(numbers, SPELLINGS.range),
      outsideTempC: readQuantity(numbers, SPELLINGS.outsideTemp),
      cabinSetC: readQuantity(numbers, SPELLINGS.cabinSet),
      isPlugged: flagOf(row, 'plugged', refuse),
      isCharging: flagOf(row, 'charging', refuse),
      chargeLimitPct: numbers.chargeLimitPct,
      chargePowerKw: numbers.chargePowerKw,
      gear: GEARS[gearWord],
      source: row.cells.source ?? '',
      marks: row.cells.marks ?? '',
    },
  ];
}

type Refuse = (field: string, message: string) => void;

function readNumbers(row: CsvRow, refuse: Refuse): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [field, [min, max]] of Object.entries(RANGES)) {
    const cell = row.cells[field] ?? '';
    if (cell === '') continue;
    const value = /^[-+]?\d+(\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN;
    if (Number.isNaN(value)) refuse(field, `expected a number, found "${cell}"`);
    else if (value < min || value > max) refuse(field, `expected ${min} to ${max}, found ${cell}`);
    else numbers[field] = value;
  }
  return numbers;
}

function flagOf(row: CsvRow, field: string, refuse: Refuse): boolean | undefined {
  const cell = (row.cells[field] ?? '').toLowerCase();
  if (cell === '') return undefined;
  if (['1', 'true', 'yes'].includes(cell)) return true;
  if (['0', 'false', 'no'].includes(cell)) return false;
  refuse(field, `expected 0 or 1, found "${cell}"`);
  return undefined;
}

function positionOf(
  numbers: Readonly<Record<string, number>>,
  place: Place | undefined,
  route: Route | undefined,
  alongM: number | undefined,
): { lat: number; lon: number; altitudeM: number | undefined } | undefined {
  const { lat, lon } = numbers;
  if (lat !== undefined && lon !== undefined) return { lat, lon, altitudeM: undefined };
  if (route !== undefined && alongM !== undefined) {
    const point = pointAlong(route.line, alongM);
    return { lat: point.lat, lon: point.lon, altitudeM: point.elevationM };
  }
  return place === undefined ? undefined : { lat: place.lat, lon: place.lon, altitudeM: undefined };
}

function checkRows(rows: readonly Row[], problems: Problem[]): void {
  const refuse = (row: Row, field: string, message: string) =>
    problems.push({ file: TRACE_FILE, line: row.line, field, message });
  const first = rows[0];
  const last = rows.at(-1);
  if (rows.length < 2 || first === undefined || last === undefined) {
    problems.push({ file: TRACE_FILE, message: 'needs at least two rows' });
    return;
  }
  for (const row of [first, last]) {
    if (row.socPct === undefined) refuse(row, 'socPct', 'must be given on the first and the last row');
  }
  for (const [i, row] of rows.entries()) {
    const previous = rows[i - 1];
    const isCharging = flagAt(rows, i, 'isCharging');
    if (isCharging && !flagAt(rows, i, 'isPlugged')) refuse(row, 'charging', 'charging needs plugged');
    for (const part of row.marks.split(/\s+/).filter((word) => word !== '')) {
      const [field, letter] = part.includes(':') ? part.split(':') : ['at', part];
      if (!COLUMNS.has(field ?? '')) refuse(row, 'marks', `"${part}" names no column`);
      if (!mark.safeParse(letter).success) refuse(row, 'marks', `"${part}": expected V, R, D, A or S`);
      if (/[VR]/.test(letter ?? '') && row.source === '') refuse(row, 'source', `"${part}" needs a source`);
    }
    if (previous === undefined) continue;
    if (row.atMs <= previous.atMs) refuse(row, 'at', 'must be later than the row before');
    if (row.odometerM !== undefined && row.odometerM < (lastKnown(rows, i - 1, 'odometerM') ?? 0)) {
      refuse(row, 'odometerKm', 'must not run backwards');
    }
    const wasCharging = flagAt(rows, i - 1, 'isCharging');
    if (isCharging !== wasCharging && row.socPct === undefined) {
      refuse(row, 'socPct', 'must be given where charging starts or stops');
    }
    const speedMps = (1000 * drivenM(previous, row)) / (row.atMs - previous.atMs);
    if (speedMps > 90) refuse(row, 'at', `would mean ${Math.round(speedMps * 3.6)} km/h from the row before`);
    if (speedMps > 0 && wasCharging) refuse(row, 'charging', 'the car moved while it was charging');
    if (speedMps > 0 && flagAt(rows, i - 1, 'isPlugged'))
      refuse(row, 'plugged', 'the car moved while plugged in');
  }
}

function lastKnown<K extends keyof Row>(rows: readonly Row[], index: number, key: K): Row[K] | undefined {
  for (let i = index; i >= 0; i -= 1) {
    const value = rows[i]?.[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

const flagAt = (rows: readonly Row[], index: number, key: 'isPlugged' | 'isCharging'): boolean =>
  lastKnown(rows, index, key) ?? false;

/** Road distance between two rows: odometer, else along their common route, else the straight line. */
function drivenM(from: Row, to: Row): number {
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

function fillGaps(rows: readonly Row[]): readonly Anchor[] {
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
