import { timingSafeEqual } from 'node:crypto';
import { contentId, hashCode, randomId } from '@outrider/runtime';
import type { ServiceText, State } from '@outrider/state';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { ROLES } from '../credentials.ts';
import { ApiError, notFound } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { iso, isoText } from '../shapes/fields.ts';
import { personView, viewPerson } from '../shapes/people.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** As the text itself says. */
const CODE_LIVES_MS = 10 * MINUTE_MS;
const ATTEMPTS = 5;
/** Codes per person, and per address whoever asks: a stranger's phone is not to be rung all day. */
const RATES = [
  { count: 1, windowMs: MINUTE_MS },
  { count: 3, windowMs: 60 * MINUTE_MS },
  { count: 6, windowMs: DAY_MS },
];

const codeView = z.strictObject({
  state: z
    .enum(['waiting', 'sent', 'failed', 'used', 'expired'])
    .describe('`waiting` also while a car of yours moves; `failed`: it could not be sent, ask for another.'),
  expiresAt: isoText,
  attemptsLeft: z.number().describe('Wrong codes that may still be entered.'),
});
const codeBody = z.strictObject({ code: z.string().regex(/^\d{6}$/, 'six digits') });

/** An address that a code proves, and the channel that it is for. */
interface Provable {
  readonly field: 'phone' | 'email';
  readonly channel: 'sms' | 'email';
  readonly name: string;
}

const PROVABLE: readonly Provable[] = [
  { field: 'phone', channel: 'sms', name: 'phone number' },
  { field: 'email', channel: 'email', name: 'e-mail address' },
];

/** A number gets SMS once its owner has entered a code that was sent to it; an e-mail address, where that is asked for. */
export function addressCodeRoutes(server: ApiServer, context: ApiContext): void {
  for (const provable of PROVABLE) {
    askRoutes(server, context, provable);
    enterRoute(server, context, provable);
  }
}

function askRoutes(server: ApiServer, { state, eventClock }: ApiContext, provable: Provable): void {
  const path = `/v1/people/me/${provable.field}/code`;
  server.post(
    path,
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: `Send a code to my ${provable.name}`,
        response: answers({ 202: codeView }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      const { code, waitMs } = await state.transaction((tx) => askForCode(tx, personId, provable, nowMs));
      if (code === undefined) {
        reply.header('retry-after', Math.ceil(waitMs / 1000));
        throw new ApiError('too-many-requests');
      }
      return reply.code(202).send(viewCode(code, nowMs));
    },
  );

  server.get(
    path,
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: `What became of the code for my ${provable.name}`,
        response: answers({ 200: codeView }),
      },
    },
    async (request) => {
      const nowMs = eventClock.nowMs();
      const { personId } = principalOf(request);
      const newest = await state.transaction((tx) => newestCode(tx, personId, provable, nowMs));
      if (newest === undefined) throw notFound();
      return viewCode(newest, nowMs);
    },
  );
}

function enterRoute(server: ApiServer, { state, eventClock }: ApiContext, provable: Provable): void {
  server.post(
    `/v1/people/me/${provable.field}/verify`,
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: `Enter the code: from now on warnings may go to my ${provable.name}`,
        body: codeBody,
        response: answers({ 200: personView }),
      },
    },
    async (request) => {
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      // By itself: an attempt counts whatever comes of it.
      const newest = await state.transaction((tx) => newestCode(tx, personId, provable, nowMs));
      const text = newest !== undefined && isOpen(newest, nowMs) ? newest : undefined;
      const isTried = text !== undefined && (await state.serviceTexts.spendAttempt(text.textId));
      if (!isTried || !isRight(text, request.body.code)) throw wrongCode();
      return viewPerson(await state.transaction((tx) => keepAddress(tx, text, provable, nowMs)));
    },
  );
}

const wrongCode = (): ApiError =>
  new ApiError('invalid', 'The body is not as documented.', [
    { path: 'code', message: 'is not the code that was sent last, or that one is over: ask for another' },
  ]);

