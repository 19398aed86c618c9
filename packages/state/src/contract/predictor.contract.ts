import { describe, expect, test } from 'vitest';
import type { CheckpointWrite, LabelRow, State, VehicleBlob } from '../state.ts';
import { alertRow, outboxRow } from './rows.ts';

const PARTITION = 3;
const offsets = (signals: number, conditions = 0) =>
  new Map([
    ['telemetry.signals.v1', signals],
    ['conditions.v1', conditions],
  ]);
const blob = (vehicleId: string, fill = 1): VehicleBlob => ({
  vehicleId,
  version: 1,
  keyId: 'key_a',
  box: new Uint8Array(20).fill(fill),
});
const write = (
  previous: CheckpointWrite['previous'],
  generation: number,
  signals: number,
  rows: Partial<Pick<CheckpointWrite, 'vehicles' | 'alerts' | 'outbox' | 'labels'>> = {},
): CheckpointWrite => ({
  partition: PARTITION,
  previous,
  next: { partition: PARTITION, generation, offsets: offsets(signals), savedAtMs: 1_000 + signals },
  vehicles: [],
  alerts: [],
  outbox: [],
  labels: [],
  ...rows,
});

/** The checkpoint, the alerts it writes, the outbox. */
export function predictorContract(state: () => State): void {
  describe('checkpoint', () => {
    test('nothing was written yet', async () => {
      expect(await state().predictor.readCheckpoint(PARTITION)).toBeUndefined();
      expect(await state().predictor.readVehicles(PARTITION)).toEqual([]);
    });

    test('the first one is read back with vehicles, alerts and outbox', async () => {
      const rows = { vehicles: [blob('veh_a'), blob('veh_b')], alerts: [alertRow()], outbox: [outboxRow()] };
      expect(await state().predictor.writeCheckpoint(write(undefined, 1, 10, rows))).toBe(true);
      expect(await state().predictor.readCheckpoint(PARTITION)).toEqual({
        partition: PARTITION,
        generation: 1,
        offsets: offsets(10),
        savedAtMs: 1_010,
      });
      expect(await state().predictor.readVehicles(PARTITION)).toEqual(rows.vehicles);
      expect(await state().predictor.readVehicles(PARTITION + 1)).toEqual([]);
      expect(await state().alerts.find('alert_a')).toEqual(alertRow());
      expect(await state().outbox.pending('predictor', 10)).toEqual([outboxRow()]);
    });

    test('the next one replaces changed vehicles and keeps the others', async () => {
      const vehicles = [blob('veh_a'), blob('veh_b')];
      await state().predictor.writeCheckpoint(write(undefined, 1, 10, { vehicles }));
      const previous = { generation: 1, offsets: offsets(10) };
      const next = write(previous, 1, 20, { vehicles: [blob('veh_b', 8), blob('veh_b', 9)] });
      expect(await state().predictor.writeCheckpoint(next)).toBe(true);
      expect(await state().predictor.readVehicles(PARTITION)).toEqual([blob('veh_a'), blob('veh_b', 9)]);
    });

    test.each([
      { name: 'a first one where one exists', previous: undefined },
      { name: 'another generation', previous: { generation: 2, offsets: offsets(10) } },
      { name: 'other offsets', previous: { generation: 1, offsets: offsets(9) } },
      { name: 'fewer topics', previous: { generation: 1, offsets: new Map([['telemetry.signals.v1', 10]]) } },
    ])('$name is refused and writes nothing', async ({ previous }) => {
      await state().predictor.writeCheckpoint(write(undefined, 1, 10));
      const rows = { vehicles: [blob('veh_a')], alerts: [alertRow()], outbox: [outboxRow()] };
      expect(await state().predictor.writeCheckpoint(write(previous, 3, 20, rows))).toBe(false);
      expect((await state().predictor.readCheckpoint(PARTITION))?.generation).toBe(1);
      expect(await state().predictor.readVehicles(PARTITION)).toEqual([]);
      expect(await state().alerts.find('alert_a')).toBeUndefined();
      expect(await state().outbox.pending('predictor', 10)).toEqual([]);
    });

    test('a checkpoint that was never written cannot be moved', async () => {
      const moved = write({ generation: 1, offsets: offsets(10) }, 1, 20);
      expect(await state().predictor.writeCheckpoint(moved)).toBe(false);
      expect(await state().predictor.readCheckpoint(PARTITION)).toBeUndefined();
    });

    test('the order in which topics were noted does not matter', async () => {
      await state().predictor.writeCheckpoint(write(undefined, 1, 10));
      const previous = { generation: 1, offsets: new Map([...offsets(10)].toReversed()) };
      expect(await state().predictor.writeCheckpoint(write(previous, 1, 20))).toBe(true);
    });

    test('of two writers that read the same checkpoint one wins', async () => {
      await state().predictor.writeCheckpoint(write(undefined, 1, 10));
      const previous = { generation: 1, offsets: offsets(10) };
      const wins = await Promise.all([
        state().predictor.writeCheckpoint(write(previous, 1, 20, { vehicles: [blob('veh_a')] })),
        state().predictor.writeCheckpoint(write(previous, 2, 30, { vehicles: [blob('veh_b')] })),
      ]);
      expect(wins.toSorted()).toEqual([false, true]);
      expect(await state().predictor.readVehicles(PARTITION)).toHaveLength(1);
    });

    test('a bad row takes the whole checkpoint with it', async () => {
      const broken = { ...blob('veh_a'), keyId: null as unknown as string };
      await expect(
        state().predictor.writeCheckpoint(write(undefined, 1, 10, { vehicles: [broken] })),
      ).rejects.toThrow();
      expect(await state().predictor.readCheckpoint(PARTITION)).toBeUndefined();
    });

    test('hundreds of vehicles fit in one', async () => {
      const vehicles = Array.from({ length: 450 }, (_, index) => blob(`veh_${1_000 + index}`, index % 256));
      await state().predictor.writeCheckpoint(write(undefined, 1, 10, { vehicles }));
      expect(await state().predictor.readVehicles(PARTITION)).toEqual(vehicles);
    });
  });

  alertContract(state);
  qualityContract(state);
  outboxContract(state);
}

