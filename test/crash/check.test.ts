import type { NotificationRow } from '@outrider/state';
import { expect, test } from 'vitest';
import type { Found } from '../proof/examine.ts';
import type { FrameEntry } from '../proof/load.ts';
import { RULE_ID } from '../proof/parked-car.ts';
import { type Ledger, repeatsOf } from '../proof/promises.ts';
import { check } from './check.ts';
import { GAP_MAX_MS, PROMPT_MS, SEEN_MS } from './script.ts';

const CAR = { index: 0, vehicleId: 'veh_a', token: 'dev_a', driverToken: 'p', tripId: 't' } as const;
const FALL_MS = 1_000_000;

const frame = (number: number, observedAtMs: number, change: Partial<FrameEntry> = {}): FrameEntry => ({
  ...{ carIndex: 0, number, phase: 1, observedAtMs, sent: 1, ackedAtMs: observedAtMs + 5 },
  ...change,
});

/** Six frames of one fall, over this time. */
function seenFor(spanMs: number): readonly FrameEntry[] {
  return Array.from({ length: 6 }, (_, index) => frame(index + 1, FALL_MS + (spanMs * index) / 5));
}

/** A run in which every promise was kept: two frames, one alert, one message. */
const ledger: Ledger = {
  cars: [CAR],
  entries: seenFor(SEEN_MS),
  sent: [{ channel: 'webhook', notificationId: 'n-1', alertId: 'a-1', to: '/hook' }],
  endMs: FALL_MS + 600_000,
};

const notification: NotificationRow = {
  notificationId: 'n-1',
  alertId: 'a-1',
  revision: 1,
  vehicleId: 'veh_a',
  ruleId: RULE_ID,
  subject: 'stop-1',
  personId: 'per_a',
  channel: 'webhook',
  state: 'sent',
  severity: 'critical',
  interrupts: true,
  purpose: 'alert',
  reason: null,
  createdAtMs: FALL_MS,
  changedAtMs: FALL_MS,
  expiresAtMs: FALL_MS,
  notBeforeMs: FALL_MS,
  attempts: 1,
  keyId: null,
  box: null,
};

const found: Found = {
  storedNumbers: new Map([['veh_a', [1, 2, 3, 4, 5, 6]]]),
  alerts: [
    { alertId: 'a-1', vehicleId: 'veh_a', ruleId: RULE_ID, subject: 's', revision: 1, startedAtMs: FALL_MS },
  ],
  published: [{ alertId: 'a-1', revision: 1 }],
  notifications: [notification],
  unreadableAlerts: 0,
};

const brokenBy = (change: { readonly ledger?: Partial<Ledger>; readonly found?: Partial<Found> }) =>
  check({ ...ledger, ...change.ledger }, { ...found, ...change.found })
    .filter(({ broken }) => broken.length > 0)
    .map(({ promise }) => promise);

test('a run in which everything is there breaks nothing, and puts every promise to the test', () => {
  expect(brokenBy({})).toEqual([]);
  expect(check(ledger, found).every(({ checked }) => checked > 0)).toBe(true);
});

test('an acknowledged frame that is not stored is noticed, one that was never acknowledged is not missed', () => {
  expect(brokenBy({ found: { storedNumbers: new Map([['veh_a', [1, 3, 4, 5, 6]]]) } })).toEqual([
    'acked frames are in the series',
  ]);
  const entries = [...ledger.entries, frame(7, FALL_MS + 1, { ackedAtMs: undefined })];
  expect(brokenBy({ ledger: { entries } })).toEqual([]);
});

test('a frame stored twice, and one nobody sent, are noticed', () => {
  expect(brokenBy({ found: { storedNumbers: new Map([['veh_a', [1, 2, 2, 3, 4, 5, 6]]]) } })).toEqual([
    'no frame is stored twice',
  ]);
  expect(brokenBy({ found: { storedNumbers: new Map([['veh_a', [1, 2, 3, 4, 5, 6, 9]]]) } })).toEqual([
    'nothing is stored that was not sent',
  ]);
});

