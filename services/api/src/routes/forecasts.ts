import { forecast, probability } from '@outrider/domain';
import { z } from 'zod';
import { type ApiContext, parseSealed } from '../context.ts';
import { HELPER_ROLES, OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { forecastView, viewForecast } from '../shapes/alerts.ts';
import { countText, instant, iso, isoText, vehicleParams } from '../shapes/fields.ts';
import { spansOf } from './signals.ts';

const historyQuery = z.strictObject({
  from: instant,
  to: instant.describe('Not included.'),
  limit: countText(1, 5_000, 1_000),
});
const history = z.strictObject({
  forecasts: z.array(
    z.strictObject({
      forecastId: z.string(),
      madeAt: isoText,
      stopId: z.string(),
      arrivalSocPct: z.strictObject({ p10: z.number(), p50: z.number(), p90: z.number() }),
      belowReserveProbability: probability,
    }),
  ),
});

/** What we said would happen: now, and earlier. */
export function forecastRoutes(server: ApiServer, context: ApiContext): void {
  const { access, eventClock, newestForecasts, telemetry } = context;
  server.get(
    '/v1/vehicles/:vehicleId/forecast',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES] },
      schema: {
        tags: ['forecasts'],
        summary: 'The newest forecast',
        params: vehicleParams,
        response: answers({ 200: forecastView }),
      },
    },
    async (request) => {
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-forecast');
      const newest = newestForecasts.find(grant.vehicleId);
      const record = newest && parseSealed(forecast, grant.open(newest.keyId, newest.box));
      if (record === undefined) throw new ApiError('no-forecast');
      return viewForecast(record, eventClock.nowMs());
    },
  );

  server.get(
    '/v1/vehicles/:vehicleId/forecasts',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['forecasts'],
        summary: 'Earlier forecasts, one row per stop, oldest first',
        params: vehicleParams,
        querystring: historyQuery,
        response: answers({ 200: history }),
      },
    },
    async (request) => {
      const { from, to, limit } = request.query;
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-forecasts');
      const rows = [];
      for (const span of spansOf(grant.periods, from, to)) {
        if (rows.length >= limit) break;
        const { vehicleId } = grant;
        rows.push(...(await telemetry.readForecasts({ vehicleId, ...span, limit: limit - rows.length })));
      }
      return {
        forecasts: rows.map(({ forecastId, madeAtMs, stopId, p10, p50, p90, belowReserveProbability }) => ({
          forecastId,
          madeAt: iso(madeAtMs),
          stopId,
          arrivalSocPct: { p10, p50, p90 },
          belowReserveProbability,
        })),
      };
    },
  );
}
