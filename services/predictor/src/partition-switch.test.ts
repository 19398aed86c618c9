import { SIGNAL } from '@outrider/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOwnership, openStores, partitionDeps, register, type Stores } from './app.fixture.ts';
import { loadPartition, type Partition } from './partition.ts';
import { conditionsOf, DRIVING, NOW_MS, placeOf, record, tripOf, VEHICLE } from './predictor.fixture.ts';

const P = 3;
const KEY = 'stop there belowReserveProbability';
let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});
afterEach(() => stores.state.close());

const seconds = (count: number) => NOW_MS + count * 1_000;
const driving = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 70, [SIGNAL.airTemp]: 0 };

async function stored(): Promise<unknown> {
  const blob = (await stores.state.predictor.readVehicles(P)).find((one) => one.vehicleId === VEHICLE);
  await stores.trust.prepare([VEHICLE]);
  const opened = blob && stores.trust.reader('alert_driver').open(VEHICLE, blob.keyId, blob.box);
  return opened?.kind === 'opened' ? JSON.parse(Buffer.from(opened.bytes).toString('utf8')) : undefined;
}

const lookAgain = (partition: Partition, weatherSource: 'open-meteo' | 'met-norway', atMs: number) =>
  partition.conditions(
    VEHICLE,
    conditionsOf({
      segment: { tempC: weatherSource === 'open-meteo' ? 0 : -1 },
      change: { weatherSource, asOfMs: atMs },
    }),
    atMs,
  );

/** A drive with one change of providers, saved. */
async function switched(): Promise<Partition> {
  const partition = await loadPartition(P, 1, partitionDeps(stores).deps);
  await partition.trip(VEHICLE, tripOf(), NOW_MS);
  await lookAgain(partition, 'open-meteo', NOW_MS);
  await partition.telemetry(VEHICLE, record(seconds(1), driving));
  partition.advance(seconds(20));
  await lookAgain(partition, 'met-norway', seconds(30));
  await partition.checkpoint(seconds(30));
  expect(await stored()).toMatchObject({ memory: { carried: { [KEY]: { offset: expect.any(Number) } } } });
  return partition;
}

test('what is carried from one provider to the next outlives a restart, and ends with the way back', async () => {
  await switched();
  const second = await loadPartition(P, 2, partitionDeps(stores).deps);
  await lookAgain(second, 'open-meteo', seconds(31));
  await second.checkpoint(seconds(31));
  const offsetLeft = (await stored()) as { memory: { carried: Record<string, { offset: number }> } };
  expect(Math.abs(offsetLeft.memory.carried[KEY]?.offset ?? 0)).toBeLessThan(1e-4);
});

test('the next owner of a car hears nothing of it', async () => {
  const partition = await switched();
  await endOwnership(stores.trust, VEHICLE, seconds(40));
  await register(stores.state, stores.trust, VEHICLE, seconds(40));
  await partition.telemetry(VEHICLE, record(seconds(45), { [SIGNAL.soc]: 60 }));
  stores.clock.advanceTo(seconds(50));
  expect(await partition.checkpoint(seconds(50))).toBe(true);
  expect(await stored()).toHaveProperty('memory.carried', {});
});
