import { DIGEST } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import type { NotificationRow, State } from '../state.ts';
import { notificationRow } from './rows.ts';

/** What a person was asked about, and one message about many cars. */
export function askedAlertsContract(state: () => State): void {
  const put = (...changes: readonly Partial<NotificationRow>[]) =>
    state().notifications.insert(
      changes.map((change, at) => notificationRow({ notificationId: `not_${at}`, ...change })),
    );
  const asked = (sinceMs = 0) => state().notifications.listAsked('per_aaaaaaaa', sinceMs);
  const only = async () => (await asked())[0];

  describe('what a person was asked', () => {
    test('is one entry per alert, the longest ago first, with the highest severity it had', async () => {
      await put(
        { alertId: 'late', createdAtMs: 12_000, notBeforeMs: 12_000 },
        { channel: 'feed', severity: 'critical' },
        { severity: 'warning' },
      );
      expect(await asked()).toEqual([
        {
          ...{ alertId: 'alert_a', vehicleId: 'veh_aaaaaaaa', ruleId: 'arrival-below-reserve' },
          ...{ severity: 'critical', askedAtMs: 10_000, expiresAtMs: 20_000, isOver: false, isFlood: false },
        },
        expect.objectContaining({ alertId: 'late', askedAtMs: 12_000 }),
      ]);
    });

    for (const [name, change, isAsked] of [
      ['a message that interrupts', {}, true],
      ['one that was read', { state: 'read' }, true],
      ['one that was suppressed', { state: 'suppressed', reason: 'snoozed' }, false],
      ['one that failed', { state: 'failed', reason: 'unreachable' }, false],
      ['a silent card', { interrupts: false, state: 'sent' }, false],
      ['a card for the digest’s sake', { interrupts: false, state: 'sent', reason: 'digest' }, true],
      ['a card for the flood’s sake', { interrupts: false, state: 'sent', reason: 'flood' }, true],
      ['one that the flood suppressed', { state: 'suppressed', reason: 'flood' }, true],
      ['a card beside another', { interrupts: false, state: 'sent', reason: 'bundled' }, true],
      ['a card after too many', { interrupts: false, state: 'sent', reason: 'throttled' }, true],
      ['an update', { purpose: 'update' }, false],
      ['a digest itself', { ruleId: DIGEST }, false],
      ['what another was asked', { personId: 'per_bbbbbbbb' }, false],
    ] as const)
      test(`${isAsked ? 'counts' : 'does not count'} ${name}`, async () => {
        await put(change);
        expect(await asked()).toHaveLength(isAsked ? 1 : 0);
      });

    test('begins with the instant that is asked for', async () => {
      await put({});
      expect(await asked(10_000)).toHaveLength(1);
      expect(await asked(10_001)).toEqual([]);
    });

    test('is asked when it may go out; of what came to its turn and waits on, when that was', async () => {
      await put({ notBeforeMs: 15_000 });
      expect((await only())?.askedAtMs).toBe(15_000);
      await put({ notificationId: 'held', alertId: 'held', notBeforeMs: 19_000, changedAtMs: 11_000 });
      expect((await asked()).map(({ alertId, askedAtMs }) => [alertId, askedAtMs])).toEqual([
        ['held', 11_000],
        ['alert_a', 15_000],
      ]);
    });

    test('is over once it was taken back, and not when it is told again after that', async () => {
      await put({}, { purpose: 'resolve', interrupts: false });
      expect((await only())?.isOver).toBe(true);
      await put({ notificationId: 'again' });
      expect((await only())?.isOver).toBe(false);
    });

    test('says whether a flood held it back', async () => {
      await put({}, { state: 'suppressed', reason: 'flood' });
      expect((await only())?.isFlood).toBe(true);
    });
  });

  test('messages of one person and rule about one subject are listed oldest first', async () => {
    await put(
      { ruleId: DIGEST, subject: 'rule' },
      { ruleId: DIGEST, subject: 'another' },
      { ruleId: DIGEST, subject: 'rule', personId: 'per_bbbbbbbb' },
      { ruleId: 'rule', subject: 'rule' },
      { ruleId: DIGEST, subject: 'rule', createdAtMs: 9_999 },
      { ruleId: DIGEST, subject: 'rule', vehicleId: 'veh_bbbbbbbb' },
    );
    const of = { personId: 'per_aaaaaaaa', ruleId: DIGEST, subject: 'rule' };
    const found = await state().notifications.listOfSubject(of, 10_000);
    expect(found.map(({ notificationId }) => notificationId)).toEqual(['not_0', 'not_5']);
    expect(found[0]).toEqual(notificationRow({ notificationId: 'not_0', ruleId: DIGEST, subject: 'rule' }));
  });
}
