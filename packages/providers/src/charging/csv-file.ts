import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { ChargerFile } from './charger-provider.ts';
import { rawLocation, toLocation } from './raw-location.ts';

/**
 * CSV with the columns `id,name,lat,lon,powerKw,connectors[,evses,status]`; several connectors are joined
 * by `|`. Numbers are read as numbers: a row whose `lat` is text is a problem, not 0.
 */
export const csvFile: ChargerFile = {
  name: 'csv',
  extensions: ['.csv'],
  read(text, source, nowMs) {
    let rows: Record<string, string>[];
    try {
      rows = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true });
    } catch (error) {
      return { locations: [], problems: [`${source}: ${(error as Error).message}`] };
    }
    const problems: string[] = [];
    const locations = rows.flatMap((row, i) => {
      try {
        const raw = rawLocation.parse({
          id: row.id,
          name: row.name,
          lat: numeric(row.lat),
          lon: numeric(row.lon),
          powerKw: numeric(row.powerKw),
          connectors: row.connectors?.split('|'),
          ...(row.evses ? { evses: numeric(row.evses) } : {}),
          ...(row.status ? { status: row.status } : {}),
        });
        return [toLocation(raw, source, nowMs)];
      } catch (error) {
        const why =
          error instanceof z.ZodError
            ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
            : String(error);
        // Line 1 is the header.
        problems.push(`${source}: line ${i + 2}: ${why}`);
        return [];
      }
    });
    return { locations, problems };
  },
};

/** Text that is not a number stays text, so that the schema refuses it. */
const numeric = (text: string | undefined): unknown =>
  text === undefined || text === '' || Number.isNaN(Number(text)) ? text : Number(text);
