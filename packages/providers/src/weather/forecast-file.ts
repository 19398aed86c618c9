import { atMs, distanceM, latitude, longitude } from '@outrider/domain';
import { z } from 'zod';
import { ProviderUnavailable } from '../provider.ts';
import type { WeatherPoint, WeatherProvider } from './weather-provider.ts';

/** One line of a forecast file: what was said, when it was said, for where and when. */
export const forecastRow = z
  .strictObject({
    issuedAtMs: atMs,
    fromMs: atMs,
    toMs: atMs,
    /** Absent: everywhere. */
    area: z.strictObject({ lat: latitude, lon: longitude, radiusM: z.number().positive() }).optional(),
    tempC: z.number().min(-80).max(70),
    sigmaK: z.number().min(0).max(30),
    windMps: z.number().min(0).max(80).optional(),
    windFromDeg: z.number().min(0).max(360).optional(),
    pressureHpa: z.number().min(400).max(1_100).optional(),
    isWet: z.boolean().optional(),
  })
  .refine((row) => row.toMs > row.fromMs, { message: 'toMs must lie after fromMs' });
export type ForecastRow = z.infer<typeof forecastRow>;

/** Wind in a file is a forecast like any other: one standard deviation of a day-ahead forecast, m/s. */
const WIND_SIGMA_MPS = 2;

/**
 * Weather from rows somebody recorded. Of the rows that cover a point, the nearest area wins over a
 * wider one, then the one issued last.
 */
export function forecastFile(rows: readonly ForecastRow[]): WeatherProvider {
  return {
    name: 'forecast-file',
    async at(points, knownAtMs) {
      return points.map((point) => {
        let best: { readonly row: ForecastRow; readonly awayM: number } | undefined;
        for (const row of rows) {
          if (row.issuedAtMs > knownAtMs || point.atMs < row.fromMs || point.atMs >= row.toMs) continue;
          const awayM = row.area === undefined ? Number.POSITIVE_INFINITY : distanceM(row.area, point);
          if (row.area !== undefined && awayM > row.area.radiusM) continue;
          if (
            best === undefined ||
            awayM < best.awayM ||
            (awayM === best.awayM && row.issuedAtMs >= best.row.issuedAtMs)
          )
            best = { row, awayM };
        }
        if (best === undefined)
          throw new ProviderUnavailable('forecast-file', 'no row covers this place and time');
        return weatherOf(best.row);
      });
    },
  };
}

function weatherOf(row: ForecastRow): WeatherPoint {
  const hasWind = row.windMps !== undefined && row.windFromDeg !== undefined;
  return {
    tempC: row.tempC,
    sigmaK: row.sigmaK,
    wind: hasWind ? { mps: row.windMps ?? 0, fromDeg: row.windFromDeg ?? 0, sigmaMps: WIND_SIGMA_MPS } : null,
    pressureHpa: row.pressureHpa ?? null,
    isWet: row.isWet ?? false,
    issuedAtMs: row.issuedAtMs,
    source: 'forecast-file',
  };
}
