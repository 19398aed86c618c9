import { alert, SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endOwnership, openStores, partitionDeps, register, type Stores } from './app.fixture.ts';
import { loadPartition, type Partition } from './partition.ts';
import {
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  placeOf,
  record,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';
import { NewerCheckpoint } from './residents.ts';

const P = 3;
let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});
afterEach(() => stores.state.close());

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 };
const seconds = (count: number) => NOW_MS + count * 1_000;

/** Plan, road and a low charge: an alert fires a minute after the first record. */
async function begin(partition: Partition): Promise<void> {
  await partition.trip(VEHICLE, tripOf(), NOW_MS);
  await partition.conditions(VEHICLE, conditionsOf({ chargers: [charger('halfway', 90_000)] }), NOW_MS);
  await partition.telemetry(VEHICLE, record(NOW_MS, low, { recordId: 'first' }));
  partition.moveOffset('telemetry.signals.v1', 1);
  partition.advance(seconds(10));
}

const blobOf = async (vehicleId: string) => {
  const blob = (await stores.state.predictor.readVehicles(P)).find((one) => one.vehicleId === vehicleId);
  if (blob === undefined) return undefined;
  await stores.trust.prepare([VEHICLE]);
  const opened = stores.trust.reader('alert_driver').open(VEHICLE, blob.keyId, blob.box);
  return opened.kind === 'opened' ? Buffer.from(opened.bytes).toString('utf8') : opened.reason;
};

describe('the checkpoint', () => {
  test('of a newer version is left to who knows it, and its cars are not begun anew', async () => {
    const { deps } = partitionDeps(stores);
    const first = await loadPartition(P, 1, deps);
    await begin(first);
    expect(await first.checkpoint(seconds(10))).toBe(true);
    const { state } = deps;
    const newer = async (partition: number) =>
      (await state.predictor.readVehicles(partition)).map((blob) => ({ ...blob, version: 2 }));
    const predictor = { ...state.predictor, readVehicles: newer };
    await expect(loadPartition(P, 2, { ...deps, state: { ...state, predictor } })).rejects.toThrow(
      NewerCheckpoint,
    );
    expect((await loadPartition(P, 2, deps)).vehicleCount).toBe(1);
  });

  test('read again is the same car, and goes on as the first would have', async () => {
    const { deps } = partitionDeps(stores);
    const first = await loadPartition(P, 1, deps);
    await begin(first);
    await first.telemetry(VEHICLE, record(seconds(12), { ...low, [SIGNAL.soc]: 44 }, { recordId: 'waits' }));
    expect(await first.checkpoint(seconds(10))).toBe(true);
    const second = await loadPartition(P, 2, deps);
    expect([...second.offsets]).toEqual([...first.offsets]);
    const outputs = [first, second].map((partition) => partition.advance(seconds(200)));
    expect(outputs[1]).toEqual(outputs[0]);
    expect(await second.checkpoint(seconds(200))).toBe(true);
    const written = await blobOf(VEHICLE);
    const third = await loadPartition(P, 3, deps);
    third.moveOffset('telemetry.signals.v1', 9);
    await third.telemetry(VEHICLE, record(seconds(12), low, { recordId: 'waits' }));
    expect(await third.checkpoint(seconds(201))).toBe(true);
    const rewritten = JSON.parse((await blobOf(VEHICLE)) ?? '{}');
    expect({ ...rewritten, buffer: [] }).toEqual({ ...JSON.parse(written ?? '{}'), buffer: [] });
  });

  test('holds alert, outbox and offsets together', async () => {
    const partition = await loadPartition(P, 1, partitionDeps(stores).deps);
    await begin(partition);
    expect(partition.hasUnsavedAlerts).toBe(false);
    partition.advance(seconds(80));
    expect(partition.hasUnsavedAlerts).toBe(true);
    expect(await partition.checkpoint(seconds(80))).toBe(true);
    expect(partition).toMatchObject({ hasUnsavedAlerts: false, isDirty: false, recordsSince: 0 });
    const [row] = await stores.state.alerts.listOf(VEHICLE, { limit: 10 });
    expect(row).toMatchObject({ state: 'firing', revision: 1, ruleId: 'test-rule' });
    const pending = await stores.state.outbox.pending('predictor', 10);
    expect(pending.map(({ outboxId, key }) => [outboxId, key])).toEqual([[`${row?.alertId}/1`, VEHICLE]]);
    const checkpoint = await stores.state.predictor.readCheckpoint(P);
    expect(checkpoint?.offsets.get('telemetry.signals.v1')).toBe(1);
  });

  test('places and cars are sealed in it', async () => {
    const partition = await loadPartition(P, 1, partitionDeps(stores).deps);
    await begin(partition);
    await partition.checkpoint(seconds(10));
    for (const { box } of await stores.state.predictor.readVehicles(P))
      expect(Buffer.from(box).toString('latin1')).not.toContain('latest');
    expect(await blobOf(VEHICLE)).toContain('"latest"');
  });

  test('moved by another owner writes nothing at all', async () => {
    const { deps } = partitionDeps(stores);
    const first = await loadPartition(P, 1, deps);
    await begin(first);
    await first.checkpoint(seconds(10));
    const other = await loadPartition(P, 2, deps);
    other.moveOffset('telemetry.signals.v1', 2);
    expect(await other.checkpoint(seconds(11))).toBe(true);
    first.advance(seconds(80));
    expect(await first.checkpoint(seconds(80))).toBe(false);
    expect(await stores.state.alerts.listOf(VEHICLE, { limit: 10 })).toEqual([]);
    expect(await stores.state.outbox.pending('predictor', 10)).toEqual([]);
    expect(first.hasUnsavedAlerts).toBe(true);
  });

  test('two that both begin: one of them writes', async () => {
    const { deps } = partitionDeps(stores);
    const [a, b] = [await loadPartition(P, 1, deps), await loadPartition(P, 1, deps)];
    await begin(a);
    await begin(b);
    expect([await a.checkpoint(seconds(10)), await b.checkpoint(seconds(10))]).toEqual([true, false]);
  });

  test('is not due while nothing changed', async () => {
    const partition = await loadPartition(P, 1, partitionDeps(stores).deps);
    expect(partition.isDirty).toBe(false);
    partition.moveOffset('trips.v1', 1);
    expect(partition.isDirty).toBe(true);
    await partition.checkpoint(NOW_MS);
    partition.moveOffset('trips.v1', 1);
    partition.advance(seconds(500));
    expect(partition.isDirty).toBe(false);
  });
});