test('a fall without its alert is noticed once the server knew of it long enough', () => {
  const none = { alerts: [], published: [], notifications: [] };
  const noMessage = { sent: [] };
  expect(brokenBy({ found: none, ledger: noMessage })).toEqual(['every fall of the charge raised its alert']);
  const isMissed = (entries: readonly FrameEntry[]) =>
    brokenBy({ found: none, ledger: { ...noMessage, entries } }).includes(
      'every fall of the charge raised its alert',
    );
  const whole = seenFor(SEEN_MS);
  expect(isMissed(whole)).toBe(true);
  expect(isMissed(seenFor(SEEN_MS - 5))).toBe(false);
  const late = { ackedAtMs: FALL_MS + SEEN_MS + PROMPT_MS + 1 };
  expect(isMissed(whole.map((one) => (one.number === 6 ? { ...one, ...late } : one)))).toBe(false);
  expect(3 * (SEEN_MS / 5)).toBeGreaterThan(GAP_MAX_MS);
  expect(isMissed(whole.filter(({ number }) => number < 3 || number > 4))).toBe(false);
});

test('a second alert of the same fall, and one without a fall, are noticed', () => {
  const second = (startedAtMs: number) => ({
    alerts: [
      ...found.alerts,
      { alertId: 'a-2', vehicleId: 'veh_a', ruleId: RULE_ID, subject: 's', revision: 1, startedAtMs },
    ],
    published: [...found.published, { alertId: 'a-2', revision: 1 }],
    notifications: [notification, { ...notification, notificationId: 'n-2', alertId: 'a-2' }],
  });
  const sent = [
    ...ledger.sent,
    { channel: 'webhook', notificationId: 'n-2', alertId: 'a-2', to: '/hook' } as const,
  ];
  expect(brokenBy({ found: second(FALL_MS + 60_000), ledger: { sent } })).toEqual(['no fall raised two']);
  expect(brokenBy({ found: second(FALL_MS - 1), ledger: { sent } })).toEqual(['no alert without a fall']);
});

test('a revision that never reached the log is noticed', () => {
  const alerts = found.alerts.map((one) => ({ ...one, revision: 2 }));
  expect(brokenBy({ found: { alerts } })).toEqual(['every revision of every alert is in alerts.v1']);
});

test('an alert nobody decided, and a message that never arrived, are noticed', () => {
  expect(brokenBy({ found: { notifications: [] }, ledger: { sent: [] } })).toEqual([
    'every alert was decided by the notifier',
  ]);
  expect(brokenBy({ ledger: { sent: [] } })).toEqual(['what counts as sent has arrived']);
});

test('a message that failed or is stuck is noticed, one that waits for its time is not', () => {
  const waiting = (notBeforeMs: number) => ({
    found: { notifications: [{ ...notification, state: 'waiting', notBeforeMs } as const] },
    ledger: { sent: [] },
  });
  expect(brokenBy(waiting(ledger.endMs - 1))).toEqual(['no message failed, expired or is stuck']);
  expect(brokenBy(waiting(ledger.endMs))).toEqual([]);
});

test('the same step under two ids is a double, under one id a repeat', () => {
  const sent = [
    ...ledger.sent,
    { channel: 'webhook', notificationId: 'n-2', alertId: 'a-2', to: '/hook' } as const,
  ];
  const notifications = [notification, { ...notification, notificationId: 'n-2' }];
  expect(brokenBy({ found: { notifications }, ledger: { sent } })).toEqual([
    'no step was told under two ids',
  ]);
  expect(brokenBy({ ledger: { sent: [...ledger.sent, ...ledger.sent] } })).toEqual([]);
  expect(repeatsOf([...ledger.sent, ...ledger.sent])).toBe(1);
});
