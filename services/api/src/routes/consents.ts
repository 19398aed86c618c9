import { purpose, vehicleId } from '@outrider/domain';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import { cancelOpen } from '../commands.ts';
import type { ApiContext } from '../context.ts';
import { askedBy } from '../context.ts';
import { OWNER_ROLES, ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { countText, iso, isoText, vehicleParams } from '../shapes/fields.ts';
import {
  CONSENT_TEXT_VERSION,
  consentBody,
  consentList,
  purposeList,
  purposeTexts,
  viewConsents,
} from '../shapes/vehicles.ts';

const reads = z.strictObject({
  reads: z.array(
    z.strictObject({ at: isoText, who: z.string(), action: z.string(), purpose: purpose.nullable() }),
  ),
});

/** The trail holds changes of consents too; reads are picked from the newest of it. */
const AUDIT_ROWS_MAX = 10_000;

/** What the data may be used for, and who looked at it. */
export function consentRoutes(server: ApiServer, context: ApiContext): void {
  const { access, state, trust } = context;
  server.get(
    '/v1/purposes',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['consents'],
        summary: 'Everything data may be used for, in the words to show',
        response: answers({ 200: purposeList }),
      },
    },
    async () => ({ textVersion: CONSENT_TEXT_VERSION, purposes: purposeTexts() }),
  );

  server.put(
    '/v1/vehicles/:vehicleId/consents/:purpose',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['consents'],
        summary: 'Switch a purpose on or off',
        params: z.strictObject({ vehicleId, purpose }),
        body: consentBody,
        response: answers({ 200: consentList }),
      },
    },
    async (request) => {
      const { personId } = principalOf(request);
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const { granted, textVersion } = request.body;
      // Saying no needs no text.
      if (granted) refuseOldText(textVersion);
      await trust.recordConsent({
        vehicleId: owned.vehicleId,
        personId,
        actor: actorOf(principalOf(request)),
        purpose: request.params.purpose,
        isGranted: granted,
        textVersion,
      });
      context.rightsChanged(personId);
      // What waits is taken back; the gateway asks for the consent again before it hands anything over.
      if (request.params.purpose === 'warm_battery' && !granted)
        await cancelOpen(askedBy(context, request), principalOf(request), owned.vehicleId, 'no-consent');
      const consents = await state.consents.current([owned.vehicleId]);
      return { consents: viewConsents(consents.filter((one) => one.personId === personId)) };
    },
  );

  server.get(
    '/v1/vehicles/:vehicleId/reads',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['consents'],
        summary: 'Who read my data, and why',
        params: vehicleParams,
        querystring: z.strictObject({ limit: countText(1, 1_000, 100) }),
        response: answers({ 200: reads }),
      },
    },
    async (request) => {
      const owned = await access.own(principalOf(request), request.params.vehicleId);
      const entries = await state.audit.list(owned.vehicleId, AUDIT_ROWS_MAX);
      return {
        reads: entries
          .filter(({ atMs, action }) => atMs >= owned.fromMs && action.startsWith('read-'))
          .slice(0, request.query.limit)
          .map(({ atMs, actor, action, purpose: why }) => ({
            at: iso(atMs),
            who: actor,
            action,
            purpose: why,
          })),
      };
    },
  );
}

/** @throws ApiError when the person saw another text than the current one */
export function refuseOldText(textVersion: string): void {
  if (textVersion !== CONSENT_TEXT_VERSION) throw new ApiError('consent-text-changed');
}