describe('a crash between checkpoint and the bus', () => {
  test('brings the same records again, and no alert twice', async () => {
    const { deps } = partitionDeps(stores);
    const first = await loadPartition(P, 1, deps);
    await begin(first);
    first.advance(seconds(80));
    await first.checkpoint(seconds(80));
    const ids = (await stores.state.outbox.pending('predictor', 10)).map(({ outboxId }) => outboxId);
    await stores.state.outbox.markPublished(ids);
    const second = await loadPartition(P, 2, deps);
    await begin(second);
    second.advance(seconds(100));
    expect(await second.checkpoint(seconds(100))).toBe(true);
    expect(await stores.state.outbox.pending('predictor', 10)).toEqual([]);
    expect(await stores.state.alerts.listOf(VEHICLE, { limit: 10 })).toHaveLength(1);
  });

  test('before the checkpoint brings them anew, with the same ids', async () => {
    const { deps } = partitionDeps(stores);
    const lost = await loadPartition(P, 1, deps);
    await begin(lost);
    lost.advance(seconds(80));
    const again = await loadPartition(P, 2, deps);
    await begin(again);
    again.advance(seconds(80));
    await again.checkpoint(seconds(80));
    expect(await stores.state.alerts.listOf(VEHICLE, { limit: 10 })).toHaveLength(1);
  });
});

describe('what the world says', () => {
  test('is judged after everything the car said before, wherever a batch ended', async () => {
    const { deps } = partitionDeps(stores);
    const outputs = [];
    for (const advancesBetween of [true, false]) {
      const partition = await loadPartition(P + outputs.length + 1, 1, deps);
      await begin(partition);
      await partition.telemetry(
        VEHICLE,
        record(seconds(20), { ...low, [SIGNAL.soc]: 44 }, { recordId: 'a' }),
      );
      if (advancesBetween) partition.advance(seconds(31));
      const newer = conditionsOf({ change: { asOfMs: NOW_MS + MINUTE_MS }, segment: { tempC: -5 } });
      await partition.conditions(VEHICLE, newer, seconds(50));
      partition.advance(seconds(200));
      await partition.checkpoint(seconds(200));
      const [row] = await stores.state.alerts.listOf(VEHICLE, { limit: 1 });
      outputs.push([row?.alertId, row?.changedAtMs]);
    }
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[0]?.[0]).toBeDefined();
  });
});

