import { SecondMeans } from './second-means.ts';

/** One drive as the logger wrote it, as means over each second; nothing judged, nothing mended. */
export interface TripLog {
  readonly name: string;
  readonly durationS: number;
  /** Equal lengths, one value per second; NaN where the log is silent or has no such column. */
  readonly columns: Readonly<Record<ColumnName, Float64Array>>;
}

/** What makes a file unusable, and where. */
export class BrokenFile extends Error {
  override readonly name = 'BrokenFile';
}

interface Source {
  /** What stands before the unit in the header, in lower case. */
  readonly title: string;
  /** The unit without its degree sign, which every tool that touched the files wrote differently. */
  readonly unit: string;
  readonly factor: number;
  readonly isRequired: boolean;
}

const required = (title: string, unit: string, factor = 1): Source => ({
  ...{ title, unit, factor, isRequired: true },
});
const optional = (title: string, unit: string, factor = 1): Source => ({
  ...{ title, unit, factor, isRequired: false },
});

const KMH = 1 / 3.6;

/** Columns are found by name: their number and order differ from season to season and from file to file. */
export const SOURCES = {
  speedMps: required('velocity', 'km/h', KMH),
  elevationM: optional('elevation', 'm'),
  motorNm: optional('motor torque', 'nm'),
  voltageV: required('battery voltage', 'v'),
  currentA: required('battery current', 'a'),
  batteryC: optional('battery temperature', 'c'),
  socPct: required('soc', '%'),
  displayedSocPct: optional('displayed soc', '%'),
  heaterCanW: optional('heating power can', 'kw', 1_000),
  heaterLinW: optional('heating power lin', 'w'),
  heaterAskedW: optional('requested heating power', 'w'),
  airConW: optional('aircon power', 'kw', 1_000),
  ambientC: required('ambient temperature', 'c'),
  cabinC: optional('cabin temperature sensor', 'c'),
} as const satisfies Readonly<Record<string, Source>>;

type SourceName = keyof typeof SOURCES;
/** `batteryW` is the mean of −V·I at the logger's full rate: positive out of the battery. */
export type ColumnName = SourceName | 'batteryW';

const NAMES = Object.keys(SOURCES) as SourceName[];
const TIME: Source = required('time', 's');
/** A value counts for this long when nothing follows it: then the log is silent. */
const HELD_S = 1;
/** How long the last line of a log stands for: its rate is 10 Hz. */
const LAST_S = 0.1;

/** Reads the text of one file of the data set. Throws `BrokenFile` naming file, line and column. */
export function parseTripLog(file: string, text: string): TripLog {
  const header = text.slice(0, endOfLine(text, 0)).replace(/\r$/, '').split(';');
  const places = placesOf(file, header);
  const lines = new Lines(file, text, header, places);
  const sinks = [...places.keys()].slice(1).map(() => new SecondMeans());
  const power = new SecondMeans();
  const [volts, amps] = [NAMES.indexOf('voltageV'), NAMES.indexOf('currentA')];
  let last: Float64Array | null = null;
  const close = (row: Float64Array, forS: number): void => {
    const atS = row[0]!;
    for (const [i, sink] of sinks.entries()) sink.add(atS, forS, row[i + 1]!);
    power.add(atS, forS, -row[volts + 1]! * row[amps + 1]!);
  };
  for (let row = lines.read(); row !== null; row = lines.read()) {
    if (last !== null) {
      const passedS = row[0]! - last[0]!;
      if (!(passedS >= 0)) throw lines.mistake(0, `a time after ${last[0]} s`, String(row[0]));
      close(last, Math.min(passedS, HELD_S));
    }
    last = row;
  }
  if (last === null) throw new BrokenFile(`${file}: has a header and no data`);
  close(last, LAST_S);
  // The last second is one only if the log covers half of it.
  const durationS = Math.round(last[0]! + LAST_S);
  const read = NAMES.map((name, i) => [name, sinks[i]!.take(durationS, SOURCES[name].factor)] as const);
  const columns = Object.fromEntries([...read, ['batteryW', power.take(durationS, 1)]]);
  return { name: nameOf(file), durationS, columns: columns as Record<ColumnName, Float64Array> };
}

/** `TripA01` of `TripA01.csv.gz`. */
export const nameOf = (file: string): string => file.replace(/\.csv(\.gz)?$/i, '');

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
};

/** Where time and each source stand in the header: the index, or −1. */
function placesOf(file: string, header: readonly string[]): readonly number[] {
  const found = header.map((cell) => {
    const [title = '', unit = ''] = cell.split('[');
    return {
      title: title.trim().toLowerCase(),
      unit: unit
        .replace(/[\])].*$/, '')
        .trim()
        .toLowerCase(),
    };
  });
  return [TIME, ...NAMES.map((name): Source => SOURCES[name])].map((source) => {
    const place = found.findIndex(({ title }) => title === source.title);
    if (place === -1 && source.isRequired)
      throw new BrokenFile(`${file}:1: no column "${source.title}", so this is no trip of the data set`);
    const unit = found[place]?.unit.replace(/^.*c$/, 'c') ?? source.unit;
    if (unit !== source.unit)
      throw new BrokenFile(`${file}:1: column "${header[place]?.trim()}" should be in ${source.unit}`);
    return place;
  });
}

/** Reads only the wanted cells of each line: the files have up to 48 columns, of which 15 matter. */
class Lines {
  readonly #file: string;
  readonly #text: string;
  readonly #header: readonly string[];
  readonly #places: readonly number[];
  /** Which wanted value stands in column i, or −1. */
  readonly #wanted: readonly number[];
  #at: number;
  #line = 1;

  constructor(file: string, text: string, header: readonly string[], places: readonly number[]) {
    this.#file = file;
    this.#text = text;
    this.#header = header;
    this.#places = places;
    this.#wanted = Array.from({ length: Math.max(...places) + 1 }, (_, i) => places.indexOf(i));
    this.#at = endOfLine(text, 0) + 1;
  }

  /** The next line's values, time first; NaN where a cell is empty. Null at the end. */
  read(): Float64Array | null {
    while (this.#at < this.#text.length) {
      const end = endOfLine(this.#text, this.#at);
      const start = this.#at;
      this.#at = end + 1;
      this.#line += 1;
      if (this.#text.slice(start, end).trim() !== '') return this.#parse(start, end);
    }
    return null;
  }

  #parse(start: number, end: number): Float64Array {
    const row = new Float64Array(this.#places.length).fill(Number.NaN);
    let from = start;
    for (const [i, wanted] of this.#wanted.entries()) {
      if (from > end)
        throw new BrokenFile(
          `${this.#file}:${this.#line}: ends after ${i} of ${this.#header.length} columns`,
        );
      const next = this.#text.indexOf(';', from);
      const to = next === -1 || next > end ? end : next;
      if (wanted !== -1) row[wanted] = this.#number(wanted, this.#text.slice(from, to).trim());
      from = to + 1;
    }
    if (Number.isNaN(row[0])) throw this.mistake(0, 'a time in seconds', '');
    return row;
  }

  #number(wanted: number, cell: string): number {
    if (cell === '' || cell === 'NaN') return Number.NaN;
    const value = Number(cell);
    if (!Number.isFinite(value)) throw this.mistake(wanted, 'a number', cell);
    return value;
  }

  /** The error for a value of the line read last. */
  mistake(wanted: number, expected: string, cell: string): BrokenFile {
    const column = this.#header[this.#places[wanted]!]?.trim();
    return new BrokenFile(
      `${this.#file}:${this.#line}: column "${column}": expected ${expected}, found "${cell}"`,
    );
  }
}
