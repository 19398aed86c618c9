import { type Alert, alert } from '@outrider/domain';
import type { AlertRow, NotificationRow } from '@outrider/state';
import { z } from 'zod';
import type { Grant } from '../access.ts';
import { type AlertPageQuery, readAlertCursor, readAlertPage, writeAlertCursor } from '../alert-page.ts';
import { type ApiContext, parseSealed } from '../context.ts';
import { HELPER_ROLES, OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { alertView, toldView, viewAlert, viewTold } from '../shapes/alerts.ts';
import { alertParams, countText, iso, isoText, vehicleParams } from '../shapes/fields.ts';

const listQuery = z.strictObject({
  state: z.enum(['firing', 'resolved', 'any']).optional().describe('any when absent'),
  before: z.string().min(1).max(300).optional().describe('`next` of the page before.'),
  limit: countText(1, 200, 50),
});
const alertList = z.strictObject({
  alerts: z.array(alertView),
  next: z.string().optional().describe('Give it as `before` for older ones; absent on the last page.'),
});
const alertWithTold = z.strictObject({
  alert: alertView,
  told: z.array(toldView).describe('Every decision about telling somebody, in order.'),
  answer: z
    .strictObject({ kind: z.enum(['on-it', 'declined']), at: isoText })
    .optional()
    .describe('What I answered, on whatever way; absent: nothing that still counts.'),
});
const fleetList = z.strictObject({
  alerts: z.array(
    alertView.extend({
      isSynthetic: z.literal(true).optional().describe('Of a car that a simulation made up.'),
    }),
  ),
});

type FleetAlert = z.infer<typeof fleetList>['alerts'][number];

/** Firing alerts of the whole fleet that one answer holds. */
const FLEET_ALERTS_MAX = 2_000;

/** Alerts and why: evidence with ages, remedies, who was told and who was not. */
export function alertRoutes(server: ApiServer, context: ApiContext): void {
  const { access, state } = context;
  server.get(
    '/v1/vehicles/:vehicleId/alerts',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES] },
      schema: {
        tags: ['alerts'],
        summary: 'Alerts, newest first',
        params: vehicleParams,
        querystring: listQuery,
        response: answers({ 200: alertList }),
      },
    },
    async (request) => {
      const { state: wanted = 'any', before, limit } = request.query;
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-alerts');
      const page = await readAlertPage(state, {
        vehicleId: grant.vehicleId,
        state: wanted,
        isReadable: (keyId) => grant.periods.some((period) => period.keyId === keyId),
        before: cursorOf(before),
        limit,
      });
      const alerts = page.rows.flatMap((row) => openAlert(grant, row) ?? []).map(viewAlert);
      return { alerts, ...(page.next !== undefined && { next: writeAlertCursor(page.next) }) };
    },
  );

  server.get(
    '/v1/alerts/:alertId',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES] },
      schema: {
        tags: ['alerts'],
        summary: 'One alert, with why and who was told',
        params: alertParams,
        response: answers({ 200: alertWithTold }),
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const { record, told } = await readableAlert(context, principal, request.params.alertId);
      const answer = await answerTo(context, principal, record);
      return { alert: viewAlert(record), told: told.map(viewTold), ...(answer && { answer }) };
    },
  );

  server.get(
    '/v1/alerts',
    {
      config: { roles: HELPER_ROLES },
      schema: {
        tags: ['alerts'],
        summary: 'Who needs help now: firing alerts of drivers who want to be warned',
        response: answers({ 200: fleetList }),
      },
    },
    async (request) => ({ alerts: await fleetAlerts(context, principalOf(request)) }),
  );
}

function cursorOf(text: string | undefined): AlertPageQuery['before'] {
  if (text === undefined) return undefined;
  const cursor = readAlertCursor(text);
  if (cursor === undefined)
    throw new ApiError('invalid', 'The query is not as documented.', [
      { path: 'before', message: 'is not a `next` of an earlier page' },
    ]);
  return cursor;
}

const openAlert = (grant: Grant, row: AlertRow): Alert | undefined =>
  parseSealed(alert, grant.open(row.keyId, row.box));

/**
 * With every decision about telling somebody; whoever only has a part in the car sees alerts they were told of, and
 * what they were told.
 * @throws ApiError not-found unless the alert is of a car and a time the principal may see
 */
export async function readableAlert(
  { access, state }: ApiContext,
  principal: Principal,
  alertId: string,
): Promise<{ readonly row: AlertRow; readonly record: Alert; readonly told: readonly NotificationRow[] }> {
  const row = await state.alerts.find(alertId);
  if (row === undefined) throw notFound();
  const all = await state.notifications.listOfAlert(alertId);
  const mine = all.filter(({ personId }) => personId === principal.personId);
  const read = access.read(principal, row.vehicleId, 'read-alert');
  const asWhole = await read.catch((error: unknown) => {
    if (mine.length > 0 && error instanceof ApiError && error.code === 'not-found') return undefined;
    throw error;
  });
  const record = openAlert(asWhole ?? (await access.readPart(principal, row.vehicleId)), row);
  if (record === undefined) throw notFound();
  return { row, record, told: asWhole === undefined ? mine : all };
}

/** It is kept for the advice, so one to an episode before is none to this. */
async function answerTo({ state }: ApiContext, { personId }: Principal, alert: Alert) {
  const { vehicleId, ruleId, subject, startedAtMs } = alert;
  const answer = await state.notifications.findAnswer({ personId, vehicleId, ruleId, subject });
  if (answer === undefined || answer.atMs < startedAtMs) return undefined;
  return { kind: answer.kind, at: iso(answer.atMs) };
}

async function fleetAlerts({ access, state }: ApiContext, principal: Principal): Promise<FleetAlert[]> {
  const rows = await state.alerts.listFiring(FLEET_ALERTS_MAX);
  const cars = new Map<string, { readonly grant: Grant; readonly isSynthetic: boolean } | undefined>();
  for (const { vehicleId } of rows) {
    if (cars.has(vehicleId)) continue;
    const grant = await access.read(principal, vehicleId, 'read-firing-alerts').catch(hideRefusal);
    const isSynthetic = grant !== undefined && (await state.vehicles.find(vehicleId))?.isSynthetic === true;
    cars.set(vehicleId, grant && { grant, isSynthetic });
  }
  return rows.flatMap((row): FleetAlert[] => {
    const car = cars.get(row.vehicleId);
    const record = car && openAlert(car.grant, row);
    return record === undefined
      ? []
      : [{ ...viewAlert(record), ...(car?.isSynthetic && { isSynthetic: true }) }];
  });
}

/** A car one may not see is left out; a store that fails still fails. */
function hideRefusal(error: unknown): undefined {
  if (error instanceof ApiError) return undefined;
  throw error;
}
