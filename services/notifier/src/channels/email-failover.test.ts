import { type ManualClock, manualClock, silentLog } from '@outrider/runtime';
import { afterEach, expect, test } from 'vitest';
import { closedPort, fakeMailServer } from '../fakes/mail-server.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import type { ProviderRate } from '../provider-gate.ts';
import { createEmail } from './email.ts';

const signal = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const email = (
  smtpUrl: string,
  more: { fallbackUrl?: string; realClock?: ManualClock; rate?: ProviderRate } = {},
) =>
  createEmail({
    ...{ smtpUrl, from: 'Outrider <warn@outrider.example>', log: silentLog },
    ...{ realClock: manualClock(0), forget: async () => {}, ...more },
  });

/** After five mails to two servers of which the first is not there. */
const afterFive = async (change: object) => {
  const fallback = await fakeMailServer(closers);
  const channel = email(await closedPort(), { fallbackUrl: fallback.url });
  for (let count = 0; count < 5; count++) await channel.deliver(exampleMessage(), signal);
  return { came: await channel.deliver(exampleMessage(change), signal), mails: fallback.mails };
};

test('while the first server rests the second is taken', async () => {
  const { came, mails } = await afterFive({});
  expect(came).toEqual({ kind: 'delivered' });
  expect(mails).toHaveLength(6);
});

test('one that the first may have taken waits for it', async () => {
  const { came, mails } = await afterFive({ isMaybeThere: true });
  expect(came).toEqual({ kind: 'held', forMs: 30_000 });
  expect(mails).toHaveLength(5);
});

test('without room in its rate a mail waits, a critical one does not', async () => {
  const server = await fakeMailServer(closers);
  const realClock = manualClock(0);
  const channel = email(server.url, { realClock, rate: { count: 1, windowMs: 5_000 } });
  const deliver = (change = {}) => channel.deliver(exampleMessage(change), signal);
  expect(await deliver({ severity: 'warning' })).toEqual({ kind: 'delivered' });
  expect(await deliver({ severity: 'warning' })).toEqual({ kind: 'held', forMs: 5_000 });
  expect(await deliver({ severity: 'critical' })).toEqual({ kind: 'delivered' });
  realClock.advanceTo(5_000);
  expect(await deliver({ severity: 'warning' })).toEqual({ kind: 'delivered' });
  expect(server.mails).toHaveLength(3);
});