async function askForCode(tx: State, personId: string, provable: Provable, nowMs: number) {
  const target = await addressOf(tx, personId, provable);
  await tx.serviceTexts.removeBefore(nowMs - 2 * DAY_MS);
  const since = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  const asked = since.filter(({ kind, channel }) => kind === 'code' && channel === provable.channel);
  const waitMs = Math.max(
    0,
    ...RATES.map(({ count, windowMs }) => {
      const nth = asked[count - 1];
      return nth === undefined ? 0 : nth.requestedAtMs + windowMs - nowMs;
    }),
  );
  if (waitMs > 0) return { code: undefined, waitMs };
  for (const { textId, state: from } of asked.filter((one) => one.personId === personId))
    if (from !== 'used') await tx.serviceTexts.change(textId, from, { state: 'used' });
  const code: ServiceText = {
    textId: randomId('code'),
    personId,
    kind: 'code',
    channel: provable.channel,
    target,
    requestedAtMs: nowMs,
    expiresAtMs: nowMs + CODE_LIVES_MS,
    state: 'waiting',
    codeHash: null,
    attemptsLeft: ATTEMPTS,
  };
  await tx.serviceTexts.insert(code);
  return { code, waitMs };
}

async function addressOf(tx: State, personId: string, { field, name }: Provable): Promise<string> {
  const person = await tx.people.find(personId);
  if (person === undefined) throw notFound();
  const address = person[field];
  if (address !== null) return address;
  throw new ApiError('conflict', `There is no ${name} yet: give one with PATCH /v1/people/me.`);
}

/** The one that was asked for last, for the address as it is now. */
async function newestCode(
  tx: State,
  personId: string,
  provable: Provable,
  nowMs: number,
): Promise<ServiceText | undefined> {
  const target = await addressOf(tx, personId, provable);
  const asked = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  const isOfIt = (one: ServiceText) =>
    one.kind === 'code' && one.channel === provable.channel && one.target === target;
  return asked.find((one) => one.personId === personId && isOfIt(one));
}

const isOpen = ({ state, expiresAtMs }: ServiceText, nowMs: number): boolean =>
  (state === 'sent' || state === 'sending' || state === 'failed') && nowMs < expiresAtMs;

function isRight({ textId, codeHash }: ServiceText, entered: string): boolean {
  if (codeHash === null) return false;
  return timingSafeEqual(Buffer.from(hashCode(entered, textId)), Buffer.from(codeHash));
}

/** The address is theirs, and its channel switched on: that is what they proved it for. */
async function keepAddress(tx: State, text: ServiceText, provable: Provable, nowMs: number) {
  const { channel } = provable;
  const { personId, target, textId } = text;
  const person = await tx.people.find(personId);
  const newest = await newestCode(tx, personId, provable, nowMs);
  // Meanwhile another address was given, or another code asked for or entered.
  if (person === undefined || newest?.textId !== textId || !isOpen(newest, nowMs)) throw wrongCode();
  await tx.serviceTexts.change(textId, newest.state, { state: 'used' });
  const contactId = contentId('contact', personId, channel, target);
  await tx.contacts.put({ contactId, personId, channel, target, verifiedAtMs: nowMs, stoppedAtMs: null });
  const channels = person.channels.includes(channel) ? person.channels : [...person.channels, channel];
  await tx.people.update(personId, { channels });
  const verified = await tx.people.find(personId);
  if (verified === undefined) throw notFound();
  return verified;
}

function viewCode(code: ServiceText, nowMs: number): z.infer<typeof codeView> {
  const state = code.state === 'sending' ? 'waiting' : code.state;
  const isOver = state !== 'used' && code.expiresAtMs <= nowMs;
  return {
    state: isOver ? 'expired' : state,
    expiresAt: iso(code.expiresAtMs),
    attemptsLeft: code.attemptsLeft,
  };
}
