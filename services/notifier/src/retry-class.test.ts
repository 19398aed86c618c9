import { expect, test } from 'vitest';
import {
  classOfConnectionError,
  classOfHttpStatus,
  classOfSmtpError,
  deliveryOf,
  isDefinite,
  retryAfterMs,
  retryDelayMs,
} from './retry-class.ts';

for (const [status, retryClass] of [
  [200, undefined],
  [204, undefined],
  [299, undefined],
  [301, 'permanent-request'],
  [400, 'permanent-request'],
  [401, 'auth'],
  [403, 'auth'],
  [404, 'transient'],
  [408, 'timed-out'],
  [410, 'permanent-target'],
  [413, 'permanent-request'],
  [429, 'throttled'],
  [500, 'ambiguous'],
  [501, 'ambiguous'],
  [502, 'transient'],
  [503, 'transient'],
  [504, 'transient'],
] as const)
  test(`HTTP ${status} is ${retryClass ?? 'delivered'}`, () =>
    expect(classOfHttpStatus(status)).toBe(retryClass));

for (const { name, error, isDataSent = false, retryClass } of [
  {
    name: 'a mailbox that is not there',
    error: { code: 'EENVELOPE', responseCode: 550, response: '550 5.1.1 no such user', command: 'RCPT TO' },
    retryClass: 'permanent-target',
  },
  {
    name: 'a disabled mailbox',
    error: { code: 'EMESSAGE', responseCode: 554, response: '554 5.2.1 disabled', command: 'DATA' },
    isDataSent: true,
    retryClass: 'permanent-target',
  },
  {
    name: 'a message that is refused',
    error: { code: 'EMESSAGE', responseCode: 554, response: '554 5.7.1 spam', command: 'DATA' },
    isDataSent: true,
    retryClass: 'permanent-request',
  },
  {
    name: 'a full mailbox for now',
    error: { code: 'EENVELOPE', responseCode: 452, response: '452 4.2.2 full', command: 'RCPT TO' },
    retryClass: 'throttled',
  },
  {
    name: 'greylisting',
    error: { code: 'EENVELOPE', responseCode: 450, response: '450 later', command: 'RCPT TO' },
    retryClass: 'throttled',
  },
  {
    name: 'a bad password',
    error: { code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' },
    retryClass: 'auth',
  },
  {
    name: 'a login that is demanded',
    error: { responseCode: 530, command: 'MAIL FROM' },
    retryClass: 'auth',
  },
  { name: 'a confused session', error: { responseCode: 503, command: 'MAIL FROM' }, retryClass: 'transient' },
  { name: 'a refused connection', error: { code: 'ESOCKET', command: 'CONN' }, retryClass: 'transient' },
  { name: 'a name that does not resolve', error: { code: 'EDNS', command: 'CONN' }, retryClass: 'transient' },
  {
    name: 'a timeout before the data',
    error: { code: 'ETIMEDOUT', command: 'CONN' },
    retryClass: 'timed-out',
  },
  {
    name: 'a timeout after the data',
    error: { code: 'ETIMEDOUT', command: 'CONN' },
    isDataSent: true,
    retryClass: 'ambiguous',
  },
  {
    name: 'a connection lost after the data',
    error: { code: 'ECONNECTION', command: 'CONN' },
    isDataSent: true,
    retryClass: 'ambiguous',
  },
  {
    name: 'an address that is none',
    error: { code: 'EENVELOPE', command: 'API' },
    retryClass: 'permanent-target',
  },
])
  test(`SMTP: ${name} is ${retryClass}`, () => expect(classOfSmtpError(error, isDataSent)).toBe(retryClass));

test('a failure before anything was sent is certain, one after it is not', () => {
  expect(classOfConnectionError('ECONNREFUSED', true)).toBe('transient');
  expect(classOfConnectionError('ECONNRESET', false)).toBe('transient');
  expect(classOfConnectionError('ECONNRESET', true)).toBe('ambiguous');
  expect(classOfConnectionError('ETIMEDOUT', false)).toBe('timed-out');
  expect(classOfConnectionError('ETIMEDOUT', true)).toBe('ambiguous');
});

test('another provider is asked only after certain non-delivery', () => {
  for (const definite of ['auth', 'throttled', 'transient', 'timed-out'] as const)
    expect(isDefinite(definite)).toBe(true);
  for (const other of ['ambiguous', 'permanent-target', 'permanent-request'] as const)
    expect(isDefinite(other)).toBe(false);
});

const NOW_MS = Date.parse('2026-01-23T14:00:00Z');

for (const [value, ms] of [
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 23 Jan 2026 14:01:00 GMT', 60_000],
  ['Fri, 23 Jan 2026 13:59:59 GMT', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['99999999999999', undefined],
  ['', undefined],
  [undefined, undefined],
] as const)
  test(`Retry-After ${JSON.stringify(value)} is ${ms ?? 'not understood'}`, () =>
    expect(retryAfterMs(value, NOW_MS)).toBe(ms));

test('the delay grows with full jitter up to five minutes', () => {
  const delivery = { kind: 'retryable', reason: 'unreachable' } as const;
  expect(retryDelayMs(0, delivery, () => 0.999999)).toBe(1_000);
  expect(retryDelayMs(3, delivery, () => 0.999999)).toBe(8_000);
  expect(retryDelayMs(1_000, delivery, () => 0.999999)).toBe(300_000);
  expect(retryDelayMs(3, delivery, () => 0)).toBe(0);
});

test('the delay is never shorter than what the provider asks for', () => {
  const delivery = { kind: 'retryable', reason: 'throttled', retryAfterMs: 60_000 } as const;
  expect(retryDelayMs(0, delivery, () => 0)).toBe(60_000);
  expect(retryDelayMs(10, delivery, () => 0.999999)).toBe(300_000);
});

test('a delivery says why, and until when when that is known', () => {
  expect(deliveryOf('permanent-target')).toEqual({ kind: 'rejected', reason: 'target-gone' });
  expect(deliveryOf('throttled', 5_000)).toEqual({
    kind: 'retryable',
    reason: 'throttled',
    retryAfterMs: 5_000,
  });
});
