import { recordKey } from '@outrider/domain';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { liftRestraint } from '../held-rules.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { noContent } from '../shapes/fields.ts';

const ruleParams = z.strictObject({ ruleId: recordKey });

/** What a rule that was held to silent cards may do again. */
export function heldRuleRoutes(server: ApiServer, { state, eventClock }: ApiContext): void {
  server.post(
    '/v1/rules/:ruleId/reinstate',
    {
      config: { roles: ['operator', 'product'] },
      schema: {
        tags: ['alerts'],
        summary: 'Let a rule below its bar interrupt again',
        description:
          'It is judged anew by what ends from tomorrow on. 404 when the rule is not held for that. Predictors know within seconds.',
        params: ruleParams,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const by = actorOf(principalOf(request));
      const { ruleId } = request.params;
      const atMs = eventClock.nowMs();
      if (!(await liftRestraint(state, { ruleId, kind: 'below-bar', by, atMs }))) throw notFound();
      return reply.code(204).send();
    },
  );
}
