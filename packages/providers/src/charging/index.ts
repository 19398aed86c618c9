import type { ChargerFile, ChargerList } from './charger-provider.ts';
import { csvFile } from './csv-file.ts';
import { geojsonFile } from './geojson-file.ts';

/** Every charger file format. A new one is a file beside this, its test, and a line here. */
export const chargerFiles: readonly ChargerFile[] = [geojsonFile, csvFile];

/** Reads a charger file by its ending. */
export function readChargers(fileName: string, text: string, nowMs: number): ChargerList {
  const format = chargerFiles.find(({ extensions }) =>
    extensions.some((extension) => fileName.endsWith(extension)),
  );
  if (format === undefined)
    return {
      locations: [],
      problems: [
        `${fileName}: not one of ${chargerFiles.flatMap(({ extensions }) => extensions).join(', ')}`,
      ],
    };
  try {
    return format.read(text, fileName, nowMs);
  } catch (error) {
    return { locations: [], problems: [`${fileName}: ${(error as Error).message}`] };
  }
}

export * from './charger-index.ts';
export * from './charger-provider.ts';
export * from './works-probability.ts';
