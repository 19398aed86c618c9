import { personId } from '@outrider/domain';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { HELPER_ROLES } from '../credentials.ts';
import { type ApiServer, answers } from '../server.ts';

const colleagueList = z.strictObject({
  colleagues: z.array(
    z.strictObject({
      personId,
      name: z.string(),
      roles: z.array(z.enum(HELPER_ROLES)).describe('As what they are here.'),
    }),
  ),
});

/** Colleagues a car can be handed over to. */
export function colleagueRoutes(server: ApiServer, { state }: ApiContext): void {
  server.get(
    '/v1/colleagues',
    {
      config: { roles: ['operator'] },
      schema: {
        tags: ['assignments'],
        summary: 'Crew and operators: who can be given a part in a car that needs help',
        response: answers({ 200: colleagueList }),
      },
    },
    async () => {
      const held = Map.groupBy(await state.tokens.holdersOf(HELPER_ROLES), (one) => one.personId);
      const colleagues = [];
      for (const [id, tokens] of held) {
        const person = await state.people.find(id);
        const roles = HELPER_ROLES.filter((role) => tokens.some((one) => one.role === role));
        if (person !== undefined) colleagues.push({ personId: id, name: person.name, roles });
      }
      return { colleagues: colleagues.toSorted((a, b) => a.name.localeCompare(b.name)) };
    },
  );
}
