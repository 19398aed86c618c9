import type { AskedAlert, NotificationRow } from '@outrider/state';
import { describe, expect, test } from 'vitest';
import { type Care, type DigestBefore, digestKindOf, digestStep, isFlood, membersOf } from './digest.ts';
import { MINUTE_MS, START_MS } from './notifier.fixture.ts';
import { limits } from './stage.fixture.ts';

const asked = (count: number, change: Partial<AskedAlert> = {}): readonly AskedAlert[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ alertId: `alert-${at}`, vehicleId: `veh_${at}`, ruleId: 'silent-car', severity: 'warning' },
    ...{ askedAtMs: START_MS, expiresAtMs: START_MS + 60 * MINUTE_MS, isOver: false, isFlood: false },
    ...change,
  }));

describe('a flood', () => {
  const is = (others: readonly AskedAlert[], nowMs = START_MS) =>
    isFlood(others, 'this', nowMs, limits.flood);
  test('is the eleventh within ten minutes', () => {
    expect(is(asked(9))).toBe(false);
    expect(is(asked(10))).toBe(true);
    expect(isFlood(asked(10), 'alert-0', START_MS, limits.flood)).toBe(false);
  });
  test('forgets what is ten minutes old, and knows nothing of what is still to come', () => {
    expect(is(asked(10), START_MS + 10 * MINUTE_MS - 1)).toBe(true);
    expect(is(asked(10), START_MS + 10 * MINUTE_MS)).toBe(false);
    expect(is(asked(10), START_MS - 1)).toBe(false);
  });
  test('goes on until there are fewer than half', () => {
    expect(is([...asked(4), ...asked(1, { alertId: 'flood', isFlood: true })])).toBe(true);
    expect(is([...asked(3), ...asked(1, { alertId: 'flood', isFlood: true })])).toBe(false);
    expect(is(asked(5))).toBe(false);
  });
});

describe('how somebody is told', () => {
  const alert = { alertId: 'this', severity: 'warning', digestForS: 300 } as const;
  const desk: Care = { cars: 11, isStaff: true, isInside: false };
  const kind = (change: object, care: Partial<Care> = {}, others: readonly AskedAlert[] = []) =>
    digestKindOf({ ...alert, ...change }, { ...desk, ...care }, others, START_MS, limits);
  test.each([
    ['more than ten cars, of a rule that asks for it', {}, {}, 'digest'],
    ['ten cars', {}, { cars: 10 }, undefined],
    ['a rule that does not', { digestForS: undefined }, {}, undefined],
    ['a critical one', { severity: 'critical' }, {}, undefined],
    ['a silent card', { severity: 'info' }, {}, undefined],
    ['who sits in the car', {}, { isInside: true, isStaff: false }, undefined],
    ['the owner of many, in none of them', {}, { isStaff: false }, 'digest'],
    ['ten minutes until it has to be decided on', { deadlineAtMs: START_MS + 600_000 }, {}, 'digest'],
    ['less than that', { deadlineAtMs: START_MS + 599_999 }, {}, undefined],
  ])('%s', (_, change, care, expected) => expect(kind(change, care)).toBe(expected));
  test.each([
    ['whoever helps, of however few cars', {}, { cars: 1 }, 'flood'],
    ['of a critical one too', { severity: 'critical' }, {}, 'flood'],
    ['an owner of few is told by itself', {}, { cars: 10, isStaff: false }, undefined],
    ['who sits in the car as well', {}, { isInside: true, isStaff: false }, undefined],
    ['a drill as well', { isDrill: true }, {}, undefined],
  ])('in a flood: %s', (_, change, care, expected) => expect(kind(change, care, asked(10))).toBe(expected));
});

describe('what a digest is about', () => {
  test('warnings of its rule that stand, were asked about and have not expired', () => {
    const [one] = asked(1);
    const about = (change: Partial<AskedAlert>) => membersOf(asked(1, change), 'silent-car', START_MS).length;
    expect(membersOf(asked(2), 'silent-car', START_MS)[0]).toEqual(one);
    expect(about({ ruleId: 'tyre-low' })).toBe(0);
    expect(about({ isOver: true })).toBe(0);
    expect([about({ askedAtMs: START_MS + 1 }), about({ askedAtMs: START_MS })]).toEqual([0, 1]);
    expect([about({ expiresAtMs: START_MS }), about({ expiresAtMs: START_MS + 1 })]).toEqual([0, 1]);
  });
});