function qualityContract(state: () => State): void {
  const DAY_MS = 24 * 3_600_000;
  const label = (labelId: string, day: number): LabelRow => ({
    labelId,
    label: { dayMs: day * DAY_MS, outcome: 'missed', warnings: [] },
  });
  const days = async (fromDay: number, limit = 10) =>
    (await state().quality.listSince(fromDay * DAY_MS, limit)).map(({ dayMs }) => dayMs / DAY_MS);
  const store = async (...labels: LabelRow[]) => {
    const previous = await state().predictor.readCheckpoint(PARTITION);
    const signals = (previous?.offsets.get('telemetry.signals.v1') ?? 0) + 1;
    expect(await state().predictor.writeCheckpoint(write(previous, 1, signals, { labels }))).toBe(true);
  };

  describe('what warnings were worth', () => {
    test('is read from a day on, the newest first', async () => {
      await store(label('a', 1), label('b', 3), label('c', 2));
      expect(await days(0)).toEqual([3, 2, 1]);
      expect(await days(2)).toEqual([3, 2]);
      expect(await days(4)).toEqual([]);
      expect(await days(0, 2)).toEqual([3, 2]);
      expect((await state().quality.listSince(0, 1))[0]).toEqual(label('b', 3).label);
    });

    test('is read of warned stretches alone when that is asked', async () => {
      const { label: missed } = label('warned', 2);
      const warned = { ...missed, warnings: [{ ruleId: 'some', times: 1, leadS: 1 }] };
      await store(label('a', 1), { labelId: 'warned', label: warned }, label('b', 3));
      expect(await state().quality.listSince(0, 10, { onlyWarned: true })).toEqual([warned]);
    });

    test('is never of real and synthetic cars together', async () => {
      await store(label('real', 1), { ...label('made up', 2), isSynthetic: true }, label('old', 0));
      expect(await days(1)).toEqual([1]);
      const madeUp = await state().quality.listSince(0, 10, { isSynthetic: true });
      expect(madeUp).toEqual([label('made up', 2).label]);
      const countSince = (isSynthetic: boolean) => state().quality.countSince(DAY_MS, { isSynthetic });
      expect([await countSince(false), await countSince(true)]).toEqual([1, 1]);
    });

    test('counts once, whoever says it again', async () => {
      await store(label('a', 1), label('a', 1));
      await store(label('a', 2));
      expect(await days(0)).toEqual([1]);
    });

    test('is not stored when the checkpoint is refused', async () => {
      await store();
      const refused = write({ generation: 9, offsets: offsets(9) }, 9, 20, { labels: [label('a', 1)] });
      expect(await state().predictor.writeCheckpoint(refused)).toBe(false);
      expect(await days(0)).toEqual([]);
    });

    test('goes 400 days later', async () => {
      await store(label('a', 1), label('b', 2));
      await store(label('c', 401));
      expect(await days(0)).toEqual([401, 2, 1]);
      await store(label('d', 402));
      expect(await days(0)).toEqual([402, 401, 2]);
    });
  });
}

