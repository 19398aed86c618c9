import { channelName, personId, recordKey, vehicleId } from '@outrider/domain';
import { z } from 'zod';
import { actorOf, type Grant } from '../access.ts';
import type { ApiContext } from '../context.ts';
import type { Principal } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import {
  type FailedMessage,
  listFailed,
  REPLAY_REFUSALS,
  type ReplayRefusal,
  replayFailed,
} from '../failed-messages.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { countText, iso, isoText } from '../shapes/fields.ts';

const refusals = Object.keys(REPLAY_REFUSALS) as [ReplayRefusal, ...ReplayRefusal[]];

const failedView = z.strictObject({
  notificationId: recordKey,
  alertId: recordKey,
  vehicleId,
  ruleId: z.string(),
  personId: personId.nullable(),
  channel: channelName.nullable(),
  reason: z.string().nullable().describe('Why it was given up; `outrider rules explain` says each in words.'),
  attempts: z.int(),
  createdAt: isoText,
  failedAt: isoText,
  expiresAt: isoText,
  refusal: z
    .enum(refusals)
    .optional()
    .describe(
      `Why it is not tried again; absent: it can be. ${Object.entries(REPLAY_REFUSALS)
        .map(([name, about]) => `\`${name}\`: ${about}`)
        .join(' ')}`,
    ),
});
const failedList = z.strictObject({
  messages: z.array(failedView),
  next: z.string().optional().describe('Give it as `before` for older ones; absent on the last page.'),
});
const listQuery = z.strictObject({
  before: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a `next` of an earlier page')
    .optional(),
  limit: countText(1, 200, 50),
});
const replayed = z.strictObject({ notificationId: recordKey });

function viewFailed({ row, refusal }: FailedMessage): z.infer<typeof failedView> {
  const { notificationId, alertId, ruleId, channel, reason, attempts } = row;
  return {
    ...{ notificationId, alertId, vehicleId: row.vehicleId, ruleId, personId: row.personId, channel },
    ...{ reason, attempts, createdAt: iso(row.createdAtMs), failedAt: iso(row.changedAtMs) },
    expiresAt: iso(row.expiresAtMs),
    ...(refusal !== undefined && { refusal }),
  };
}

/** Messages that were given up, for operators: of drivers who want to be warned, and without what they say. */
export function failedMessageRoutes(server: ApiServer, context: ApiContext): void {
  const { state, eventClock } = context;
  server.get(
    '/v1/failed-messages',
    {
      config: { roles: ['operator'] },
      schema: {
        tags: ['alerts'],
        summary: 'Messages that were given up, newest first, with the reason',
        description: 'A page may be shorter than its limit: cars one may not see are left out.',
        querystring: listQuery,
        response: answers({ 200: failedList }),
      },
    },
    async (request) => {
      const { before, limit } = request.query;
      const asked = { limit, before: before === undefined ? undefined : Number(before) };
      const page = await listFailed(state, { ...asked, nowMs: eventClock.nowMs() });
      const maySee = await visibleTo(context, principalOf(request), page.messages);
      return {
        messages: page.messages.filter(maySee).map(viewFailed),
        ...(page.next !== undefined && { next: String(page.next) }),
      };
    },
  );

  server.post(
    '/v1/failed-messages/:notificationId/replay',
    {
      config: { roles: ['operator'] },
      schema: {
        tags: ['alerts'],
        summary: 'Try a message again that was given up',
        description:
          'Under the same id, so that a receiver which got it before can tell; written to the audit. 409 with the reason when it is expired, withdrawn or answered, when the address is gone, or when it might be there twice.',
        params: z.strictObject({ notificationId: recordKey }),
        response: answers({ 202: replayed }),
      },
    },
    async (request, reply) => {
      const { notificationId } = request.params;
      const row = await state.notifications.find(notificationId);
      const principal = principalOf(request);
      if (row === undefined) throw notFound();
      const maySee = await visibleTo(context, principal, [{ row }]);
      if (!maySee({ row })) throw notFound();
      const by = actorOf(principal);
      const refusal = await replayFailed(state, { notificationId, by, nowMs: eventClock.nowMs() });
      if (refusal !== undefined) throw new ApiError('conflict', `${refusal}: ${REPLAY_REFUSALS[refusal]}`);
      return reply.code(202).send({ notificationId });
    },
  );
}

type Rowed = Pick<FailedMessage, 'row'>;

/** Of cars and times that are open to them; each look is on the owner's list of reads. */
async function visibleTo(
  { access }: ApiContext,
  principal: Principal,
  messages: readonly Rowed[],
): Promise<(message: Rowed) => boolean> {
  const grants = new Map<string, Grant | undefined>();
  for (const id of new Set(messages.map(({ row }) => row.vehicleId)))
    grants.set(id, await access.read(principal, id, 'read-failed-messages').catch(hideRefusal));
  return ({ row }) => grants.get(row.vehicleId)?.periods.some(({ keyId }) => keyId === row.keyId) === true;
}

/** A car one may not see is left out; a store that fails still fails. */
function hideRefusal(error: unknown): undefined {
  if (error instanceof ApiError) return undefined;
  throw error;
}
