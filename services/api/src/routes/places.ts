import { position } from '@outrider/domain';
import { readTypedCoordinates } from '@outrider/providers';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers } from '../server.ts';

const question = z.strictObject({ text: z.string().trim().min(2).max(200) });
const placeList = z.strictObject({
  places: z
    .array(z.strictObject({ name: z.string(), ...position.shape }))
    .describe('The likeliest first: a plan takes one of them as origin or stop.'),
});

/** Longer than this nobody waits for a place. */
const WAIT_MS = 10_000;

/** Where an address is, for plans: whoever asks chooses among the answers. */
export function placeRoutes(server: ApiServer, { finder }: ApiContext): void {
  server.post(
    '/v1/places',
    {
      config: { roles: OWNER_ROLES, cost: 50 },
      schema: {
        tags: ['trips'],
        summary: 'Find a place by its name, address or coordinates',
        description:
          'Coordinates are read here. Anything else is sent, as it is and with nothing beside it, to the server that the operator has set up.',
        body: question,
        response: answers({ 200: placeList }),
      },
    },
    async (request) => {
      const { text } = request.body;
      const typed = readTypedCoordinates(text);
      if (typed !== undefined) return { places: [typed] };
      const places = await finder?.look(text, AbortSignal.timeout(WAIT_MS));
      if (places === undefined)
        throw new ApiError('unavailable', 'Nobody can be asked for places now: give coordinates.');
      return { places: [...places] };
    },
  );
}
