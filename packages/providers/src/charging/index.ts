import { AFDC } from './afdc.ts';
import type { ChargerFile, ChargerList } from './charger-provider.ts';
import { csvFile } from './csv-file.ts';
import { geojsonFile } from './geojson-file.ts';
import { OCPI_PULL } from './ocpi-pull.ts';
import { OPEN_CHARGE_MAP } from './open-charge-map.ts';
import { osmFile } from './osm-file.ts';

/** Every charger file format; of two endings that fit the first counts. A new one is a file beside this, its test, and a line here. */
export const chargerFiles: readonly ChargerFile[] = [osmFile, geojsonFile, csvFile];

/** Every source that is asked over the network, in the order of trust: of two that say as new, the first counts. */
export const chargerSourceNames: readonly string[] = [OCPI_PULL, OPEN_CHARGE_MAP, AFDC];

/**
 * Reads a charger file by its ending. What cannot be used is a problem with its line or number, the rest is
 * used; of two places with one id the first counts. Never throws.
 */
export function readChargers(fileName: string, text: string, nowMs: number): ChargerList {
  const ending = fileName.toLowerCase();
  const format = chargerFiles.find(({ extensions }) =>
    extensions.some((extension) => ending.endsWith(extension)),
  );
  if (format === undefined)
    return {
      locations: [],
      problems: [
        `${fileName}: not one of ${chargerFiles.flatMap(({ extensions }) => extensions).join(', ')}`,
      ],
    };
  try {
    // Spreadsheets write a byte order mark in front of anything.
    return withoutRepeats(fileName, format.read(text.replace(/^\uFEFF/, ''), fileName, nowMs));
  } catch (error) {
    return { locations: [], problems: [`${fileName}: ${(error as Error).message}`] };
  }
}

function withoutRepeats(fileName: string, { locations, problems }: ChargerList): ChargerList {
  const ids = new Set<string>();
  const repeats: string[] = [];
  const kept = locations.filter(({ locationId }) => {
    if (ids.has(locationId)) repeats.push(`${fileName}: the id ${locationId} is there twice`);
    return !ids.has(locationId) && ids.add(locationId);
  });
  return { locations: kept, problems: [...problems, ...repeats] };
}

export * from './afdc.ts';
export * from './charger-index.ts';
export * from './charger-provider.ts';
export * from './ocpi/apply-push.ts';
export * from './ocpi/read-location.ts';
export * from './ocpi-pull.ts';
export * from './open-charge-map.ts';
export { withoutTwins } from './twins.ts';
export * from './works-probability.ts';
