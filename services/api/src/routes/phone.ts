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
/** Codes per person, and per number whoever asks: a stranger's phone is not to be rung all day. */
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

/** A number gets SMS once its owner has entered a code that was sent to it. */
export function phoneRoutes(server: ApiServer, context: ApiContext): void {
  askRoutes(server, context);
  enterRoute(server, context);
}

function askRoutes(server: ApiServer, { state, eventClock }: ApiContext): void {
  server.post(
    '/v1/people/me/phone/code',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Send a code to my phone number',
        response: answers({ 202: codeView }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      const { code, waitMs } = await state.transaction((tx) => askForCode(tx, personId, nowMs));
      if (code === undefined) {
        reply.header('retry-after', Math.ceil(waitMs / 1000));
        throw new ApiError('too-many-requests');
      }
      return reply.code(202).send(viewCode(code, nowMs));
    },
  );

  server.get(
    '/v1/people/me/phone/code',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'What became of the code for my phone number',
        response: answers({ 200: codeView }),
      },
    },
    async (request) => {
      const nowMs = eventClock.nowMs();
      const { personId } = principalOf(request);
      const newest = await state.transaction((tx) => newestCode(tx, personId, nowMs));
      if (newest === undefined) throw notFound();
      return viewCode(newest, nowMs);
    },
  );
}

function enterRoute(server: ApiServer, { state, eventClock }: ApiContext): void {
  server.post(
    '/v1/people/me/phone/verify',
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: 'Enter the code: from now on SMS may be sent to my number',
        body: codeBody,
        response: answers({ 200: personView }),
      },
    },
    async (request) => {
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      // By itself: an attempt counts whatever comes of it.
      const newest = await state.transaction((tx) => newestCode(tx, personId, nowMs));
      const text = newest !== undefined && isOpen(newest, nowMs) ? newest : undefined;
      const isTried = text !== undefined && (await state.serviceTexts.spendAttempt(text.textId));
      if (!isTried || !isRight(text, request.body.code)) throw wrongCode();
      return viewPerson(await state.transaction((tx) => keepNumber(tx, text, nowMs)));
    },
  );
}

const wrongCode = (): ApiError =>
  new ApiError('invalid', 'The body is not as documented.', [
    { path: 'code', message: 'is not the code that was sent last, or that one is over: ask for another' },
  ]);

async function askForCode(tx: State, personId: string, nowMs: number) {
  const target = await phoneOf(tx, personId);
  await tx.serviceTexts.removeBefore(nowMs - 2 * DAY_MS);
  const since = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  const asked = since.filter(({ kind }) => kind === 'code');
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
    channel: 'sms',
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

async function phoneOf(tx: State, personId: string): Promise<string> {
  const person = await tx.people.find(personId);
  if (person === undefined) throw notFound();
  if (person.phone !== null) return person.phone;
  throw new ApiError('conflict', 'There is no phone number yet: give one with PATCH /v1/people/me.');
}

/** The one that was asked for last, for the number as it is now. */
async function newestCode(tx: State, personId: string, nowMs: number): Promise<ServiceText | undefined> {
  const target = await phoneOf(tx, personId);
  const asked = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  return asked.find((one) => one.kind === 'code' && one.personId === personId && one.target === target);
}

const isOpen = ({ state, expiresAtMs }: ServiceText, nowMs: number): boolean =>
  (state === 'sent' || state === 'sending' || state === 'failed') && nowMs < expiresAtMs;

function isRight({ textId, codeHash }: ServiceText, entered: string): boolean {
  if (codeHash === null) return false;
  return timingSafeEqual(Buffer.from(hashCode(entered, textId)), Buffer.from(codeHash));
}

/** The number is theirs, and SMS are switched on: that is what they proved it for. */
async function keepNumber(tx: State, text: ServiceText, nowMs: number) {
  const { personId, target, textId } = text;
  const person = await tx.people.find(personId);
  const newest = await newestCode(tx, personId, nowMs);
  // Meanwhile another number was given, or another code asked for or entered.
  if (person === undefined || newest?.textId !== textId || !isOpen(newest, nowMs)) throw wrongCode();
  await tx.serviceTexts.change(textId, newest.state, { state: 'used' });
  const contactId = contentId('contact', personId, 'sms', target);
  await tx.contacts.put({
    contactId,
    personId,
    channel: 'sms',
    target,
    verifiedAtMs: nowMs,
    stoppedAtMs: null,
  });
  const channels = person.channels.includes('sms') ? person.channels : [...person.channels, 'sms' as const];
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
