import type { SourceCheck } from '@outrider/ingest';

/** Columns under their heads, padded; ends with a line's end. */
export function alignedTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const last = heads.length - 1;
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** One line of what somebody else wrote, without what moves a terminal's cursor. */
export const onOneLine = (said: string): string => said.replace(/[\p{C}\s]+/gu, ' ').slice(0, 200);

/** Sources as `sources check` shows them. */
export function tableOfSources(checks: readonly SourceCheck[]): string {
  if (checks.length === 0) return 'No source is configured: INGEST_SOURCES_FILE names none.\n';
  const rows = checks.map(({ source, about, isFault, said }) => [
    source,
    onOneLine(about),
    isFault ? 'FAILED' : 'ok',
    onOneLine(said),
  ]);
  return alignedTable(['source', 'what', '', 'said'], rows);
}
