import { fieldOf, POWER_WINDOW_MS, TESLA } from '@outrider/ingest';
import { connectivityOf, eventsOf } from './event-truth.ts';
import { follows, type Moment } from './follows.ts';
import type { ExpectedDatum, ExpectedLine, RecordedRecord, Recordings } from './recordings.ts';
import { Refusals, type Refused } from './refusals.ts';
import { type StoredRow, type StoredValue, StoredValues } from './stored-values.ts';
import { type Truth, truthsOf, type Value } from './truth.ts';

export interface CompareInput {
  readonly recordings: Recordings;
  readonly encoding: string;
  readonly stored: Iterable<StoredRow>;
  readonly refused: Iterable<Refused>;
  /** VINs that may come in. */
  readonly allowed: ReadonlySet<string>;
}

/** What became of one datum; a record refused as a whole without any data has no field. */
export interface DatumOutcome {
  readonly n: number;
  readonly field?: string;
  /** Of a datum in several parts, where they are; `paths` has each. */
  readonly path?: string;
  readonly paths?: readonly string[];
  readonly value?: Value | Readonly<Record<string, Value>>;
  readonly unit?: string;
  readonly observedAt?: string;
  /** Why it was refused. */
  readonly reason?: string;
  /** What is wrong with it, should it be neither stored nor refused as it must. */
  readonly fault?: 'missing' | 'wrong';
}

export interface Comparison {
  readonly data: readonly DatumOutcome[];
  /** Expected, and neither stored nor refused for its reason. */
  readonly missing: readonly string[];
  /** Stored with another value, or refused although it should not be. */
  readonly wrong: readonly string[];
  /** Stored, and nobody said it. */
  readonly extra: readonly string[];
}

const TYPES = ['V', 'alerts', 'errors', 'connectivity'];
const EARLIEST_MS = Date.UTC(2020, 0, 1);
const FUTURE_MAX_MS = 120_000;

/** What was stored and refused of one encoding, beside what was sent. */
export function compare(input: CompareInput): Comparison {
  return new Comparer(input).compare();
}

interface Place {
  readonly line: ExpectedLine;
  readonly record: RecordedRecord;
  readonly atMs: number;
}

class Comparer {
  readonly #input: CompareInput;
  readonly #stored: StoredValues;
  readonly #refusals: Refusals;
  readonly #data: DatumOutcome[] = [];
  readonly #missing: string[] = [];
  readonly #wrong: string[] = [];
  /** By car and window of power. */
  readonly #moments = new Map<string, Moment[]>();

  constructor(input: CompareInput) {
    this.#input = input;
    this.#stored = new StoredValues(input.stored);
    this.#refusals = new Refusals(input.refused);
  }

  compare(): Comparison {
    const { recordings, encoding } = this.#input;
    const records = new Map(
      (recordings.records.get(encoding) ?? []).map((one) => [
        `${one.topic} ${one.partition} ${one.offset}`,
        one,
      ]),
    );
    for (const line of recordings.expected) {
      const origin = line.records[encoding];
      if (origin === undefined) continue;
      const record = records.get(origin.join(' '));
      if (record === undefined) this.#missing.push(`n ${line.n}: no record at ${origin.join(' ')}`);
      else this.#compareLine(line, record);
    }
    for (const one of this.#refusals.unexplained())
      this.#wrong.push(
        `${one.topic} ${one.partition} ${one.offset}: ${one.path ?? 'all'} refused, ${one.reason}`,
      );
    const { data } = this;
    return { data, missing: this.#missing, wrong: this.#wrong, extra: this.#extra() };
  }

  get data(): readonly DatumOutcome[] {
    return this.#data;
  }

  #compareLine(line: ExpectedLine, record: RecordedRecord): void {
    const receivedAtMs = Number(record.headers.receivedat ?? record.timestampMs);
    const reason = this.#reasonOf(line, record, receivedAtMs);
    const names = [
      ...(line.data ?? []).map(({ field }) => field),
      ...[...(line.alerts ?? []), ...(line.errors ?? [])].map(({ name }) => name),
      ...(line.type === 'connectivity' ? ['Connectivity'] : []),
    ];
    if (reason !== undefined) {
      if (!this.#refusals.explainWhole(record, reason))
        this.#missing.push(`n ${line.n}: not refused as ${reason}`);
      const fields = names.length === 0 ? [{}] : names.map((field) => ({ field }));
      for (const field of fields) this.#data.push({ n: line.n, ...field, reason });
      return;
    }
    if (names.length === 0) this.#refusals.explainWhole(record, 'nothing');
    const atMs = (line.createdAt ?? null) === null ? receivedAtMs : Date.parse(line.createdAt as string);
    this.#compareData({ line, record, atMs });
  }

  /** Why the whole record must be refused. */
  #reasonOf(line: ExpectedLine, record: RecordedRecord, receivedAtMs: number): string | undefined {
    if (!TYPES.includes(line.type)) return 'type';
    if (!this.#input.allowed.has(line.vin)) return 'identity';
    // The server writes the certificate's VIN over the car's: only what it passed as it was shows the other one.
    const isOther = line.payloadVin !== undefined && line.payloadVin !== line.vin;
    if (isOther && this.#refusals.isRefusedAs(record, 'identity')) return 'identity';
    if ((line.createdAt ?? null) === null) return undefined;
    const atMs = Date.parse(line.createdAt as string);
    const isGood = atMs >= EARLIEST_MS && atMs <= receivedAtMs + FUTURE_MAX_MS;
    return isGood ? undefined : 'time';
  }

  #compareData(place: Place): void {
    const { line, record } = place;
    const { data } = line;
    if (data && data.length > 0) {
      const key = `${line.vin} ${windowOf(place.atMs)}`;
      const moments = this.#moments.get(key) ?? [];
      this.#moments.set(key, moments);
      moments.push({ atMs: place.atMs, data });
      for (const datum of data) this.#compareDatum(place, datum);
    }
    for (const { name, truths } of eventsOf(line)) {
      if (isName(name)) this.#match(place, name, truths);
      else if (!this.#refusals.explain(record, line.type, 'unreadable'))
        this.#missing.push(`n ${line.n}: what has no name is not refused as unreadable`);
    }
    if (line.type === 'connectivity')
      this.#match(connectivityAt(place, this.#stored), 'Connectivity', connectivityOf(line, record));
  }

  #compareDatum(place: Place, datum: ExpectedDatum): void {
    const { line, record } = place;
    const truths = truthsOf(datum);
    if (truths.length > 0) {
      this.#match(place, datum.field, truths);
      return;
    }
    const policy = (fieldOf(datum.no) ?? fieldOf(datum.field))?.onInvalid;
    const reason = datum.invalid === true ? `invalid: ${policy}` : 'unreadable';
    if (!this.#refusals.explain(record, datum.field, reason.replace(/:.*/, '')))
      this.#missing.push(`n ${line.n}: ${datum.field} not refused as ${reason}`);
    this.#data.push({ n: line.n, field: datum.field, reason });
  }

  #match({ line, atMs }: Place, field: string, truths: readonly Truth[]): void {
    const { n, vin } = line;
    let other: readonly StoredValue[] = [];
    for (const truth of truths) {
      const found = truth.paths.map((path) => this.#stored.at(vin, atMs, path));
      if (found.some((values) => values.length === 0)) continue;
      const right = choices(found).find((values) => truth.isRight(values.map(({ value }) => value)));
      if (right === undefined) other = found.flat();
      else {
        for (const one of right) one.isExplained = true;
        this.#data.push({
          n,
          field,
          ...outcomeOf(field, truth, right),
          observedAt: new Date(atMs).toISOString(),
        });
        return;
      }
    }
    this.#data.push({ n, field, fault: other.length === 0 ? 'missing' : 'wrong' });
    if (other.length === 0) this.#missing.push(`n ${n}: ${field} is not stored`);
    else this.#wrong.push(`n ${n}: ${field} is stored as ${other.map(({ value }) => value).join(', ')}`);
  }

