import { conditions } from '@outrider/domain';
import { type ApiContext, parseSealed } from '../context.ts';
import { HELPER_ROLES, OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { vehicleParams } from '../shapes/fields.ts';
import { roadView, viewRoad } from '../shapes/road.ts';

/** What is known of the way a car is on. */
export function roadRoutes(server: ApiServer, { access, newestConditions }: ApiContext): void {
  server.get(
    '/v1/vehicles/:vehicleId/road',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES] },
      schema: {
        tags: ['forecasts'],
        summary: 'Chargers on the way to each stop ahead, and how likely each can be used',
        params: vehicleParams,
        response: answers({ 200: roadView }),
      },
    },
    async (request) => {
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-road');
      const newest = newestConditions.find(grant.vehicleId);
      const record = newest && parseSealed(conditions, grant.open(newest.keyId, newest.box));
      if (record === undefined) throw new ApiError('no-road');
      return viewRoad(record);
    },
  );
}
