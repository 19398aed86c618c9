import { type BatchContext, TOPICS } from '@outrider/bus';
import { chargerIndex, greatCircle, type WeatherProvider } from '@outrider/providers';
import { silentLog } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addCar, disown, own, PERSON } from './cars.fixture.ts';
import { emptyMemory, type Memory } from './fold-records.ts';
import { type LookAtAllDeps, lookAtAll } from './look-at-all.ts';
import {
  at,
  carAt,
  createRig,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  type Rig,
  tripOf,
  VEHICLE,
  weatherOf,
} from './world.fixture.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig({ home: at(0) });
});
afterEach(() => rig.close());

const context = (isCurrent = () => true): BatchContext => ({
  generation: 1,
  isCurrent,
  isCaughtUp: () => true,
  commit: async () => undefined,
});

/** A weather provider that answers when it is told to. */
function slowWeather() {
  const answers: (() => void)[] = [];
  const provider: WeatherProvider = {
    name: 'slow',
    at: async (points, nowMs, signal) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return weatherOf(5).at(points, nowMs, signal);
    },
  };
  return { provider, answers };
}

const depsOf = (change: Partial<LookAtAllDeps> = {}): LookAtAllDeps => ({
  ...{ bus: rig.bus, state: rig.state, trust: rig.trust, eventClock: rig.clock },
  runtime: { log: silentLog },
  reader: rig.trust.reader('alert_driver'),
  routing: [greatCircle],
  weather: [],
  chargers: { index: chargerIndex([]) },
  plugsOf: () => new Set(),
  snapshotTimeoutMs: 60_000,
  counters: { snapshots: { inc: () => undefined }, ownerless: { inc: () => undefined } },
  ...change,
});

async function memoryOf(cars: number): Promise<Memory> {
  const memory = emptyMemory();
  for (let i = 0; i < cars; i++) {
    const vehicleId = `veh_hanging${String(i).padStart(4, '0')}`;
    await addCar(rig.state, rig.trust, vehicleId, NOW_MS);
    memory.vehicles.set(vehicleId, { ...carAt(at(1_000)), vehicleId });
    memory.owners.set(vehicleId, rig.trust.seal(vehicleId, NOW_MS, new Uint8Array()).keyId);
    memory.touched.add(vehicleId);
  }
  return memory;
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('cars whose weather hangs', () => {
  test.each([
    [10, 10],
    [16, 16],
    [17, 16],
  ])('%i are asked for at once, as far as %i', async (cars, atOnce) => {
    const memory = await memoryOf(cars);
    const { provider, answers } = slowWeather();
    const all = lookAtAll(memory, depsOf({ weather: [provider] }), context());
    await turns();
    expect(answers).toHaveLength(atOnce);
    for (let done = 0; memory.touched.size > 0; done++) {
      answers[done]?.();
      await turns();
    }
    await all;
    expect(memory.looked.size).toBe(cars);
  });
});

test('a car that fails keeps its turn, and the others have theirs', async () => {
  const memory = await memoryOf(3);
  const bad = [...memory.touched][1] as string;
  const { vehicles } = rig.state;
  const find = async (vehicleId: string) => {
    if (vehicleId === bad) throw new Error('the row is broken');
    return vehicles.find(vehicleId);
  };
  const state = { ...rig.state, vehicles: { ...vehicles, find } };
  await expect(lookAtAll(memory, depsOf({ state }), context())).rejects.toThrow('the row is broken');
  expect([...memory.touched]).toEqual([bad]);
  await lookAtAll(memory, depsOf(), context());
  expect(memory.looked.size).toBe(3);
});

test('nothing is told once the partition is somebody else’s, even when the look had begun', async () => {
  const memory = await memoryOf(1);
  const { provider, answers } = slowWeather();
  let isCurrent = true;
  const all = lookAtAll(
    memory,
    depsOf({ weather: [provider] }),
    context(() => isCurrent),
  );
  await turns();
  isCurrent = false;
  answers[0]?.();
  await all;
  expect(memory.looked.size).toBe(0);
});

/** The keys of all that was said of cars: it can be counted by who may not read it. */
const sealedFor = async (): Promise<readonly (string | undefined)[]> => {
  const keys: (string | undefined)[] = [];
  const subscription = await rig.bus.broadcast({
    topics: [TOPICS.conditions.name],
    start: 'earliest',
    handle: async ({ records }) => {
      keys.push(...records.map(({ headers }) => headers.keyId));
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return keys;
};

describe('a car that changes hands', () => {
  const sell = async () => {
    rig.clock.advanceTo(rig.clock.nowMs() + HOUR_MS);
    await disown(rig.trust, VEHICLE, rig.clock.nowMs());
    await own(rig.trust, VEHICLE, rig.clock.nowMs());
  };

  test('tells its new owner nothing of the plan, the place and the chargers of the one before', async () => {
    await rig.drive(at(10_000));
    await rig.plan(tripOf());
    await sell();
    await rig.drive(at(50_000));
    const last = (await rig.said()).at(-1);
    expect(last?.tripId).toBeUndefined();
    expect(JSON.stringify(last)).not.toContain('there');
  });

  test('nor after a restart, when the log is read again from its beginning', async () => {
    await rig.drive(at(10_000));
    await rig.plan(tripOf());
    await sell();
    await rig.bus.maintain();
    await rig.restart();
    await rig.drive(at(50_000));
    expect((await rig.said()).at(-1)?.tripId).toBeUndefined();
    await rig.plan(tripOf({ tripId: 'trip-2' }));
    expect((await rig.said()).at(-1)?.tripId).toBe('trip-2');
  });

  test('while it is being looked at is told of to the one before, if to anybody', async () => {
    const { provider, answers } = slowWeather();
    await rig.restart({ weather: [provider] });
    const former = rig.trust.seal(VEHICLE, NOW_MS, new Uint8Array()).keyId;
    const driving = rig.plan(tripOf());
    await turns();
    await sell();
    for (let i = 0; i < 5; i++) {
      for (const answer of answers) answer();
      await turns();
    }
    await driving;
    expect(await sealedFor()).toEqual([former]);
  });
});

test('without the owner’s word nobody is asked about the car, whatever is remembered of its plan', async () => {
  await rig.drive(at(0));
  await rig.plan(tripOf());
  const before = (await sealedFor()).length;
  const consent = (isGranted: boolean) =>
    rig.trust.recordConsent({
      ...{ vehicleId: VEHICLE, personId: PERSON, actor: 'test', textVersion: '1' },
      ...{ purpose: 'alert_driver', isGranted },
    });
  await consent(false);
  rig.clock.advanceTo(NOW_MS + HOUR_MS);
  await rig.drive(at(30_000));
  expect(await sealedFor()).toHaveLength(before);
  await consent(true);
  rig.clock.advanceTo(NOW_MS + 2 * HOUR_MS);
  await rig.drive(at(30_000));
  expect((await sealedFor()).length).toBeGreaterThan(before);
});

test('a car touched minutes ago, while a backlog was read, is looked at with its home', async () => {
  const memory = emptyMemory();
  memory.vehicles.set(VEHICLE, carAt(at(10_000)));
  memory.owners.set(VEHICLE, rig.trust.seal(VEHICLE, NOW_MS, new Uint8Array()).keyId);
  memory.touched.add(VEHICLE);
  rig.clock.advanceTo(NOW_MS + 5 * MINUTE_MS);
  await lookAtAll(memory, depsOf(), context());
  expect((await rig.said()).at(-1)?.stretches.map(({ stopId }) => stopId)).toEqual(['home']);
});
