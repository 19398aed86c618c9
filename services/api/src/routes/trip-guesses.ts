import { type ApiContext, askedBy } from '../context.ts';
import { OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { tripParams } from '../shapes/fields.ts';
import { tripView, viewTrip } from '../shapes/trips.ts';
import { keepTrip, ownTrip } from './trips.ts';

/** Whoever is guessed about has the last word: confirmed, a guess is a plan; withdrawn, it is not guessed again. */
export function tripGuessRoutes(server: ApiServer, context: ApiContext): void {
  server.post(
    '/v1/trips/:tripId/confirm',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['trips'],
        summary: 'Say that a guessed trip is right',
        description:
          'From its next revision on it is a plan, and is warned of like one. Its source goes on moving it. To say that it is wrong, withdraw it: the same entry is not guessed again.',
        params: tripParams,
        response: answers({ 200: tripView }),
      },
    },
    async (request) => {
      const { row, before } = await ownTrip(context, principalOf(request), request.params.tripId);
      if (before.withdrawn === true) throw new ApiError('conflict');
      if (before.isGuess !== true) return viewTrip(before);
      const record = { ...before, revision: before.revision + 1, isGuess: false };
      const asked = askedBy(context, request);
      await context.state.transaction((tx) => keepTrip(asked, tx, record, row.sourceId));
      context.pokeRelay();
      return viewTrip(record);
    },
  );
}
