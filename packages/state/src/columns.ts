// The one place where values change shape between records and columns. Booleans are 0 and 1 in every dialect.

export type Flag = 0 | 1;

export const toFlag = (value: boolean): Flag => (value ? 1 : 0);
export const fromFlag = (flag: Flag): boolean => flag === 1;

/** Offsets as JSON with sorted topics, so that equal offsets are equal text. */
export const toOffsets = (offsets: ReadonlyMap<string, number>): string =>
  JSON.stringify([...offsets].toSorted(([one], [other]) => (one < other ? -1 : 1)));

export const fromOffsets = (column: string): ReadonlyMap<string, number> =>
  new Map(JSON.parse(column) as [string, number][]);

/** Rows per statement: well under every engine's limit of bound values. */
const CHUNK_ROWS = 100;

/** Cuts a bulk into statements; no rows, no statement. */
export function* inChunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += CHUNK_ROWS) yield rows.slice(start, start + CHUNK_ROWS);
}

/** One row per id, the best one: a statement may not touch the same row twice. */
export function onePerId<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  isBetter: (row: T, than: T) => boolean,
): T[] {
  const best = new Map<string, T>();
  for (const row of rows) {
    const other = best.get(idOf(row));
    if (other === undefined || isBetter(row, other)) best.set(idOf(row), row);
  }
  return [...best.values()];
}
