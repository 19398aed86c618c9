import { TOPICS } from '@outrider/bus';
import { DIGEST, type Feedback } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { NotificationRow } from '@outrider/state';
import { z } from 'zod';
import { cancelOfAlert } from '../commands.ts';
import { type ApiContext, askedBy, outboxRow } from '../context.ts';
import { HELPER_ROLES, OWNER_ROLES, type Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { feedbackBody } from '../shapes/alerts.ts';
import { alertParams, noContent, vehicleParams } from '../shapes/fields.ts';
import { readableAlert } from './alerts.ts';

const taken = z.strictObject({ feedbackId: z.string() });

/** What people say about alerts, and about what was learned of their car. Saying the same again changes nothing. */
export function feedbackRoutes(server: ApiServer, context: ApiContext): void {
  alertRoute(server, context);
  forgetRoute(server, context);
}

function forgetRoute(server: ApiServer, context: ApiContext): void {
  server.delete(
    '/v1/vehicles/:vehicleId/learned',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['vehicles'],
        summary: 'Forget what was learned of the car’s consumption',
        description:
          'For new tyres, another battery, another use. Forecasts start from the model’s data sheet again.',
        params: vehicleParams,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { vehicleId, keyId } = await context.access.own(principal, request.params.vehicleId);
      const { personId } = principal;
      const atMs = context.eventClock.nowMs();
      const feedbackId = contentId('forget-learned', vehicleId, personId, atMs);
      const said = { feedbackId, vehicleId, personId, kind: 'forget-learned' as const, atMs };
      await tell(askedBy(context, request), said, keyId);
      return reply.code(204).send();
    },
  );
}

function alertRoute(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/alerts/:alertId/feedback',
    {
      config: { roles: [...OWNER_ROLES, ...HELPER_ROLES] },
      schema: {
        tags: ['alerts'],
        summary: 'Acknowledge, decline, or say what happened',
        params: alertParams,
        body: feedbackBody,
        response: answers({ 202: taken }),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { kind, because, note } = request.body;
      const about = await saidAbout(context, principal, request.params.alertId);
      const { alertId, vehicleId, revision, keyId } = about;
      const feedbackId = contentId(
        'feedback',
        alertId,
        revision,
        principal.personId,
        kind,
        note ?? '',
        ...(because ? [because] : []),
      );
      const said = {
        feedbackId,
        vehicleId,
        alertId,
        personId: principal.personId,
        kind,
        ...(because !== undefined && { because }),
        ...(note !== undefined && { note }),
        atMs: context.eventClock.nowMs(),
      };
      await tell(askedBy(context, request), said, keyId);
      return reply.code(202).send({ feedbackId });
    },
  );
}

/**
 * What is answered: an alert, or one message about many cars, which only those it was for may answer.
 * @throws ApiError not-found
 */
async function saidAbout(
  context: ApiContext,
  principal: Principal,
  alertId: string,
): Promise<Pick<NotificationRow, 'alertId' | 'vehicleId' | 'revision' | 'keyId'>> {
  const told = await context.state.notifications.listOfAlert(alertId);
  const digest = told.findLast(
    ({ ruleId, personId }) => ruleId === DIGEST && personId === principal.personId,
  );
  if (digest !== undefined) return digest;
  const { row, record } = await readableAlert(context, principal, alertId);
  const { vehicleId, revision } = record;
  return { alertId: record.alertId, vehicleId, revision, keyId: row.keyId };
}

/**
 * A live page showed a notification to the person it was for.
 * @throws ApiError not-found when it was for somebody else
 */
export async function recordShown(
  context: ApiContext,
  personId: string,
  notificationId: string,
): Promise<void> {
  const { state, trust, eventClock } = context;
  const row = await state.notifications.find(notificationId);
  if (row === undefined || row.personId !== personId) throw notFound();
  await trust.prepare([row.vehicleId]);
  const feedbackId = contentId('shown', notificationId, personId);
  const said = {
    feedbackId,
    vehicleId: row.vehicleId,
    alertId: row.alertId,
    notificationId,
    personId,
    kind: 'shown' as const,
    atMs: eventClock.nowMs(),
  };
  await tell(context, said, row.keyId);
}

/** What is said about a message, unless the car is somebody else's by now: then there is nothing to say any more. */
export async function tellOfMessage(
  context: ApiContext,
  { vehicleId, alertId, keyId }: NotificationRow,
  said: Pick<Feedback, 'feedbackId' | 'kind'> & Partial<Feedback>,
): Promise<void> {
  await context.trust.prepare([vehicleId]);
  const feedback = { ...said, vehicleId, alertId, atMs: context.eventClock.nowMs() };
  await tell(context, feedback, keyId).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.code === 'not-found')) throw error;
  });
}

/**
 * Publishes what was said. It is sealed with the key of whoever owns the car now, so who owned it when the
 * alert was made, and no longer does, can read but not add. A no to the advice cancels what the car was asked for it.
 */
export async function tell(context: ApiContext, said: Feedback, keyId: string | null): Promise<void> {
  const { feedbackId, vehicleId } = said;
  await context.access.refuseSold(vehicleId, keyId);
  await context.state.outbox.insert([outboxRow(context, TOPICS.feedback, vehicleId, said, feedbackId)]);
  context.pokeRelay();
  await cancelOfAlert(context, said);
}
