import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { ChargerFile } from './charger-provider.ts';
import { rawLocation, toLocation } from './raw-location.ts';

/**
 * CSV with the columns `id,name,lat,lon,powerKw,connectors[,evses,status,powerType]`; several connectors are joined
 * by `|`. Numbers are read as numbers: a row whose `lat` is text is a problem, not 0. A broken row is a
 * problem of its own; a broken quotation breaks the file.
 */
export const csvFile: ChargerFile = {
  name: 'csv',
  extensions: ['.csv'],
  read(text, source, nowMs) {
    let rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[];
    try {
      rows = parse(text, {
        columns: true,
        skip_empty_lines: true,
        trim: true,
        relax_column_count: true,
        info: true,
      });
    } catch (error) {
      return { locations: [], problems: [`${source}: ${(error as Error).message}`] };
    }
    const problems: string[] = [];
    const locations = rows.flatMap(({ record: row, info }) => {
      try {
        const raw = rawLocation.parse({
          id: row.id,
          name: row.name,
          lat: numeric(row.lat),
          lon: numeric(row.lon),
          powerKw: numeric(row.powerKw),
          connectors: row.connectors?.split('|').map((name) => name.trim()),
          ...(row.evses ? { evses: numeric(row.evses) } : {}),
          ...(row.status ? { status: row.status } : {}),
          ...(row.powerType ? { powerType: row.powerType } : {}),
        });
        return [toLocation(raw, source, nowMs)];
      } catch (error) {
        const why =
          error instanceof z.ZodError
            ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
            : String(error);
        problems.push(`${source}: line ${info.lines}: ${why}`);
        return [];
      }
    });
    return { locations, problems };
  },
};

/** Text that is not a number stays text, so that the schema refuses it. */
const numeric = (text: string | undefined): unknown =>
  text === undefined || text === '' || Number.isNaN(Number(text)) ? text : Number(text);
