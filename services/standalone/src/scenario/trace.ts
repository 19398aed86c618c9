import { GEAR, mpsToKmh } from '@outrider/domain';
import { drivenM, fillGaps, flagAt, lastKnown, type Row } from './fill-gaps.ts';
import { instant, mark, readQuantity, SPELLINGS } from './format.ts';
import { pointAlong } from './geo.ts';
import { type CsvRow, type Problem, parseCsv } from './parse.ts';
import type { Anchor, Place, Route } from './scenario.ts';

export const TRACE_FILE = 'trace.csv';

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
export const COLUMNS = new Set([...WORDS, ...FLAGS, ...Object.keys(RANGES)]);

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
    if (speedMps > 90)
      refuse(row, 'at', `would mean ${Math.round(mpsToKmh(speedMps))} km/h from the row before`);
    if (speedMps > 0 && wasCharging) refuse(row, 'charging', 'the car moved while it was charging');
    if (speedMps > 0 && flagAt(rows, i - 1, 'isPlugged'))
      refuse(row, 'plugged', 'the car moved while plugged in');
  }
}
