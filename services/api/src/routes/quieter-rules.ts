import { DOUBTS_IN_A_ROW, recordKey } from '@outrider/domain';
import type { DoubtRow } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText, noContent } from '../shapes/fields.ts';

const ruleView = z.strictObject({
  ruleId: recordKey,
  notUseful: z.int().min(1).describe('How often in a row I called its warnings not useful.'),
  isQuieter: z
    .boolean()
    .describe('It interrupts me only when critical or a step more probable; else it is a silent card.'),
  probability: z.number().min(0).max(1).describe('The highest of what I called so: the step counts from it.'),
  saidAt: isoText.describe('The last time. It is forgotten NOT_USEFUL_LASTS_D days later.'),
});

const viewOf = ({ ruleId, times, probability, atMs }: DoubtRow): z.infer<typeof ruleView> => ({
  ...{ ruleId, notUseful: times, isQuieter: times >= DOUBTS_IN_A_ROW, probability, saidAt: iso(atMs) },
});

/** Rules that speak later to a person, since they called them not useful; what they see they can take back. */
export function quieterRuleRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/people/me/quieter-rules',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Rules I called not useful, and which of them speak later to me for it',
        description:
          'Two in a row make a rule speak later. A warning that I say “on it” to, or that the car’s way shows was acted on, ends that; so does DELETE.',
        response: answers({ 200: z.strictObject({ rules: z.array(ruleView) }) }),
      },
    },
    async (request) => {
      const { personId } = principalOf(request);
      return { rules: (await state.notifications.listDoubts(personId)).map(viewOf) };
    },
  );

  server.delete(
    '/v1/people/me/quieter-rules/:ruleId',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Let that rule speak to me as it does to others',
        params: z.strictObject({ ruleId: recordKey }),
        response: answers({ 204: noContent }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      if (!(await state.notifications.clearDoubts(personId, request.params.ruleId))) throw notFound();
      return reply.code(204).send();
    },
  );
}
