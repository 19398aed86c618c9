import { encodeRecord, TOPICS } from '@outrider/bus';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emptyMemory, foldRecords, forgetSilentCars } from './fold-records.ts';
import type { WorldVehicle } from './vehicle.ts';
import { at, carAt, createRig, HOUR_MS, NOW_MS, type Rig, tripOf, VEHICLE } from './world.fixture.ts';

const WEEK_MS = 7 * 24 * HOUR_MS;
const trip = tripOf();
const later = tripOf({ departAtMs: NOW_MS + 10 * WEEK_MS });

describe('a car', () => {
  test.each<[string, Partial<WorldVehicle>, number, boolean]>([
    ['silent for a week', {}, WEEK_MS, true],
    ['silent for longer', {}, WEEK_MS + 1, false],
    ['silent with a plan ahead', { trip: later }, WEEK_MS + 1, true],
    ['silent with a plan that waits', { waiting: [later] }, WEEK_MS + 1, true],
    ['silent with a plan that is over', { trip }, WEEK_MS + 1, false],
    ['nobody ever heard', { position: null }, 0, false],
  ])('%s', (_, change, silentMs, isKept) => {
    const memory = emptyMemory();
    memory.vehicles.set(VEHICLE, carAt(at(0), change));
    for (const about of [memory.looked, memory.outdated]) about.add(VEHICLE);
    memory.toldOf.set(VEHICLE, new Set(['a']));
    forgetSilentCars(memory, NOW_MS + silentMs);
    const { vehicles, looked, outdated, toldOf } = memory;
    for (const about of [vehicles, looked, outdated, toldOf]) expect(about.has(VEHICLE)).toBe(isKept);
  });
});

describe('the last look, read again', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig();
  });
  afterEach(() => rig.close());

  test.each([
    ['of the plan that counts, has its roads', 'trip-1', 1],
    ['of another plan, has none: its stops are elsewhere', 'trip-2', 0],
  ])('%s', async (_, tripId, stretches) => {
    await rig.plan(trip);
    const [said] = await rig.said();
    const memory = emptyMemory();
    const record = encodeRecord(TOPICS.conditions, VEHICLE, { ...said, tripId } as never, NOW_MS, rig.trust);
    memory.vehicles.set(VEHICLE, carAt(at(0), { trip }));
    const batch = {
      ...{ topic: TOPICS.conditions.name, partition: 0 },
      records: [{ ...record, headers: record.headers ?? {}, partition: 0, offset: 0, timestampMs: NOW_MS }],
    };
    const counters = { unreadable: { inc: () => undefined }, ownerless: { inc: () => undefined } };
    const deps = { trust: rig.trust, reader: rig.trust.reader('alert_driver'), counters };
    foldRecords(batch, memory, deps, NOW_MS);
    expect(memory.vehicles.get(VEHICLE)?.snapshot?.stretches).toHaveLength(stretches);
    expect(memory.vehicles.get(VEHICLE)?.snapshot?.tripRevision).toBe(`${tripId}@1`);
  });
});