describe('whose car it is', () => {
  const stranger = 'veh_stranger0001';

  test('a vehicle nobody registered is counted and forgotten', async () => {
    const { deps, counted } = partitionDeps(stores);
    const partition = await loadPartition(P, 1, deps);
    await partition.telemetry(stranger, record(NOW_MS, low));
    expect(await partition.trip(stranger, tripOf(), NOW_MS)).toEqual({ forecasts: [] });
    expect(partition.vehicleCount).toBe(0);
    expect(counted.unknownVehicle).toBe(2);
    expect(await partition.checkpoint(NOW_MS)).toBe(true);
  });

  test('a car that was sold takes its alerts and its memory with it, and stops nobody', async () => {
    await register(stores.state, stores.trust, stranger, NOW_MS - HOUR_MS);
    const { deps, counted } = partitionDeps(stores);
    const partition = await loadPartition(P, 1, deps);
    await begin(partition);
    await partition.telemetry(stranger, record(NOW_MS, low));
    partition.advance(seconds(80));
    await endOwnership(stores.trust, VEHICLE, seconds(85));
    stores.clock.advanceTo(seconds(90));
    expect(await partition.checkpoint(seconds(90))).toBe(true);
    expect(counted.ownerless).toBe(1);
    expect(partition.vehicleCount).toBe(1);
    expect(await stores.state.alerts.listOf(VEHICLE, { limit: 10 })).toEqual([]);
    expect((await stores.state.predictor.readVehicles(P)).map(({ vehicleId }) => vehicleId)).toContain(
      stranger,
    );
  });

  test('the next owner does not get the memory of the one before', async () => {
    const { deps, counted } = partitionDeps(stores);
    const partition = await loadPartition(P, 1, deps);
    await begin(partition);
    await partition.checkpoint(seconds(10));
    expect(await blobOf(VEHICLE)).toContain('Latitude');
    await endOwnership(stores.trust, VEHICLE, seconds(20));
    await register(stores.state, stores.trust, VEHICLE, seconds(20));
    await partition.telemetry(VEHICLE, record(seconds(25), { [SIGNAL.soc]: 60 }));
    stores.clock.advanceTo(seconds(30));
    expect(await partition.checkpoint(seconds(30))).toBe(true);
    expect(await blobOf(VEHICLE)).not.toContain('Latitude');
    expect(await blobOf(`${VEHICLE}/world`)).not.toContain('trip-1');
    expect(counted.ownerless).toBe(1);
  });

  test('a memory that cannot be opened any more is left out', async () => {
    const { deps } = partitionDeps(stores);
    const partition = await loadPartition(P, 1, deps);
    await begin(partition);
    await partition.checkpoint(seconds(10));
    await stores.trust.eraseOwnership({ vehicleId: VEHICLE, personId: 'per_driver0001', actor: 'test' });
    expect((await loadPartition(P, 2, deps)).vehicleCount).toBe(0);
  });
});

test('late records are counted, and every alert written is a valid record', async () => {
  const { deps, counted } = partitionDeps(stores);
  const partition = await loadPartition(P, 1, deps);
  await begin(partition);
  partition.advance(seconds(80));
  await partition.telemetry(VEHICLE, record(seconds(-5), { [SIGNAL.soc]: 99 }));
  partition.advance(seconds(90));
  expect(counted.late).toBe(1);
  await partition.checkpoint(seconds(90));
  const [row] = await stores.state.alerts.listOf(VEHICLE, { limit: 1 });
  const opened = stores.trust
    .reader('alert_driver')
    .open(VEHICLE, row?.keyId ?? '', Buffer.from(row?.box ?? '', 'base64url'));
  if (opened.kind !== 'opened') throw new Error(opened.reason);
  expect(alert.parse(JSON.parse(Buffer.from(opened.bytes).toString('utf8')))).toMatchObject({ revision: 1 });
});
