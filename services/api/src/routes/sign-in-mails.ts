import { randomId } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { SIGN_IN_LIVES_MS } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers } from '../server.ts';

const asked = z.strictObject({ email: z.email().max(254) });
const taken = z.strictObject({
  state: z.literal('asked').describe('Whether anybody has this address is not said.'),
});

const MINUTE_MS = 60_000;
/** Links to one address: a stranger must not fill it. */
const RATES = [
  { count: 1, windowMs: MINUTE_MS },
  { count: 3, windowMs: 60 * MINUTE_MS },
  { count: 6, windowMs: 24 * 60 * MINUTE_MS },
];
const LONGEST_WINDOW_MS = 24 * 60 * MINUTE_MS;

/** Mails a link that signs in to whoever has the address. */
export function signInMailRoutes(server: ApiServer, { state, eventClock, settings }: ApiContext): void {
  server.post(
    '/v1/sign-in-mails',
    {
      config: { roles: 'public' },
      schema: {
        tags: ['sessions'],
        summary: 'Mail me a link that signs me in, once, within 15 minutes',
        description:
          'The same is answered whether or not anybody has the address, and however often it is asked.',
        body: asked,
        response: answers({ 202: taken }),
      },
    },
    async (request, reply) => {
      // Without it the mail could not say where: the name in a request is anybody's to choose.
      if (settings.publicUrl === undefined)
        throw new ApiError(
          'unavailable',
          'Links by mail are not set up here: use a token, or a link you were given.',
        );
      const { email } = request.body;
      await state.transaction((tx) => ask(tx, email, eventClock.nowMs()));
      return reply.code(202).send({ state: 'asked' as const });
    },
  );
}

async function ask(tx: State, email: string, nowMs: number): Promise<void> {
  const [personId, ...others] = await tx.people.idsOfEmail(email);
  // Of two who gave one address nobody can say which of them asks.
  if (personId === undefined || others.length > 0) return;
  const person = await tx.people.find(personId);
  if (person?.email === undefined || person.email === null) return;
  const target = person.email;
  const since = await tx.serviceTexts.listSince(personId, target, nowMs - LONGEST_WINDOW_MS);
  const links = since.filter(({ kind }) => kind === 'sign-in');
  const isTooOften = RATES.some(({ count, windowMs }) => {
    const nth = links[count - 1];
    return nth !== undefined && nth.requestedAtMs + windowMs > nowMs;
  });
  if (isTooOften) return;
  await tx.serviceTexts.insert({
    ...{ textId: randomId('link'), personId, kind: 'sign-in', channel: 'email', target },
    ...{ requestedAtMs: nowMs, expiresAtMs: nowMs + SIGN_IN_LIVES_MS },
    ...{ state: 'waiting', codeHash: null, attemptsLeft: 1 },
  });
}
