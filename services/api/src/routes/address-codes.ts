import { timingSafeEqual } from 'node:crypto';
import type { ChannelName } from '@outrider/domain';
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
  /** As the paths have it. */
  readonly path: string;
  readonly channel: ChannelName;
  readonly name: string;
  /** Where it stands: with the person, or in what they say when they ask for the code. */
  readonly in: 'phone' | 'email' | z.ZodType<{ readonly address: string }>;
}

const ntfyTopic = z
  .strictObject({ topic: z.string().regex(/^[-_A-Za-z0-9]{1,64}$/, 'up to 64 letters, digits, - and _') })
  .transform(({ topic: address }) => ({ address }));

const slackChannel = z
  .strictObject({
    channel: z
      .string()
      .regex(/^[CG][A-Z0-9]{7,20}$/, 'a channel’s id like C0123456789, at the end of its details in Slack'),
  })
  .transform(({ channel: address }) => ({ address }));

const PROVABLE: readonly Provable[] = [
  { path: 'phone', channel: 'sms', name: 'phone number', in: 'phone' },
  { path: 'email', channel: 'email', name: 'e-mail address', in: 'email' },
  { path: 'ntfy', channel: 'ntfy', name: 'ntfy topic', in: ntfyTopic },
  { path: 'slack', channel: 'slack', name: 'Slack channel', in: slackChannel },
];

/** A number or topic is written to once its owner has entered a code that was sent there; an e-mail address, where that is asked for. */
export function addressCodeRoutes(server: ApiServer, context: ApiContext): void {
  for (const provable of PROVABLE) {
    askRoutes(server, context, provable);
    enterRoute(server, context, provable);
  }
}

function askRoutes(server: ApiServer, { state, eventClock }: ApiContext, provable: Provable): void {
  const path = `/v1/people/me/${provable.path}/code`;
  server.post(
    path,
    {
      config: { roles: ROLES },
      schema: {
        tags: ['people'],
        summary: `Send a code to my ${provable.name}`,
        ...(typeof provable.in === 'string' ? {} : { body: provable.in }),
        response: answers({ 202: codeView }),
      },
    },
    async (request, reply) => {
      const { personId } = principalOf(request);
      const nowMs = eventClock.nowMs();
      const said =
        typeof provable.in === 'string' ? undefined : (request.body as { address: string }).address;
      const { code, waitMs } = await state.transaction(async (tx) => {
        const target = said ?? (await addressOf(tx, personId, provable));
        return askForCode(tx, personId, provable.channel, target ?? '', nowMs);
      });
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
    `/v1/people/me/${provable.path}/verify`,
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

async function askForCode(tx: State, personId: string, channel: ChannelName, target: string, nowMs: number) {
  await tx.serviceTexts.removeBefore(nowMs - 2 * DAY_MS);
  const since = await tx.serviceTexts.listSince(personId, target, nowMs - DAY_MS);
  const asked = since.filter((one) => one.kind === 'code' && one.channel === channel);
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
    channel,
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

/** As it is now; undefined where only who asks says it. */
async function addressOf(
  tx: State,
  personId: string,
  { in: where, name }: Provable,
): Promise<string | undefined> {
  if (typeof where !== 'string') return undefined;
  const person = await tx.people.find(personId);
  if (person === undefined) throw notFound();
  const address = person[where];
  if (address !== null) return address;
  throw new ApiError('conflict', `There is no ${name} yet: give one with PATCH /v1/people/me.`);
}

/** The one that was asked for last; where the person has the address, for that. */
async function newestCode(
  tx: State,
  personId: string,
  provable: Provable,
  nowMs: number,
): Promise<ServiceText | undefined> {
  const target = await addressOf(tx, personId, provable);
  const asked = await tx.serviceTexts.listSince(personId, target ?? personId, nowMs - DAY_MS);
  const isOfIt = (one: ServiceText) =>
    one.kind === 'code' &&
    one.channel === provable.channel &&
    (target === undefined || one.target === target);
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
  // One that is no field of the person takes the place of the one before.
  if (typeof provable.in !== 'string')
    for (const other of person.contacts ?? [])
      if (other.channel === channel) await tx.contacts.remove(other.contactId);
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