function alertContract(state: () => State): void {
  let signals = 0;
  const store = async (...alerts: ReturnType<typeof alertRow>[]) => {
    const previous = await state().predictor.readCheckpoint(PARTITION);
    signals += 1;
    expect(await state().predictor.writeCheckpoint(write(previous, 1, signals, { alerts }))).toBe(true);
  };

  describe('alerts', () => {
    const second = alertRow({ revision: 2, changedAtMs: 11_000, box: 'second' });
    test.each([
      {
        name: 'a newer revision',
        row: alertRow({ revision: 3, changedAtMs: 1, box: 'third' }),
        isStored: true,
      },
      {
        name: 'its own end',
        row: { ...second, state: 'resolved' as const, changedAtMs: 11_001 },
        isStored: true,
      },
      { name: 'the same step again', row: { ...second, box: 'again' }, isStored: false },
      { name: 'an older revision', row: alertRow({ changedAtMs: 12_000 }), isStored: false },
    ])('$name replaces a stored alert: $isStored', async ({ row, isStored }) => {
      await store(second);
      await store(row);
      expect(await state().alerts.find('alert_a')).toEqual(isStored ? row : second);
    });

    test('of several steps in one checkpoint the newest is stored', async () => {
      await store(second, alertRow());
      expect(await state().alerts.find('alert_a')).toEqual(second);
      expect(await state().alerts.find('alert_x')).toBeUndefined();
    });

    test('alerts of a vehicle are listed newest first, page by page, on demand only firing ones', async () => {
      await store(
        ...[1, 2, 3].map((startedAtMs) =>
          alertRow({
            alertId: `a${startedAtMs}`,
            startedAtMs,
            state: startedAtMs === 2 ? 'resolved' : 'firing',
          }),
        ),
        alertRow({ alertId: 'other', vehicleId: 'veh_bbbbbbbb' }),
      );
      const ids = async (options: Parameters<State['alerts']['listOf']>[1]) =>
        (await state().alerts.listOf('veh_aaaaaaaa', options)).map(({ alertId }) => alertId);
      expect(await ids({ limit: 2 })).toEqual(['a3', 'a2']);
      expect(await ids({ limit: 2, before: 2 })).toEqual(['a1']);
      expect(await ids({ limit: 9, onlyFiring: true })).toEqual(['a3', 'a1']);
    });

    test('firing alerts of all vehicles are listed by their latest change', async () => {
      await store(
        alertRow({ alertId: 'early', changedAtMs: 1 }),
        alertRow({ alertId: 'late', changedAtMs: 2, vehicleId: 'veh_bbbbbbbb' }),
        alertRow({ alertId: 'over', changedAtMs: 3, state: 'resolved' }),
      );
      expect((await state().alerts.listFiring(9)).map(({ alertId }) => alertId)).toEqual(['late', 'early']);
      expect(await state().alerts.listFiring(1)).toHaveLength(1);
    });
  });
}

function outboxContract(state: () => State): void {
  const pendingIds = async (writer: 'predictor' | 'api' | 'notifier' = 'predictor', limit = 1_000) =>
    (await state().outbox.pending(writer, limit)).map(({ outboxId }) => outboxId);

  describe('outbox', () => {
    test('rows wait in the order of writing, for their writer alone', async () => {
      await state().outbox.insert([
        outboxRow({ outboxId: 'z', createdAtMs: 9 }),
        outboxRow({ outboxId: 'b' }),
      ]);
      await state().outbox.insert([
        outboxRow({ outboxId: 'a', createdAtMs: 1 }),
        outboxRow({ outboxId: 'api', writer: 'api' }),
      ]);
      expect(await pendingIds()).toEqual(['z', 'b', 'a']);
      expect(await pendingIds('predictor', 2)).toEqual(['z', 'b']);
      expect(await pendingIds('api')).toEqual(['api']);
      expect(await pendingIds('notifier')).toEqual([]);
    });

    test('a tombstone and no headers are kept as such', async () => {
      const tombstone = outboxRow({ value: null, headers: {} });
      await state().outbox.insert([tombstone]);
      expect(await state().outbox.pending('predictor', 1)).toEqual([tombstone]);
    });

    test('the same id again changes nothing, in one call, later, and after publishing', async () => {
      await state().outbox.insert([outboxRow(), outboxRow({ topic: 'other' })]);
      await state().outbox.insert([outboxRow({ topic: 'other' })]);
      expect(await state().outbox.pending('predictor', 10)).toEqual([outboxRow()]);
      await state().outbox.markPublished(['out_a', 'out_unknown']);
      await state().outbox.insert([outboxRow()]);
      expect(await pendingIds()).toEqual([]);
    });

    test('many rows in one call keep their order', async () => {
      const ids = Array.from({ length: 250 }, (_, index) => `out_${999 - index}`);
      await state().outbox.insert(ids.map((outboxId) => outboxRow({ outboxId })));
      expect(await pendingIds()).toEqual(ids);
      await state().outbox.markPublished(ids.slice(0, 249));
      expect(await pendingIds()).toEqual(ids.slice(249));
      await state().outbox.insert([]);
      await state().outbox.markPublished([]);
    });
  });
}
