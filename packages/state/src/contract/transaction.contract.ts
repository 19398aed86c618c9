import { describe, expect, test } from 'vitest';
import type { State } from '../state.ts';
import { person, subjectKey } from './rows.ts';

export function transactionContract(state: () => State): void {
  const insert = (id: string, at: State = state()) => at.people.insert(person({ personId: id }));
  const exists = async (id: string) => (await state().people.find(id)) !== undefined;

  describe('transaction', () => {
    test('gives back what the work gives back, and keeps what it wrote', async () => {
      expect(await state().transaction(async (inside) => insert('per_1', inside).then(() => 42))).toBe(42);
      expect(await exists('per_1')).toBe(true);
    });

    test('a throw takes back everything and reaches the caller', async () => {
      const failing = state().transaction(async (inside) => {
        await insert('per_1', inside);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await exists('per_1')).toBe(false);
      await insert('per_1');
    });

    test('nested calls are part of it, whichever state they are made on', async () => {
      const failing = state().transaction(async (inside) => {
        await inside.transaction((nested) => insert('per_1', nested));
        await state().transaction(() => insert('per_2'));
        expect(await exists('per_2')).toBe(true);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect([await exists('per_1'), await exists('per_2')]).toEqual([false, false]);
    });

    test('a nested one that fails takes all with it, even when its error is caught', async () => {
      const failing = state().transaction(async (inside) => {
        await insert('per_1', inside);
        await inside.transaction(() => Promise.reject(new Error('inner'))).catch(() => {});
      });
      await expect(failing).rejects.toThrow('inner');
      expect(await exists('per_1')).toBe(false);
    });

    test('concurrent ones queue: read, think, write loses no update', async () => {
      await insert('per_1');
      const increment = () =>
        state().transaction(async (inside) => {
          const before = (await inside.people.find('per_1'))?.quietFromMinute ?? 0;
          await Promise.resolve();
          await inside.people.update('per_1', { quietFromMinute: before + 1 });
        });
      await state().people.update('per_1', { quietFromMinute: 0 });
      await Promise.all(Array.from({ length: 20 }, increment));
      expect((await state().people.find('per_1'))?.quietFromMinute).toBe(20);
    });

    test('others do not see what is not committed, and a failing one does not take theirs with it', async () => {
      const seen: boolean[] = [];
      const failing = state().transaction(async (inside) => {
        await insert('per_1', inside);
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        throw new Error('no');
      });
      const other = exists('per_1').then((found) => seen.push(found));
      const another = insert('per_2');
      await expect(failing).rejects.toThrow('no');
      await Promise.all([other, another]);
      expect([...seen, await exists('per_2')]).toEqual([false, true]);
    });

    test('keys destroyed by many at the same time, inside and outside of transactions, are all destroyed', async () => {
      const ids = Array.from({ length: 10 }, (_, index) => `key_${index}`);
      for (const keyId of ids) await state().keys.insert(subjectKey({ keyId }));
      const destroyed = await Promise.all(
        ids.map((keyId, index) =>
          index % 2 === 0
            ? state().keys.destroy(keyId, 5)
            : state().transaction((inside) => inside.keys.destroy(keyId, 5)),
        ),
      );
      expect(destroyed).toEqual(ids.map(() => true));
    });

    test('what the work started and did not wait for runs by itself afterwards', async () => {
      const gate = Promise.withResolvers<void>();
      const { late } = await state().transaction(async () => ({
        late: gate.promise.then(() => insert('per_1')),
      }));
      gate.resolve();
      await late;
      expect(await exists('per_1')).toBe(true);
    });
  });
}
