import type { Value } from './truth.ts';

/** What is stored for one car and moment; places in the clear. */
export interface StoredRow {
  readonly vin: string;
  readonly observedAtMs: number;
  readonly values: Readonly<Record<string, Value>>;
}

/** One value at one path of one moment. Equal values of several rows are one. */
export interface StoredValue {
  readonly vin: string;
  readonly atMs: number;
  readonly path: string;
  readonly value: Value;
  isExplained: boolean;
}

/** Everything stored, to be explained by what was expected. */
export class StoredValues {
  readonly #at = new Map<string, Map<string, StoredValue[]>>();

  constructor(rows: Iterable<StoredRow>) {
    for (const { vin, observedAtMs, values } of rows)
      for (const [path, value] of Object.entries(values)) this.#keep(vin, observedAtMs, path, value);
  }

  #keep(vin: string, atMs: number, path: string, value: Value): void {
    const key = `${vin} ${atMs}`;
    const paths = this.#at.get(key) ?? new Map<string, StoredValue[]>();
    this.#at.set(key, paths);
    const values = paths.get(path) ?? [];
    paths.set(path, values);
    if (!values.some((one) => one.value === value))
      values.push({ vin, atMs, path, value, isExplained: false });
  }

  at(vin: string, atMs: number, path: string): readonly StoredValue[] {
    return this.#at.get(`${vin} ${atMs}`)?.get(path) ?? [];
  }

  *all(): Iterable<StoredValue> {
    for (const paths of this.#at.values()) for (const values of paths.values()) yield* values;
  }
}
