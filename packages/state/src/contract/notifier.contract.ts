import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';
import { notificationRow } from './rows.ts';

/** Notifications with their leases, the notifier's offsets, answers to advice. */
export function notifierContract(state: () => State): void {
  const claim = async (change: Partial<Parameters<State['notifications']['claim']>[0]> = {}) =>
    state().notifications.claim({
      nowMs: 10_000,
      realNowMs: 500,
      leaseUntilMs: 800,
      leaseId: 'lease_a',
      limit: 10,
      ...change,
    });
  const claimedIds = async (change: Partial<Parameters<State['notifications']['claim']>[0]> = {}) =>
    (await claim(change)).map(({ row }) => row.notificationId);
  const sent = { state: 'sent', reason: null, changedAtMs: 10_500, attempts: 1 } as const;

  describe('notifications', () => {
    test('a row is found as inserted; the same id again is left alone', async () => {
      await state().notifications.insert([notificationRow(), notificationRow({ state: 'sent' })]);
      await state().notifications.insert([notificationRow({ state: 'failed' })]);
      expect(await state().notifications.find('not_a')).toEqual(notificationRow());
      expect(await state().notifications.find('not_x')).toBeUndefined();
    });

    test('a suppressed row for nobody is kept with its reason', async () => {
      const nobody = notificationRow({
        personId: null,
        channel: null,
        state: 'suppressed',
        reason: 'no-recipient',
        interrupts: false,
        keyId: null,
        box: null,
      });
      await state().notifications.insert([nobody]);
      expect(await state().notifications.find('not_a')).toEqual(nobody);
      expect(await claim()).toEqual([]);
    });

    test('a row is claimed when it is due, not a millisecond before', async () => {
      await state().notifications.insert([notificationRow()]);
      expect(await claimedIds({ nowMs: 9_999 })).toEqual([]);
      expect(await claim({ nowMs: 10_000 })).toEqual([
        { row: notificationRow(), leaseId: 'lease_a', words: [] },
      ]);
    });

    test('a leased row is not claimed until the lease has run out, in real time', async () => {
      await state().notifications.insert([notificationRow()]);
      await claim({ leaseUntilMs: 800 });
      expect(await claimedIds({ realNowMs: 799, leaseId: 'lease_b' })).toEqual([]);
      expect(await claimedIds({ realNowMs: 800, leaseId: 'lease_b' })).toEqual(['not_a']);
    });

    test('oldest rows first, no more than asked for', async () => {
      await state().notifications.insert(
        ['z', 'y', 'x'].map((id) => notificationRow({ notificationId: id })),
      );
      expect(await claimedIds({ limit: 2 })).toEqual(['z', 'y']);
      expect(await claimedIds({ limit: 2, leaseId: 'lease_b' })).toEqual(['x']);
    });

    test('workers that claim at the same time never get the same row', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => `n${index}`);
      await state().notifications.insert(ids.map((notificationId) => notificationRow({ notificationId })));
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, worker) => claimedIds({ leaseId: `lease_${worker}`, limit: 7 })),
      );
      expect(claims.flat().toSorted()).toEqual(ids.toSorted());
    });

    test('the holder of the lease finishes, and the row is done', async () => {
      await state().notifications.insert([notificationRow()]);
      await claim();
      expect(await state().notifications.finish('not_a', 'lease_a', sent)).toBe(true);
      expect(await state().notifications.find('not_a')).toEqual(notificationRow(sent));
      expect(await state().notifications.finish('not_a', 'lease_a', sent)).toBe(false);
      expect(await claimedIds({ realNowMs: 9_999 })).toEqual([]);
    });

    test('whoever lost the lease cannot finish', async () => {
      await state().notifications.insert([notificationRow()]);
      await claim();
      await claim({ realNowMs: 800, leaseId: 'lease_b', leaseUntilMs: 1_200 });
      expect(await state().notifications.finish('not_a', 'lease_a', sent)).toBe(false);
      expect(await state().notifications.finish('not_a', null, sent)).toBe(false);
      expect(await state().notifications.finish('not_x', 'lease_b', sent)).toBe(false);
      expect((await state().notifications.find('not_a'))?.state).toBe('waiting');
      expect(await state().notifications.finish('not_a', 'lease_b', sent)).toBe(true);
    });

    test('a row that nobody holds is finished without a lease', async () => {
      await state().notifications.insert([notificationRow({ state: 'sent' })]);
      const read = { state: 'read', reason: null, changedAtMs: 11_000, attempts: 1 } as const;
      expect(await state().notifications.finish('not_a', null, read)).toBe(true);
      expect((await state().notifications.find('not_a'))?.state).toBe('read');
    });

    test('a failed attempt waits again, until the instant it was given', async () => {
      await state().notifications.insert([notificationRow()]);
      await claim();
      const retry = { state: 'waiting', reason: 'unreachable', changedAtMs: 10_100, attempts: 1 } as const;
      await state().notifications.finish('not_a', 'lease_a', { ...retry, notBeforeMs: 12_000 });
      expect(await claimedIds({ nowMs: 11_999 })).toEqual([]);
      expect(await claim({ nowMs: 12_000 })).toEqual([
        { row: notificationRow({ ...retry, notBeforeMs: 12_000 }), leaseId: 'lease_a', words: [] },
      ]);
    });

    test('a word is kept for whoever sends the row, and not where nobody does', async () => {
      const delivered = { kind: 'delivered', atMs: 10_600 } as const;
      const dropped = { kind: 'dropped', reason: 'superseded', atMs: 10_700 } as const;
      const { notifications } = state();
      await notifications.insert([notificationRow()]);
      expect(await notifications.note('not_a', delivered)).toBe(false);
      expect(await notifications.note('not_x', delivered)).toBe(false);
      await claim();
      expect(await notifications.note('not_a', delivered)).toBe(true);
      expect(await notifications.note('not_a', dropped)).toBe(true);
      expect(await notifications.words('not_a')).toEqual([delivered, dropped]);
      // Whoever takes over from a sender that died gets them with the row.
      const [heir] = await claim({ realNowMs: 800, leaseUntilMs: 1_200, leaseId: 'lease_b' });
      expect(heir?.words).toEqual([delivered, dropped]);
      await notifications.finish('not_a', 'lease_b', sent);
      expect(await notifications.words('not_a')).toEqual([]);
      expect(await notifications.note('not_a', delivered)).toBe(false);
      expect(await notifications.words('not_x')).toEqual([]);
    });

    test('of very many words the first are kept', async () => {
      await state().notifications.insert([notificationRow()]);
      await claim();
      for (let atMs = 0; atMs < 20; atMs += 1)
        await state().notifications.note('not_a', { kind: 'delivered', atMs });
      const kept = await state().notifications.words('not_a');
      expect(kept.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 16 }, (_, index) => index));
    });

    test('rows are listed by vehicle and by person since an instant, newest first, and by alert', async () => {
      await state().notifications.insert([
        notificationRow({ notificationId: 'n1', createdAtMs: 1 }),
        notificationRow({ notificationId: 'n2', createdAtMs: 2, alertId: 'alert_b' }),
        notificationRow({ notificationId: 'n3', createdAtMs: 3 }),
        notificationRow({
          notificationId: 'n4',
          createdAtMs: 4,
          vehicleId: 'veh_bbbbbbbb',
          alertId: 'alert_c',
        }),
      ]);
      const ids = async (sinceMs: number, limit: number) =>
        (await state().notifications.listOfVehicle('veh_aaaaaaaa', sinceMs, limit)).map(
          (row) => row.notificationId,
        );
      expect(await ids(2, 10)).toEqual(['n3', 'n2']);
      expect(await ids(0, 1)).toEqual(['n3']);
      const ofPerson = await state().notifications.listOfPerson('per_aaaaaaaa', 2, 10);
      expect(ofPerson.map((row) => row.notificationId)).toEqual(['n4', 'n3', 'n2']);
      const ofAlert = await state().notifications.listOfAlert('alert_a');
      expect(ofAlert.map((row) => row.notificationId)).toEqual(['n1', 'n3']);
    });

    test('the newest message of one person, alert and channel has the id its provider gave it', async () => {
      const of = { alertId: 'alert_a', personId: 'per_aaaaaaaa', channel: 'email' } as const;
      const ids = ['n1', 'n2', 'n3'];
      await state().notifications.insert(ids.map((notificationId) => notificationRow({ notificationId })));
      expect(await state().notifications.providerIdOf(of)).toBeUndefined();
      await claim();
      for (const [at, notificationId] of ids.entries())
        await state().notifications.finish(notificationId, 'lease_a', {
          ...sent,
          ...(at < 2 && { providerId: `given ${notificationId}` }),
        });
      expect(await state().notifications.providerIdOf(of)).toBe('given n2');
      for (const other of [{ alertId: 'alert_b' }, { personId: 'per_b' }, { channel: 'sms' as const }])
        expect(await state().notifications.providerIdOf({ ...of, ...other })).toBeUndefined();
      // A later word about the message leaves it.
      await state().notifications.finish('n2', null, { ...sent, state: 'read' });
      expect(await state().notifications.providerIdOf(of)).toBe('given n2');
    });

    test('only waiting rows are counted, leased ones included', async () => {
      expect(await state().notifications.countWaiting()).toBe(0);
      await state().notifications.insert([
        notificationRow(),
        notificationRow({ notificationId: 'not_b', state: 'sent' }),
      ]);
      await claim();
      expect(await state().notifications.countWaiting()).toBe(1);
    });
  });

  describe('notifier offsets and answers', () => {
    test('offsets are kept per partition and topic', async () => {
      expect(await state().notifications.readOffsets(1)).toEqual(new Map());
      await state().notifications.writeOffset(1, 'alerts.v1', 5);
      await state().notifications.writeOffset(1, 'alerts.v1', 6);
      await state().notifications.writeOffset(1, 'feedback.v1', 2);
      await state().notifications.writeOffset(2, 'alerts.v1', 9);
      expect(await state().notifications.readOffsets(1)).toEqual(
        new Map([
          ['alerts.v1', 6],
          ['feedback.v1', 2],
        ]),
      );
    });

    test('rows and offset are written together or not at all', async () => {
      const broken = state().transaction(async (inside) => {
        await inside.notifications.insert([notificationRow()]);
        await inside.notifications.writeOffset(1, 'alerts.v1', 6);
        throw new Error('power cut');
      });
      await expect(broken).rejects.toThrow('power cut');
      expect(await state().notifications.find('not_a')).toBeUndefined();
      expect(await state().notifications.readOffsets(1)).toEqual(new Map());
    });

    test('the newest answer of a person to the same advice holds, and only theirs', async () => {
      const of = { personId: 'per_aaaaaaaa', vehicleId: 'veh_aaaaaaaa', ruleId: 'r', subject: 's' };
      const { notifications } = state();
      const answered = (kind: 'on-it' | 'declined', atMs: number) => ({ kind, atMs, probability: atMs / 10 });
      await notifications.insertAnswer({ ...of, ...answered('declined', 5) });
      await notifications.insertAnswer({ ...of, ...answered('on-it', 4) });
      expect(await notifications.findAnswer(of)).toEqual(answered('declined', 5));
      await notifications.insertAnswer({ ...of, ...answered('on-it', 6) });
      expect(await notifications.findAnswer(of)).toEqual(answered('on-it', 6));
      for (const other of [{ personId: 'per_b' }, { vehicleId: 'veh_b' }, { ruleId: 'b' }, { subject: 'b' }])
        expect(await notifications.findAnswer({ ...of, ...other })).toBeUndefined();
    });
  });
}
