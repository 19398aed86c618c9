import { type AddressInfo, createServer, type Server } from 'node:net';
import { manualClock, silentLog } from '@outrider/runtime';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { closedPort, fakeMailServer } from '../fakes/mail-server.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver } from '../notifier.fixture.ts';
import { createEmail, escapeHtml, mailOf } from './email.ts';

const signal = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const mailServer = (options?: SMTPServerOptions) => fakeMailServer(closers, options);

/** A raw server: `answer` decides what it says to each line. */
async function rawServer(answer: (line: string, end: () => void) => string | undefined) {
  const sockets = new Set<import('node:net').Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 ready\r\n');
    socket.on('data', (data) => {
      for (const line of data
        .toString()
        .split('\r\n')
        .filter((one) => one !== '')) {
        const said = answer(line, () => socket.resetAndDestroy());
        if (said !== undefined && !socket.destroyed) socket.write(`${said}\r\n`);
      }
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const email = (
  smtpUrl: string,
  more: {
    fallbackUrl?: string;
    timeoutMs?: number;
    needsCode?: boolean;
  } = {},
) =>
  createEmail({
    ...{ smtpUrl, from: 'Outrider <warn@outrider.example>', log: silentLog },
    ...{ realClock: manualClock(0), ...more },
    forget: async (contactId) => void forgotten.push(contactId),
  });
const forgotten: string[] = [];

const refusing = (responseCode: number, text: string): SMTPServerOptions => ({
  onRcptTo: (_address, _session, done) => done(Object.assign(new Error(text), { responseCode })),
});

test('a mail arrives with stable id, thread, text and page', async () => {
  const server = await mailServer();
  expect(await email(server.url).deliver(exampleMessage(), signal)).toEqual({ kind: 'delivered' });
  const mail = server.mails[0] ?? '';
  expect(mail).toContain('Message-ID: <notification-1@outrider.example>');
  expect(mail).toContain('Subject: Battery: you may arrive below your reserve');
  expect(mail).toMatch(/References: <alert\.[\w-]+@outrider\.example>/);
  expect(mail).toContain('Auto-Submitted: auto-generated');
  expect(mail).toContain('To: driver@example.org');
  expect(mail).toContain('text/plain');
  expect(mail).toContain('text/html');
});

test('a second message about the alert joins its thread, one about another does not', () => {
  const first = mailOf(exampleMessage(), 'a@example.org', 'b@example.org');
  const second = mailOf(exampleMessage({ notificationId: 'n-2' }), 'a@example.org', 'b@example.org');
  const other = mailOf(exampleMessage({ alertId: 'alert-2' }), 'a@example.org', 'b@example.org');
  expect(second.references).toEqual(first.references);
  expect(second.messageId).not.toBe(first.messageId);
  expect(other.references).not.toEqual(first.references);
});

test('the subject names no place, and the page escapes what names bring along', () => {
  const mail = mailOf(exampleMessage(), 'a@example.org', 'b@example.org');
  expect(mail.subject).not.toContain('Milford');
  expect(mail.html).toContain('&lt;at the &quot;Diner&quot; &amp; Grill&gt;');
  expect(escapeHtml("<'>")).toBe('&lt;&#39;&gt;');
});

test('where to look is a line of its own, and none of a message that takes back', () => {
  const of = (change: Parameters<typeof exampleMessage>[0]) =>
    mailOf(exampleMessage(change), 'a@example.org', 'b@example.org');
  const runbook = 'https://wiki.example.org/?a=1&b=<2>';
  expect(of({ runbook }).text).toBe(`${of({}).text}\n${runbook}\n`);
  expect(of({ runbook }).html).toContain('<p>https://wiki.example.org/?a=1&amp;b=&lt;2&gt;</p></body>');
  expect(of({ runbook, purpose: 'resolve' }).text).toBe(of({ purpose: 'resolve' }).text);
});

test('a name or address cannot forge a header', async () => {
  const server = await mailServer();
  const message = exampleMessage({
    subject: 'x\r\nBcc: other@example.org',
    recipient: { ...driver, email: 'driver@example.org\r\nBcc: other@example.org' },
  });
  await email(server.url).deliver(message, signal);
  for (const mail of server.mails) expect(mail).not.toMatch(/^Bcc:/m);
});

test('somebody without an address cannot be reached', async () => {
  const message = exampleMessage({ recipient: { ...driver, email: null } });
  expect(email('smtp://127.0.0.1:1').reaches(message.recipient)).toBe(false);
  expect(await email('smtp://127.0.0.1:1').deliver(message, signal)).toEqual({
    kind: 'rejected',
    reason: 'target-gone',
  });
});

for (const { name, code, text, delivery } of [
  { name: '450: later', code: 450, text: 'later', delivery: { kind: 'retryable', reason: 'throttled' } },
  {
    name: '550: nobody there',
    code: 550,
    text: '5.1.1 nobody',
    delivery: { kind: 'rejected', reason: 'target-gone' },
  },
])
  test(`a server that answers ${name}`, async () => {
    const server = await mailServer(refusing(code, text));
    expect(await email(server.url).deliver(exampleMessage(), signal)).toEqual(delivery);
  });

for (const { name, code, text, isForgotten } of [
  { name: 'nobody there', code: 550, text: '5.1.1 nobody', isForgotten: true },
  { name: 'later', code: 450, text: 'later', isForgotten: false },
])
  test(`a proved address whose server says ${name} is ${isForgotten ? '' : 'not '}to be proved anew`, async () => {
    forgotten.length = 0;
    const server = await mailServer(refusing(code, text));
    const { email: target } = driver;
    if (target === null) throw new Error('no address');
    const proof = { contactId: 'contact-1', personId: driver.personId, channel: 'email', target } as const;
    const contacts = [{ ...proof, verifiedAtMs: 0, stoppedAtMs: null }];
    const message = exampleMessage({ recipient: { ...driver, contacts } });
    await email(server.url, { needsCode: true }).deliver(message, signal);
    expect(forgotten).toEqual(isForgotten ? ['contact-1'] : []);
  });

test('a server that refuses the message itself', async () => {
  const server = await mailServer({
    onData(stream, _session, done) {
      stream.resume();
      stream.on('end', () => done(Object.assign(new Error('5.7.1 spam'), { responseCode: 554 })));
    },
  });
  expect(await email(server.url).deliver(exampleMessage(), signal)).toEqual({
    kind: 'rejected',
    reason: 'bad-request',
  });
});

test('a server that does not know our password', async () => {
  const server = await mailServer({
    authOptional: false,
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(Object.assign(new Error('no'), { responseCode: 535 })),
  });
  const url = server.url.replace('smtp://', 'smtp://user:wrong%40word@');
  expect(await email(url).deliver(exampleMessage(), signal)).toEqual({
    kind: 'retryable',
    reason: 'not-authorised',
  });
});

test('nobody listening is certain non-delivery', async () => {
  expect(await email(await closedPort()).deliver(exampleMessage(), signal)).toEqual({
    kind: 'retryable',
    reason: 'unreachable',
  });
});

test('a server that says nothing times out', async () => {
  const url = await rawServer(() => undefined);
  expect(await email(url, { timeoutMs: 100 }).deliver(exampleMessage(), signal)).toEqual({
    kind: 'retryable',
    reason: 'timed-out',
  });
});

/** Takes the envelope, then resets the connection once the message is through. */
const resettingAfterData = () =>
  rawServer((line, reset) => {
    if (line === '.') reset();
    else if (line.startsWith('EHLO') || line.startsWith('MAIL') || line.startsWith('RCPT')) return '250 ok';
    else if (line === 'DATA') return '354 go on';
    return undefined;
  });

test('a connection lost after the message leaves us unsure', async () => {
  expect(await email(await resettingAfterData()).deliver(exampleMessage(), signal)).toEqual({
    kind: 'retryable',
    reason: 'ambiguous',
  });
});

test('the second server is asked when the first certainly did not take the mail', async () => {
  const fallback = await mailServer();
  const channel = email(await closedPort(), { fallbackUrl: fallback.url });
  expect(await channel.deliver(exampleMessage(), signal)).toEqual({ kind: 'delivered' });
  expect(fallback.mails).toHaveLength(1);
});

test('the second server is not asked when the first may have taken it', async () => {
  const fallback = await mailServer();
  const channel = email(await resettingAfterData(), { fallbackUrl: fallback.url });
  expect(await channel.deliver(exampleMessage(), signal)).toEqual({ kind: 'retryable', reason: 'ambiguous' });
  expect(fallback.mails).toHaveLength(0);
});

test('the second server is not asked for an address that is not there', async () => {
  const fallback = await mailServer();
  const first = await mailServer(refusing(550, '5.1.1 nobody'));
  const channel = email(first.url, { fallbackUrl: fallback.url });
  expect((await channel.deliver(exampleMessage(), signal)).kind).toBe('rejected');
  expect(fallback.mails).toHaveLength(0);
});

test('where a code is needed, only an address that was proved gets mail', async () => {
  const server = await mailServer();
  const channel = email(server.url, { needsCode: true });
  const proved = {
    ...({ contactId: 'contact-1', personId: driver.personId, channel: 'email', verifiedAtMs: 0 } as const),
    ...{ target: driver.email ?? '', stoppedAtMs: null },
  };
  for (const { contacts, isReached } of [
    { contacts: [], isReached: false },
    { contacts: [{ ...proved, target: 'other@example.org' }], isReached: false },
    { contacts: [proved], isReached: true },
  ]) {
    const recipient = { ...driver, contacts };
    expect(channel.reaches(recipient)).toBe(isReached);
    const { kind } = await channel.deliver(exampleMessage({ recipient }), signal);
    expect(kind).toBe(isReached ? 'delivered' : 'rejected');
  }
  expect(server.mails).toHaveLength(1);
});

test('a code goes to an address that nobody proved yet', async () => {
  const server = await mailServer();
  const text = {
    target: 'new@example.org',
    subject: 'Your code',
    text: '012345',
    createdAtMs: 0,
    expiresAtMs: 1,
  };
  expect(await email(server.url, { needsCode: true }).sendText?.(text, signal)).toEqual({
    kind: 'delivered',
  });
  expect(server.mails[0]).toContain('To: new@example.org');
  expect(server.mails[0]).toContain('Subject: Your code');
  expect(server.mails[0]).toContain('012345');
});
