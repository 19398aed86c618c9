import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';
import { notificationRow } from './rows.ts';

/** What people called not useful, and what ends that. */
export function doubtsContract(state: () => State): void {
  describe('doubts', () => {
    test('doubts of a person about a rule are kept, put in place and cleared', async () => {
      const { notifications } = state();
      const row = { personId: 'per_a', ruleId: 'r', times: 1, alertId: 'a', atMs: 5, probability: 0.5 };
      await notifications.putDoubts(row);
      await notifications.putDoubts({ ...row, times: 2, alertId: 'b', atMs: 6, probability: 0.6 });
      await notifications.putDoubts({ ...row, personId: 'per_b' });
      expect(await notifications.findDoubts('per_a', 'r')).toEqual({
        ...{ ...row, times: 2, alertId: 'b', atMs: 6, probability: 0.6 },
      });
      expect(await notifications.findDoubts('per_a', 'other')).toBeUndefined();
      await notifications.putDoubts({ ...row, ruleId: 'q' });
      const listed = await notifications.listDoubts('per_a');
      expect(listed.map(({ ruleId, times }) => [ruleId, times])).toEqual([
        ['q', 1],
        ['r', 2],
      ]);
      expect(await notifications.listDoubts('per_c')).toEqual([]);
      expect(await notifications.clearDoubts('per_a', 'r')).toBe(true);
      expect(await notifications.clearDoubts('per_a', 'r')).toBe(false);
      expect(await notifications.findDoubts('per_a', 'r')).toBeUndefined();
      expect(await notifications.findDoubts('per_b', 'r')).toEqual({ ...row, personId: 'per_b' });
    });

    test('answers and doubts are forgotten up to an instant, each its own, and not a millisecond after', async () => {
      const { notifications } = state();
      const of = (subject: string) => ({ personId: 'per_a', vehicleId: 'veh_a', ruleId: 'r', subject });
      const doubt = { personId: 'per_a', times: 1, alertId: 'a', probability: 0.5 };
      for (const atMs of [5, 6]) {
        await notifications.insertAnswer({ ...of(`${atMs}`), kind: 'declined', atMs, probability: 0.5 });
        await notifications.putDoubts({ ...doubt, ruleId: `${atMs}`, atMs });
      }
      await notifications.forgetAnswers({ answeredByMs: 5, doubtedByMs: 4 });
      expect(await notifications.findAnswer(of('5'))).toBeUndefined();
      expect(await notifications.findAnswer(of('6'))).toBeDefined();
      expect(await notifications.listDoubts('per_a')).toHaveLength(2);
      await notifications.forgetAnswers({ answeredByMs: 5, doubtedByMs: 5 });
      expect((await notifications.listDoubts('per_a')).map(({ atMs }) => atMs)).toEqual([6]);
    });

    test('a checkpoint ends the doubts of whoever heard an alert that was acted on, unless it is the one they doubted', async () => {
      const { notifications } = state();
      const row = (personId: string, to: 'sent' | 'suppressed') =>
        notificationRow({ notificationId: `n_${personId}`, alertId: 'heeded', personId, state: to });
      const doubt = (personId: string, alertId = 'before') => {
        const { ruleId } = row(personId, 'sent');
        return notifications.putDoubts({ personId, ruleId, times: 2, alertId, atMs: 5, probability: 0.5 });
      };
      await notifications.insert([
        row('heard', 'sent'),
        row('said_so', 'sent'),
        row('unheard', 'suppressed'),
      ]);
      await doubt('heard');
      await doubt('said_so', 'heeded');
      await doubt('unheard');
      const counts = async () =>
        Promise.all(
          ['heard', 'said_so', 'unheard'].map(async (id) => (await notifications.listDoubts(id)).length),
        );
      const at = { partition: 3, vehicles: [], alerts: [], outbox: [], labels: [] };
      const next = { partition: 3, generation: 1, offsets: new Map(), savedAtMs: 1 };
      const heeded = ['heeded', 'heeded', 'other'];
      const previous = { generation: 9, offsets: new Map() };
      const { predictor } = state();
      expect(await predictor.writeCheckpoint({ ...at, next, previous, heeded })).toBe(false);
      expect(await counts()).toEqual([1, 1, 1]);
      expect(await predictor.writeCheckpoint({ ...at, next, previous: undefined, heeded })).toBe(true);
      expect(await counts()).toEqual([0, 1, 1]);
    });
  });
}
