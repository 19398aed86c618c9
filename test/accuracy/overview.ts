import { BrokenFile } from './trip-log.ts';

/** What a person wrote down about a drive. */
export interface TripNotes {
  readonly startedAtMs: number | null;
  readonly weather: string;
  readonly note: string;
  readonly setTempC: number | null;
}

export const NO_NOTES: TripNotes = { startedAtMs: null, weather: '', note: '', setTempC: null };

const COLUMNS = ['trip', 'started_at_local', 'weather', 'note', 'target_cabin_temp_c'] as const;
type Column = (typeof COLUMNS)[number];

/** Reads `overview.csv`: a line per trip, commas between cells, quotes around a cell that holds one. */
export function parseOverview(file: string, text: string): ReadonlyMap<string, TripNotes> {
  const lines = text.split(/\r?\n/);
  const header = splitCells(lines[0] ?? '').map((cell) => cell.trim());
  for (const column of COLUMNS)
    if (!header.includes(column)) throw new BrokenFile(`${file}:1: no column "${column}"`);
  const notes = new Map<string, TripNotes>();
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue;
    const cells = splitCells(line);
    const cell = (column: Column): string => cells[header.indexOf(column)]?.trim() ?? '';
    const mistake = (column: Column, expected: string): BrokenFile =>
      new BrokenFile(`${file}:${i + 1}: column "${column}": expected ${expected}, found "${cell(column)}"`);
    const trip = cell('trip');
    if (trip === '' || notes.has(trip)) throw mistake('trip', 'a name that no other line has');
    const startedAtMs = readStart(cell('started_at_local'));
    if (Number.isNaN(startedAtMs)) throw mistake('started_at_local', 'a time such as 2019-06-25-13-21-14');
    const setTemp = cell('target_cabin_temp_c');
    const setTempC = setTemp === '' ? null : Number(setTemp);
    if (Number.isNaN(setTempC)) throw mistake('target_cabin_temp_c', 'a temperature in °C, or nothing');
    notes.set(trip, { startedAtMs, weather: cell('weather'), note: cell('note'), setTempC });
  }
  return notes;
}

/** Cells of a line; a quoted cell may hold commas, and a quote written twice. */
const splitCells = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );

/** Null where nothing is written, NaN where it is no time. */
function readStart(text: string): number | null {
  if (text === '') return null;
  const match = /^(\d{4}-\d\d-\d\d)[-T ](\d\d)[-:](\d\d)(?:[-:](\d\d))?$/.exec(text);
  if (match === null) return Number.NaN;
  const [, day, hour, minute, second = '00'] = match;
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`);
}

/** Load beyond the driver, from a note such as "+80 kg". */
export function readPayload(note: string): number | null {
  const match = /([+-]?)\s*(\d+(?:\.\d+)?)\s*kg\b/i.exec(note);
  return match === null ? null : Number(`${match[1]}${match[2]}`);
}

/** Whether the note says that the car had only just stopped. */
export const readFollowsDirectly = (note: string): boolean => /directly after previous trip/i.test(note);