describe('the next step of a digest', () => {
  const row = (change: Partial<NotificationRow> = {}): NotificationRow => ({
    ...{ notificationId: 'n-1', alertId: 'digest-1', revision: 1, vehicleId: 'veh_lead', ruleId: 'digest' },
    ...{ subject: 'silent-car', personId: 'per_desk', channel: 'feed', state: 'sent', severity: 'warning' },
    ...{ interrupts: true, purpose: 'alert', reason: null, attempts: 1, keyId: null, box: null },
    ...{ createdAtMs: START_MS, changedAtMs: START_MS, notBeforeMs: START_MS, expiresAtMs: START_MS },
    ...change,
  });
  const told = (change: Partial<DigestBefore> = {}): DigestBefore => ({
    row: row(),
    said: { count: 4, interruptedCount: 4 },
    interruptedAtMs: START_MS,
    ...change,
  });
  const WAIT_MS = 5 * MINUTE_MS;
  const LATER_MS = START_MS + 20 * MINUTE_MS;
  const next = (before: DigestBefore | undefined, count: number, nowMs = LATER_MS, change: object = {}) =>
    digestStep(
      before,
      { count, severity: 'warning', leadVehicleId: 'veh_lead', ...change },
      WAIT_MS,
      nowMs,
      limits,
    );

  test('a new one waits for others, and without any there is none', () => {
    expect(next(undefined, 1)).toEqual({
      kind: 'interrupt',
      notBeforeMs: LATER_MS + WAIT_MS,
      interruptedCount: 1,
    });
    expect(next(undefined, 0)).toEqual({ kind: 'nothing' });
  });
  test('while it waits another car does not make it wait longer', () => {
    const notBeforeMs = LATER_MS + MINUTE_MS;
    const waiting = told({ row: row({ state: 'waiting', notBeforeMs }), interruptedAtMs: undefined });
    expect(next(waiting, 5)).toEqual({ kind: 'interrupt', notBeforeMs, interruptedCount: 5 });
    expect(next(waiting, 4)).toEqual({ kind: 'nothing' });
    expect(next(waiting, 0)).toEqual({ kind: 'drop' });
    expect(next({ ...waiting, interruptedAtMs: START_MS }, 0)).toMatchObject({ kind: 'resolve' });
  });
  test('once told it interrupts at twice as many, is silent below, and ends with the last', () => {
    expect(next(told(), 7)).toEqual({ kind: 'update', interruptedCount: 4 });
    expect(next(told(), 8)).toEqual({ kind: 'interrupt', notBeforeMs: LATER_MS, interruptedCount: 8 });
    expect(next(told(), 3)).toEqual({ kind: 'update', interruptedCount: 4 });
    expect(next(told(), 4)).toEqual({ kind: 'nothing' });
    expect(next(told(), 0)).toEqual({ kind: 'resolve', interruptedCount: 4 });
  });
  test('another car to look at first, or a graver warning, is news', () => {
    expect(next(told(), 4, LATER_MS, { leadVehicleId: 'veh_other' })).toMatchObject({ kind: 'update' });
    expect(next(told(), 4, LATER_MS, { severity: 'critical' })).toMatchObject({ kind: 'interrupt' });
    expect(next(told(), 4, LATER_MS, { severity: 'info' })).toMatchObject({ kind: 'update' });
  });
  test('never within the minimum gap: it waits for its end', () => {
    const step = next(told(), 8, START_MS + MINUTE_MS);
    expect(step).toEqual({
      ...{ kind: 'interrupt', interruptedCount: 8 },
      notBeforeMs: START_MS + limits.minGapMs,
    });
  });
  test('where what it said cannot be read any more it goes on silently', () => {
    expect(next(told({ said: undefined }), 9)).toEqual({ kind: 'update', interruptedCount: 9 });
  });
});
