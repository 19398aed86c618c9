import type { Purpose } from '@outrider/domain';
import { beforeEach, describe, expect, test } from 'vitest';
import { endOutboxId, type State } from '../state.ts';
import { outboxRow, person, subjectKey, tripRow, tripSourceRow, vehicle } from './rows.ts';

/** Keys, consents, audit, trips. */
export function trustContract(state: () => State): void {
  describe('keys', () => {
    test('keys are loaded for the vehicles asked for', async () => {
      await state().keys.insert(subjectKey());
      await state().keys.insert(subjectKey({ keyId: 'key_b', vehicleId: 'veh_bbbbbbbb' }));
      expect(await state().keys.load(['veh_aaaaaaaa', 'veh_unknown'])).toEqual([subjectKey()]);
      expect(await state().keys.load([])).toEqual([]);
    });

    test('a destroyed key keeps its row and loses its secret, once', async () => {
      await state().keys.insert(subjectKey());
      expect(await state().keys.destroy('key_a', 9_000)).toBe(true);
      expect(await state().keys.destroy('key_a', 9_999)).toBe(false);
      expect(await state().keys.destroy('key_x', 9_999)).toBe(false);
      expect(await state().keys.load(['veh_aaaaaaaa'])).toEqual([
        subjectKey({ secret: null, destroyedAtMs: 9_000 }),
      ]);
    });

    test('thousands of vehicles are loaded in one call', async () => {
      const ids = Array.from({ length: 2_500 }, (_, index) => `veh_${index}`);
      await state().transaction(async () => {
        for (const id of ids) await state().keys.insert(subjectKey({ keyId: `key_${id}`, vehicleId: id }));
      });
      expect(await state().keys.load(ids)).toHaveLength(2_500);
    });
  });

  describe('quarantine keys', () => {
    const key = (keyId: string, fromMs: number, fill = 1) => ({
      keyId,
      secret: new Uint8Array(32).fill(fill),
      fromMs,
    });

    test('the first key of an id holds', async () => {
      await state().quarantineKeys.insert(key('q_1', 100));
      await state().quarantineKeys.insert(key('q_1', 100, 2));
      expect(await state().quarantineKeys.find('q_1')).toEqual(key('q_1', 100));
      expect(await state().quarantineKeys.find('q_2')).toBeUndefined();
    });

    test('keys that began before an instant are deleted, the one that begins with it stays', async () => {
      for (const [id, fromMs] of [
        ['q_1', 99],
        ['q_2', 100],
      ] as const) {
        await state().quarantineKeys.insert(key(id, fromMs));
      }
      expect(await state().quarantineKeys.deleteBefore(100)).toBe(1);
      expect(await state().quarantineKeys.deleteBefore(100)).toBe(0);
      expect(await state().quarantineKeys.find('q_1')).toBeUndefined();
      expect(await state().quarantineKeys.find('q_2')).toBeDefined();
    });
  });

  describe('consents', () => {
    beforeEach(async () => {
      await state().people.insert(person());
      await state().people.insert(person({ personId: 'per_bbbbbbbb' }));
      await state().vehicles.insert(vehicle());
    });

    const record = (personId: string, purpose: Purpose, isGranted: boolean, atMs: number) =>
      state().consents.insert({
        personId,
        vehicleId: 'veh_aaaaaaaa',
        purpose,
        isGranted,
        textVersion: '2026-01',
        atMs,
      });
    const current = async () =>
      (await state().consents.current(['veh_aaaaaaaa'])).map(
        ({ personId, purpose, isGranted }) => `${personId} ${purpose} ${isGranted}`,
      );

    test('the newest of each person and purpose holds, in whatever order they were written', async () => {
      await record('per_aaaaaaaa', 'alert_driver', false, 300);
      await record('per_aaaaaaaa', 'alert_driver', true, 200);
      await record('per_aaaaaaaa', 'show_driver', true, 100);
      await record('per_bbbbbbbb', 'alert_driver', true, 100);
      expect(await current()).toEqual([
        'per_aaaaaaaa alert_driver false',
        'per_aaaaaaaa show_driver true',
        'per_bbbbbbbb alert_driver true',
      ]);
    });

    test('of two at the same instant the one written later holds', async () => {
      await record('per_aaaaaaaa', 'alert_driver', true, 100);
      await record('per_aaaaaaaa', 'alert_driver', false, 100);
      expect(await current()).toEqual(['per_aaaaaaaa alert_driver false']);
    });

    test('a vehicle without consents has none', async () => {
      await record('per_aaaaaaaa', 'alert_driver', true, 100);
      expect(await state().consents.current(['veh_bbbbbbbb'])).toEqual([]);
      expect(await state().consents.current([])).toEqual([]);
    });

    test('a consent of an unknown person is refused', async () => {
      await expect(record('per_unknown', 'alert_driver', true, 1)).rejects.toThrow();
    });
  });

  describe('audit', () => {
    test('entries of a vehicle are listed newest first, those of others are not', async () => {
      const entry = { actor: 'api', action: 'read', purpose: null, vehicleId: 'veh_aaaaaaaa' };
      for (const atMs of [3, 1, 2]) await state().audit.append({ ...entry, atMs });
      await state().audit.append({ ...entry, atMs: 4, vehicleId: 'veh_bbbbbbbb' });
      await state().audit.append({ ...entry, atMs: 5, vehicleId: null, purpose: 'show_driver' });
      expect(await state().audit.list('veh_aaaaaaaa', 2)).toEqual([
        { ...entry, atMs: 2 },
        { ...entry, atMs: 1 },
      ]);
    });
  });

  describe('trips', () => {
    test('a newer revision replaces, one as new or older does not', async () => {
      expect(await state().trips.upsert(tripRow({ revision: 2 }))).toBe(true);
      expect(await state().trips.upsert(tripRow({ revision: 2, box: 'again' }))).toBe(false);
      expect(await state().trips.upsert(tripRow({ revision: 1, box: 'old' }))).toBe(false);
      expect(await state().trips.find('trip_a')).toEqual(tripRow({ revision: 2 }));
      const newer = tripRow({ revision: 3, box: 'new', isWithdrawn: true });
      expect(await state().trips.upsert(newer)).toBe(true);
      expect(await state().trips.find('trip_a')).toEqual(newer);
      expect(await state().trips.find('trip_x')).toBeUndefined();
    });

    test('a trip never moves to another vehicle', async () => {
      await state().trips.upsert(tripRow());
      expect(await state().trips.upsert(tripRow({ revision: 9, vehicleId: 'veh_bbbbbbbb' }))).toBe(false);
      expect(await state().trips.find('trip_a')).toEqual(tripRow());
    });

    test('trips of a vehicle are listed by departure, latest first', async () => {
      for (const departAtMs of [2, 3, 1])
        await state().trips.upsert(tripRow({ tripId: `t${departAtMs}`, departAtMs }));
      await state().trips.upsert(tripRow({ tripId: 'other', vehicleId: 'veh_bbbbbbbb' }));
      const ids = (await state().trips.listOf('veh_aaaaaaaa', 2)).map(({ tripId }) => tripId);
      expect(ids).toEqual(['t3', 't2']);
    });

    test('a list goes on behind a trip, also where several depart at once', async () => {
      for (const [tripId, departAtMs] of [
        ['t1', 1],
        ['t2', 2],
        ['t3', 2],
        ['t4', 3],
      ] as const)
        await state().trips.upsert(tripRow({ tripId, departAtMs }));
      const after = async (tripId: string, departAtMs: number) =>
        (await state().trips.listOf('veh_aaaaaaaa', 9, { tripId, departAtMs })).map((row) => row.tripId);
      expect(await after('t4', 3)).toEqual(['t2', 't3', 't1']);
      expect(await after('t2', 2)).toEqual(['t3', 't1']);
      expect(await after('t1', 1)).toEqual([]);
    });

    test('trips that have ended are listed until their end is in the outbox, by car, revision and departure', async () => {
      const of = (tripId: string, departAtMs: number, change = {}) =>
        state().trips.upsert(tripRow({ tripId, departAtMs, ...change }));
      for (const [tripId, departAtMs] of [
        ['t3', 3],
        ['t1', 1],
        ['t2', 2],
      ] as const)
        await of(tripId, departAtMs);
      await of('t0', 0, { vehicleId: 'veh_bbbbbbbb' });
      const ended = async (limit = 9) =>
        (await state().trips.listEnded('veh_aaaaaaaa', 3, limit)).map(({ tripId }) => tripId);
      expect(await ended()).toEqual(['t1', 't2']);
      expect(await ended(1)).toEqual(['t1']);
      const end = outboxRow({ outboxId: endOutboxId({ tripId: 't1', revision: tripRow().revision }) });
      await state().outbox.insert([end]);
      expect(await ended()).toEqual(['t2']);
      await state().outbox.markPublished([end.outboxId]);
      expect(await ended()).toEqual(['t2']);
      await of('t1', 1, { revision: tripRow().revision + 1 });
      expect(await ended()).toEqual(['t1', 't2']);
    });

    test('trips of a source are listed from a departure on, without those withdrawn or taken from it', async () => {
      const of = (tripId: string, departAtMs: number, change = {}) =>
        state().trips.upsert(tripRow({ tripId, departAtMs, sourceId: 'source_a', ...change }));
      await of('t1', 1);
      await of('t2', 2);
      await of('t3', 3);
      await of('t4', 4, { isWithdrawn: true });
      await of('t5', 5, { sourceId: 'source_b' });
      await of('t6', 6);
      await of('t6', 6, { sourceId: null, revision: 2 });
      const rows = await state().trips.listOfSource('source_a', 2);
      expect(rows.map(({ tripId }) => tripId)).toEqual(['t3', 't2']);
    });
  });

  describe('sources of trips', () => {
    test('one is found, listed by car and by id, and gone once removed', async () => {
      const a = tripSourceRow();
      const b = tripSourceRow({ sourceId: 'source_b', kind: 'weekly' });
      const c = tripSourceRow({ sourceId: 'source_c', vehicleId: 'veh_bbbbbbbb' });
      for (const row of [c, a, b]) await state().tripSources.insert(row);
      expect(await state().tripSources.find('source_a')).toEqual(a);
      expect(await state().tripSources.listOf('veh_aaaaaaaa')).toEqual([a, b]);
      expect(await state().tripSources.list('', 2)).toEqual([a, b]);
      expect(await state().tripSources.list('source_b', 2)).toEqual([c]);
      expect(await state().tripSources.remove('source_a')).toBe(true);
      expect(await state().tripSources.remove('source_a')).toBe(false);
      expect(await state().tripSources.find('source_a')).toBeUndefined();
    });
  });
}
