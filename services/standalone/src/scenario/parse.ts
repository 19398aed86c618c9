import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** One thing wrong with a scenario folder, in words its writer understands. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  /** Path of the field, like `places.3.lat`, or the name of a column. */
  readonly field?: string;
  readonly message: string;
}

export const problemText = (problem: Problem): string =>
  [
    problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`,
    ...(problem.field === undefined || problem.field === '' ? [] : [problem.field]),
    problem.message,
  ].join(': ');

export type LineOf = (path: readonly PropertyKey[]) => number | undefined;
export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T; readonly lineOf: LineOf } | Refused;
interface Refused {
  readonly kind: 'refused';
  readonly problems: readonly Problem[];
}

/** Reads YAML, or JSON, which is YAML too, against a schema. Every problem comes with its line. */
export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): Parsed<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      message: error.message,
    }));
    return { kind: 'refused', problems };
  }
  // A missing field has no line of its own: its nearest ancestor's line is where it should be written.
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
    }
    return undefined;
  };
  const checked = schema.safeParse(document.toJS());
  if (checked.success) return { kind: 'parsed', value: checked.data, lineOf };
  const problems = checked.error.issues.map((issue) => problemAt(file, issue.path, issue.message, lineOf));
  return { kind: 'refused', problems };
}

export function problemAt(
  file: string,
  path: readonly PropertyKey[],
  message: string,
  lineOf: LineOf,
): Problem {
  const line = lineOf(path);
  return { file, ...(line === undefined ? {} : { line }), field: path.map(String).join('.'), message };
}

export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}
export type ParsedCsv =
  | { readonly kind: 'parsed'; readonly columns: readonly string[]; readonly rows: readonly CsvRow[] }
  | Refused;

/**
 * Reads comma-separated text: first line names the columns; `#` starts a comment line; blank lines are skipped;
 * a cell with a comma stands in double quotes, a quote inside it is doubled. Cells do not span lines.
 */
export function parseCsv(file: string, text: string): ParsedCsv {
  const problems: Problem[] = [];
  const rows: CsvRow[] = [];
  let columns: readonly string[] | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    if (raw.trim() === '' || raw.trimStart().startsWith('#')) continue;
    const cells = splitCells(raw);
    if (cells === undefined) {
      problems.push({ file, line, message: 'a quoted cell is not closed on this line' });
    } else if (columns === undefined) {
      columns = cells;
    } else if (cells.length > columns.length) {
      const message = `${cells.length} cells, but only ${columns.length} columns; put cells with a comma in double quotes`;
      problems.push({ file, line, message });
    } else {
      rows.push({ line, cells: Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? ''])) });
    }
  }
  if (columns === undefined) problems.push({ file, message: 'is empty; the first line names the columns' });
  if (problems.length > 0 || columns === undefined) return { kind: 'refused', problems };
  return { kind: 'parsed', columns, rows };
}

function splitCells(line: string): string[] | undefined {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i];
    if (isQuoted && char === '"' && line[i + 1] === '"') {
      cell += '"';
      i += 1;
    } else if (char === '"' && (isQuoted || cell.trim() === '')) {
      isQuoted = !isQuoted;
      if (isQuoted) cell = '';
    } else if (char === ',' && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else {
      cell += char;
    }
  }
  if (isQuoted) return undefined;
  return [...cells, cell.trim()];
}
