import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { HELPER_ROLES } from '../credentials.ts';
import { type ApiServer, answers } from '../server.ts';

const mapView = z.strictObject({
  tiles: z
    .string()
    .nullable()
    .describe('Address with `{z}`, `{x}` and `{y}`; null: the page draws the map it brings.'),
  credit: z.string().nullable().describe('Whom to name as their source; null: nobody.'),
});

/** What the map of those who look after cars is drawn from. */
export function mapRoutes(server: ApiServer, { settings }: ApiContext): void {
  server.get(
    '/v1/map',
    {
      config: { roles: HELPER_ROLES },
      schema: {
        tags: ['alerts'],
        summary: 'Which map to draw cars on',
        response: answers({ 200: mapView }),
      },
    },
    async () => ({ tiles: settings.mapTilesUrl ?? null, credit: settings.mapTilesCredit ?? null }),
  );
}