  #extra(): readonly string[] {
    const extra: string[] = [];
    for (const one of this.#stored.all()) {
      if (one.isExplained) continue;
      const around = [-1, 0, 1].flatMap(
        (step) => this.#moments.get(`${one.vin} ${windowOf(one.atMs) + step}`) ?? [],
      );
      const data = around.filter(({ atMs }) => atMs === one.atMs).flatMap((moment) => moment.data);
      if (!follows(one.path, one.value, { atMs: one.atMs, data }, around))
        extra.push(`${new Date(one.atMs).toISOString()} ${one.path} = ${one.value}`);
    }
    return extra;
  }
}

const windowOf = (atMs: number): number => Math.floor(atMs / POWER_WINDOW_MS);

/** Alerts and errors without a name, or with one too long for a path, cannot be kept. */
const isName = (name: string): boolean => name !== '' && name.length <= 120;

/** The server's own clock made the moment: the nearest stored status of about the time it was received. */
function connectivityAt(place: Place, stored: StoredValues): Place {
  const { line, atMs } = place;
  let nearest: StoredValue | undefined;
  for (const one of stored.all()) {
    if (one.vin !== line.vin || one.path !== `${TESLA}Connectivity.Status` || one.isExplained) continue;
    if (one.value !== line.status || Math.abs(one.atMs - atMs) > 5_000) continue;
    if (nearest === undefined || Math.abs(one.atMs - atMs) < Math.abs(nearest.atMs - atMs)) nearest = one;
  }
  return nearest === undefined ? place : { ...place, atMs: nearest.atMs };
}

/** Every way to take one value of each path; a moment rarely has more than two. */
function choices(found: readonly (readonly StoredValue[])[]): readonly (readonly StoredValue[])[] {
  if (found.every((values) => values.length === 1)) return [found.flat()];
  return found.reduce<readonly (readonly StoredValue[])[]>(
    (made, values) => made.flatMap((before) => values.map((value) => [...before, value])).slice(0, 10_000),
    [[]],
  );
}

function outcomeOf(field: string, { names }: Truth, values: readonly StoredValue[]): Partial<DatumOutcome> {
  const known = fieldOf(field);
  const unit = known?.kind === 'number' ? known.unit : '';
  const [first] = values;
  if (values.length === 1 && first !== undefined) return { path: first.path, value: first.value, unit };
  const paths = values.map(({ path }) => path);
  return {
    path: sharedBeginning(paths),
    paths,
    value: Object.fromEntries(values.map(({ path, value }, index) => [names?.[index] ?? path, value])),
    unit: names?.includes('latitude') === true ? 'degrees' : unit,
  };
}

function sharedBeginning(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('.'));
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, end === -1 ? undefined : end).join('.');
}
