import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { type TripEntry, type TripProblem, type TripSource, unreadable } from './trip-source.ts';

/** Rows of one file. */
const ROWS_MAX = 1_000;

const instant = z.iso
  .datetime({ offset: true, message: 'an instant like 2026-01-15T08:00:00Z' })
  .transform((text) => Date.parse(text));
const numeric = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'a number like 52.52')
    .transform(Number)
    .pipe(z.number().min(min).max(max));
const name = z.string().min(1).max(200);

/** One row, one trip. An empty cell is an absent one. */
const row = z.object({
  tripRef: z.string().min(1).max(100),
  departAt: instant,
  arriveBy: instant.optional(),
  fromName: name.optional(),
  fromLat: numeric(-90, 90),
  fromLon: numeric(-180, 180),
  toName: name,
  toLat: numeric(-90, 90),
  toLon: numeric(-180, 180),
  reserveSocPct: numeric(0, 100).optional(),
  payloadKg: numeric(0, 1_500).optional(),
  trailerKg: numeric(0, 3_500).optional(),
  status: z.enum(['planned', 'cancelled']).optional(),
});
type Row = z.infer<typeof row>;
/** Who is withdrawn needs no places: a row that holds nothing else is enough. */
const withdrawal = row.pick({ tripRef: true }).extend({ status: z.literal('cancelled') });
const COLUMNS = Object.keys(row.shape);

/**
 * A dispatcher's list for one car: `tripRef,departAt,arriveBy,fromName,fromLat,fromLon,toName,toLat,toLon` and,
 * if wanted, `reserveSocPct,payloadKg,trailerKg,status`. The entry's id is its `tripRef`: a row that comes again
 * changes its trip, one with the status `cancelled` withdraws it, one that is not there says nothing.
 */
export const dispatcherCsv: TripSource<{ readonly text: string }> = {
  name: 'dispatcher-csv',
  read({ text }) {
    let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
    try {
      rows = parse(text, { bom: true, columns: true, skip_empty_lines: true, trim: true, info: true });
    } catch (error) {
      return unreadable('csv', (error as Error).message.slice(0, 200));
    }
    if (rows.length > ROWS_MAX) return unreadable('csv', `there are more than ${ROWS_MAX} rows`);
    const entries: TripEntry[] = [];
    const cancelled: string[] = [];
    const problems: TripProblem[] = [...unknownColumns(rows[0]?.record)];
    const seen = new Set<string>();
    for (const { record, info } of rows) {
      const said = withoutEmpty(record);
      const withdrawn = withdrawal.safeParse(said).data?.tripRef;
      if (withdrawn !== undefined) {
        if (seen.has(withdrawn)) problems.push({ line: info.lines, field: 'tripRef', why: 'is there twice' });
        else cancelled.push(withdrawn);
        seen.add(withdrawn);
        continue;
      }
      const parsed = row.safeParse(said);
      if (!parsed.success) {
        for (const issue of parsed.error.issues)
          problems.push({ line: info.lines, field: issue.path.join('.'), why: issue.message });
        continue;
      }
      const { tripRef, departAt, arriveBy } = parsed.data;
      const why =
        (seen.has(tripRef) && 'is there twice') ||
        ((arriveBy ?? departAt) < departAt && 'arrives before it departs');
      if (why)
        problems.push({ line: info.lines, field: why === 'is there twice' ? 'tripRef' : 'arriveBy', why });
      else entries.push(entryOf(parsed.data));
      seen.add(tripRef);
    }
    return { entries, cancelled, problems };
  },
};

const withoutEmpty = (record: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));

/** A misspelt column would else be silently without effect. */
const unknownColumns = (record: Record<string, string> = {}): readonly TripProblem[] =>
  Object.keys(record)
    .filter((column) => !COLUMNS.includes(column))
    .map((column) => ({ line: 1, field: column.slice(0, 60), why: `is none of ${COLUMNS.join(', ')}` }));

function entryOf(said: Row): TripEntry {
  const { payloadKg, trailerKg, reserveSocPct, arriveBy } = said;
  const use = {
    ...(payloadKg !== undefined && { payloadKg }),
    ...(trailerKg !== undefined && { trailerKg }),
  };
  return {
    entryId: said.tripRef,
    plan: {
      departAtMs: said.departAt,
      ...(reserveSocPct !== undefined && { reserveSocPct }),
      origin: { name: said.fromName ?? 'Start', lat: said.fromLat, lon: said.fromLon },
      stops: [
        {
          ...{ name: said.toName, lat: said.toLat, lon: said.toLon, kind: 'destination' as const },
          ...(arriveBy !== undefined && { arriveAtMs: arriveBy }),
        },
      ],
      ...(Object.keys(use).length > 0 && { use }),
    },
  };
}
