import type { NotificationRow } from '@outrider/state';
import { expect, test } from 'vitest';
import { check, type Outcome, repeatsIn } from './promises.ts';

const row: NotificationRow = {
  notificationId: 'n-1',
  alertId: 'a-1',
  revision: 1,
  vehicleId: 'veh_a',
  ruleId: 'arrival-below-reserve',
  subject: 'stop-1',
  personId: 'per_a',
  channel: 'webhook',
  state: 'sent',
  severity: 'critical',
  interrupts: true,
  purpose: 'alert',
  reason: 'escalation',
  createdAtMs: 0,
  changedAtMs: 180_000,
  expiresAtMs: 1,
  notBeforeMs: 0,
  attempts: 1,
  keyId: null,
  box: null,
};

const copy = { alertId: 'a-1', personId: 'per_a', channel: 'webhook', collapseKey: 'n-1', life: 0 } as const;

/** A run in which everything went well. */
const good: Outcome = {
  name: 'run',
  due: [{ alertId: 'a-1', personId: 'per_a', channel: 'webhook' }],
  copies: [copy],
  rows: [row],
  killedLives: new Set(),
  lostAnswers: [],
};

const brokenBy = (change: Partial<Outcome>) =>
  check([good, { ...good, ...change }])
    .filter(({ broken }) => broken.length > 0)
    .map(({ promise }) => promise);

test('a run in which each message was seen once breaks nothing, and puts every promise to the test', () => {
  expect(brokenBy({})).toEqual([]);
  expect(check([good, good]).every(({ checked }) => checked === 2)).toBe(true);
});

test('a message that never arrived is noticed, also when it counts as sent', () => {
  expect(brokenBy({ copies: [] })).toEqual([
    'every message became visible',
    'what counts as sent has arrived',
  ]);
  expect(brokenBy({ copies: [], rows: [] })).toEqual(['every message became visible']);
});

test('a second copy is seen when its key is another one, and only then', () => {
  const second = { ...copy, collapseKey: 'n-2' };
  const decided = [row, { ...row, notificationId: 'n-2' }];
  expect(brokenBy({ copies: [copy, second], rows: decided })).toEqual(['none became visible twice']);
  expect(brokenBy({ copies: [copy, second] })).toContain('nothing arrived that was not decided');
  const killedLives = new Set([0]);
  expect(brokenBy({ copies: [copy, { ...copy, life: 1 }], killedLives })).toEqual([]);
});

test('a copy too many needs a kill in its life or a lost answer', () => {
  const repeat = 'sent again only where nobody could know';
  expect(brokenBy({ copies: [copy, copy] })).toEqual([repeat]);
  expect(brokenBy({ copies: [copy, copy], lostAnswers: ['n-1'] })).toEqual([]);
  expect(brokenBy({ copies: [copy, copy], lostAnswers: ['n-2'] })).toEqual([repeat]);
  expect(brokenBy({ copies: [copy, copy], killedLives: new Set([1]) })).toEqual([repeat]);
  expect(brokenBy({ copies: [copy, copy, { ...copy, life: 1 }], killedLives: new Set([0]) })).toEqual([
    repeat,
  ]);
  const card = { ...copy, channel: 'feed' } as const;
  expect(brokenBy({ due: [card], copies: [card, card] })).toEqual([]);
});

test.each(['waiting', 'failed', 'expired', 'suppressed'] as const)(
  'a message left %s is noticed',
  (state) => {
    expect(brokenBy({ rows: [{ ...row, state }] })).toEqual(['none is stuck, failed or expired']);
  },
);

test('repeats that share a key are counted', () => {
  expect(repeatsIn([good, { ...good, copies: [copy, copy, { ...copy, collapseKey: 'n-2' }] }])).toBe(1);
});

test('one that came to somebody else is noticed, and so is one that did not come to both it was for', () => {
  const other = { ...copy, personId: 'per_b', collapseKey: 'n-2' };
  const rows = [row, { ...row, notificationId: 'n-2', personId: 'per_b' }];
  expect(brokenBy({ copies: [copy, other], rows })).toEqual(['nothing came to somebody it was not for']);
  const due = [...good.due, { alertId: 'a-1', personId: 'per_b', channel: 'webhook' as const }];
  expect(brokenBy({ due, copies: [copy, other], rows })).toEqual([]);
  expect(brokenBy({ due })).toEqual(['every message became visible']);
});

test('one in place of the driver is noticed when it came too soon, and one of the driver is not', () => {
  const soon = { ...row, changedAtMs: 179_999 };
  expect(brokenBy({ rows: [soon] })).toEqual(['nobody was told in place of the driver too soon']);
  expect(brokenBy({ rows: [{ ...soon, reason: null }] })).toEqual([]);
});
