import { forecast, shownAt } from '@outrider/domain';
import { type Change, EnergyInputError, type Outlook, roomFor, whatIf, whyUnknown } from '@outrider/energy';
import { type ApiContext, parseSealed } from '../context.ts';
import { HELPER_ROLES, OWNER_ROLES } from '../credentials.ts';
import { keptOutlook } from '../kept-outlook.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, vehicleParams } from '../shapes/fields.ts';
import { changeBody, changeOf, viewAhead, whatIfView } from '../shapes/what-if.ts';

/** Two forecasts with their curves: as much work as some dozens of other questions. */
const COST = 5;

/** "What if it were colder, or I drove slower?" answered by the forecast itself; nothing is stored. */
export function whatIfRoutes(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/vehicles/:vehicleId/what-if',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES], cost: COST },
      schema: {
        tags: ['forecasts'],
        summary: 'The forecast as it would be in other air, at other speeds, later or with more charge',
        params: vehicleParams,
        body: changeBody,
        response: answers({ 200: whatIfView }),
      },
    },
    async (request) => {
      const grant = await context.access.read(principalOf(request), request.params.vehicleId, 'read-what-if');
      const asOf = iso(context.eventClock.nowMs());
      // Where the forecast says that nothing can be judged, neither can this.
      const newest = context.newestForecasts.find(grant.vehicleId);
      const record = newest && parseSealed(forecast, grant.open(newest.keyId, newest.box));
      if (record === undefined) return { asOf, unknown: 'no forecast has been made yet' };
      const { unknown } = shownAt(record, context.eventClock.nowMs());
      if (unknown !== undefined) return { asOf, unknown };
      const outlook = await keptOutlook(context, grant);
      if (outlook === undefined) return { asOf, unknown: 'nothing is kept of this car yet' };
      return { asOf, ...answerTo(outlook, changeOf(request.body)) };
    },
  );
}

function answerTo(outlook: Outlook, change: Change) {
  const { view, reserveSocPct } = outlook;
  const why = whyUnknown(outlook);
  if (why !== undefined || view === null) return { unknown: why ?? 'the road is not known yet' };
  if (view.stretches.length <= (outlook.memory.progress?.stretch ?? 0))
    return { unknown: 'nothing is planned that is still ahead' };
  try {
    return {
      reserveSocPct,
      room: roomFor(outlook),
      asIs: viewAhead(whatIf(outlook, view, {})),
      changed: viewAhead(whatIf(outlook, view, change)),
    };
  } catch (error) {
    // Figures that no road or battery has.
    if (error instanceof EnergyInputError) return { unknown: error.message };
    throw error;
  }
}
