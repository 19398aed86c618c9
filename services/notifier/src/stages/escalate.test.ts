import type { NotificationRow } from '@outrider/state';
import { describe, expect, test } from 'vitest';
import { MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { limits } from '../stage.fixture.ts';
import { PASS } from '../stage.ts';
import { escalate, escalatesAtMs } from './escalate.ts';

describe('the next channel of the same person', () => {
  for (const { isFollowUp, hasReceipt, isDropped } of [
    { isFollowUp: true, hasReceipt: true, isDropped: true },
    { isFollowUp: true, hasReceipt: false, isDropped: false },
    { isFollowUp: false, hasReceipt: true, isDropped: false },
  ])
    test(`follow-up ${isFollowUp}, receipt ${hasReceipt}: ${isDropped ? 'dropped' : 'sent'}`, () =>
      expect(escalate.decide({ nowMs: START_MS, isFollowUp, hasReceipt })).toEqual(
        isDropped ? { kind: 'suppress', reason: 'acknowledged' } : PASS,
      ));
});

describe('the next person', () => {
  const nowMs = START_MS;
  const decide = (dueAtMs: number | undefined, interruptedAtMs: readonly number[] = []) =>
    escalate.decide({
      ...{ nowMs, isFollowUp: false, hasReceipt: false },
      escalation: { dueAtMs, interruptedAtMs, rates: limits.crewRates },
    });

  test('is told when it is due, not before, and not when somebody answered', () => {
    expect(decide(nowMs)).toEqual(PASS);
    expect(decide(nowMs + 1)).toEqual({ kind: 'hold', reason: 'escalation', untilMs: nowMs + 1 });
    expect(decide(undefined)).toEqual({ kind: 'suppress', reason: 'acknowledged' });
  });

  test('waits for their turn when they were interrupted as often as the rate allows', () => {
    const within = nowMs - 10 * MINUTE_MS + 1;
    expect(decide(nowMs, [within])).toEqual(PASS);
    expect(decide(nowMs, [within - 1, within])).toEqual(PASS);
    expect(decide(nowMs, [nowMs, within])).toEqual({
      ...{ kind: 'hold', reason: 'escalation' },
      untilMs: within + 10 * MINUTE_MS,
    });
    // Three in the window: the second has to leave it.
    expect(decide(nowMs, [within, within + 5, nowMs])).toMatchObject({
      untilMs: within + 5 + 10 * MINUTE_MS,
    });
  });
});

describe('when', () => {
  const row = (change: Partial<NotificationRow> = {}): NotificationRow => ({
    ...{ notificationId: 'n', alertId: 'alert-1', revision: 1, vehicleId: 'v', ruleId: 'r', subject: 's' },
    ...{ personId: 'driver', channel: 'feed', state: 'sent', severity: 'warning', interrupts: true },
    ...{ purpose: 'alert', reason: null, createdAtMs: START_MS, changedAtMs: START_MS, expiresAtMs: 9e12 },
    ...{ notBeforeMs: START_MS, attempts: 1, keyId: null, box: null },
    ...change,
  });
  const asked = { severity: 'warning' as const, hasRemedy: true };
  const at = (
    drivers: readonly NotificationRow[],
    {
      part = 'dispatcher' as 'dispatcher' | 'crew' | 'co-driver',
      about = asked,
      others = [row()].slice(1),
    } = {},
  ) => escalatesAtMs(part, { ...asked, ...about }, [...drivers, ...others], drivers, limits.escalation);
  const critical = { ...asked, severity: 'critical' as never };

  test.each(
    [
      { name: 'a warning, to the dispatcher', at: at([row()]), afterMin: 10 },
      { name: 'a warning, to the co-driver', at: at([row()], { part: 'co-driver' }), afterMin: 10 },
      { name: 'a warning, to the crew', at: at([row()], { part: 'crew' }), afterMin: 30 },
      { name: 'a critical one, to the dispatcher', at: at([row()], { about: critical }), afterMin: 3 },
      {
        name: 'from the first message on',
        at: at([row({ createdAtMs: START_MS + 5 }), row()]),
        afterMin: 10,
      },
      {
        name: 'no way to the driver',
        at: at([row({ state: 'suppressed', reason: 'no-channel' })]),
        afterMin: 10,
      },
      { name: 'a message that failed', at: at([row({ state: 'failed' })]), afterMin: 10 },
      { name: 'one that still waits', at: at([row({ state: 'waiting' })]), afterMin: 10 },
      {
        name: 'asked again after an answer to an earlier step',
        at: at([row({ state: 'read' }), row({ revision: 2 })]),
        afterMin: 10,
      },
    ].map(({ at: atMs, ...rest }) => ({ ...rest, atMs })),
  )('$name: after $afterMin min', ({ atMs, afterMin }) => {
    expect(atMs).toBe(START_MS + afterMin * MINUTE_MS);
  });

  test.each([
    { name: 'a step that is switched off', atMs: at([row()], { part: 'crew', about: critical }) },
    { name: 'information', atMs: at([row()], { about: { ...asked, severity: 'info' as never } }) },
    { name: 'nothing that helps', atMs: at([row()], { about: { ...asked, hasRemedy: false } }) },
    { name: 'a silent card', atMs: at([row({ interrupts: false })]) },
    { name: 'a message decided against', atMs: at([row({ state: 'suppressed', reason: 'declined' })]) },
    { name: 'a driver who answered', atMs: at([row({ state: 'read' })]) },
    { name: 'anybody who answered', atMs: at([row()], { others: [row({ personId: 'x', state: 'read' })] }) },
    { name: 'no driver', atMs: at([]) },
  ])('$name: never', ({ atMs }) => {
    expect(atMs).toBeUndefined();
  });
});
