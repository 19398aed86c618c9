import { BRAKE, recordKey } from '@outrider/domain';
import { z } from 'zod';
import { actorOf } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { answerRestraint } from '../held-rules.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { noContent } from '../shapes/fields.ts';

const ruleParams = z.strictObject({ ruleId: recordKey });

const brakeBody = z.strictObject({
  answer: z
    .enum(['release', 'keep'])
    .describe('`release`: it is so, drivers shall hear of it. `keep`: cards only, until its text changes.'),
});

/** What operators say to rules that are held to silent cards. Predictors know within seconds. */
export function heldRuleRoutes(server: ApiServer, { state, eventClock }: ApiContext): void {
  const roles = ['operator', 'product'] as const;
  server.post(
    '/v1/rules/:ruleId/reinstate',
    {
      config: { roles },
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
      const said = { by: actorOf(principalOf(request)), atMs: eventClock.nowMs(), answer: 'lift' } as const;
      const { ruleId } = request.params;
      if (!(await answerRestraint(state, { ruleId, kind: 'below-bar', ...said }))) throw notFound();
      return reply.code(204).send();
    },
  );

  server.post(
    '/v1/rules/:ruleId/brake',
    {
      config: { roles },
      schema: {
        tags: ['alerts'],
        summary: 'Release a rule that fired for too many at once, or keep it to silent cards',
        description: `GET /v1/quality lists them. Unanswered a brake ends after ${BRAKE.unansweredS / 3_600} hours. 404 when the rule is not braked.`,
        params: ruleParams,
        body: brakeBody,
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const answer = request.body.answer === 'release' ? 'lift' : 'keep';
      const said = { by: actorOf(principalOf(request)), atMs: eventClock.nowMs(), answer } as const;
      const { ruleId } = request.params;
      if (!(await answerRestraint(state, { ruleId, kind: 'brake', ...said }))) throw notFound();
      return reply.code(204).send();
    },
  );
}
