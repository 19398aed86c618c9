import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaTopics, encodeRecord, openBus, partitionOf, TOPICS } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import { createIngest, ingestSettings } from '@outrider/ingest';
import {
  createMetrics,
  manualClock,
  randomId,
  readSettings,
  silentLog,
  systemClock,
} from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../infra/native/postgres.ts';
import {
  type CarFrame,
  conditions,
  driveFrames,
  readAll,
  register,
  runPipeline,
  START_MS,
  trip,
  VEHICLE,
} from '../pipeline/pipeline.fixture.ts';
import { joinPredictors, type Member, watch } from './predictor-members.ts';

// One car, and predictors that come, leave, die and stand still while it drives: the car's state, its filters and what
// its driver was told go with its partition, through the checkpoint alone.

const PARTITIONS = 8;
const CAR_PARTITION = partitionOf(VEHICLE, PARTITIONS);
const LIMIT_MS = 300_000;
/** Of the topics written here those that predictors read. */
const READ: ReadonlySet<string> = new Set(
  [TOPICS.signals, TOPICS.trips, TOPICS.conditions].map(({ name }) => name),
);
/** Charge falls after 20 frames; the alert is a minute old, and told, some 12 later. */
const steps = Array.from({ length: 60 }, (_, index) => ({ afterMs: 5_000, socPct: index < 20 ? 80 : 15 }));
const frames = driveFrames(steps);

let folder: string;
let server: PostgresServer;
/** What one predictor in memory tells of the same drive. */
let expected: readonly Alert[];

beforeAll(async () => {
  const deliveries = frames.map((frame) => ({ frame, arrivesAtMs: frame.observedAtMs }));
  ({ alerts: expected } = await runPipeline(deliveries));
  expect(expected.length).toBeGreaterThan(0);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-moves-'));
  server = await startPostgres(join(folder, 'server'));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Everything a drive needs but predictors, on Kafka and PostgreSQL. */
async function openRoad() {
  const busUrl = `${inject('engines').drive?.bus}/${randomId('moves')}.`;
  await createKafkaTopics(busUrl, { partitions: PARTITIONS, replication: 1 }, silentLog);
  const clock = manualClock(START_MS);
  const opened = await openBus(busUrl, { clock, realClock: systemClock, log: silentLog });
  const { watched: bus, ends } = watch(opened);
  const state = await openState(server.url, { log: silentLog });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock, realClock: systemClock });
  await register(state, trust);
  await trust.prepare([VEHICLE]);
  const runtime = { eventClock: clock, realClock: systemClock, log: silentLog, metrics: createMetrics() };
  const ingest = createIngest({ bus, telemetry, trust, runtime, settings: readSettings(ingestSettings, {}) });
  await ingest.start();
  await bus.publish([
    encodeRecord(TOPICS.trips, VEHICLE, trip, START_MS, trust),
    encodeRecord(TOPICS.conditions, VEHICLE, conditions, START_MS, trust),
  ]);
  const members: Member[] = [];
  const ownersOf = (partition: number) => members.filter(({ owned }) => owned.has(partition));
  /** Each partition with one member, and each of them at the end of its log. */
  const isAtRest = (): boolean => {
    if (!ingest.isIdle() || !members.every((member) => member.isIdle())) return false;
    return Array.from({ length: PARTITIONS }, (_, partition) => partition).every((partition) => {
      const [owner, ...others] = ownersOf(partition);
      const done = owner?.owned.get(partition);
      const isDone = ([topic, end]: readonly [string, number]) =>
        !READ.has(topic) || (done?.get(topic) ?? 0) >= end;
      return done !== undefined && others.length === 0 && [...(ends.get(partition) ?? [])].every(isDone);
    });
  };
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; ) {
      await systemClock.sleep(2);
      quiet = isAtRest() ? quiet + 1 : 0;
    }
  };
  const ingested = async (): Promise<void> => {
    while (!ingest.isIdle()) await systemClock.sleep(2);
  };
  /** One frame after the other; `rests` says who waits in between until all of it was worked off. */
  const drive = async (some: readonly CarFrame[], rests = settle): Promise<void> => {
    for (const { observedAtMs, signals } of some) {
      clock.advanceTo(observedAtMs);
      await rests();
      const bytes = Buffer.from(JSON.stringify({ observedAt: observedAtMs, signals }));
      const { keyId, box } = trust.seal(VEHICLE, observedAtMs, bytes);
      const headers = { format: 'vss-json', receivedAtMs: String(observedAtMs), keyId };
      await bus.publish([{ topic: TOPICS.raw.name, key: VEHICLE, value: box, headers }]);
      await rests();
    }
  };
  return {
    ...{ settle, drive, ingested },
    async join(): Promise<Member> {
      const member = await joinPredictors(busUrl, server.url, clock);
      members.push(member);
      return member;
    },
    /** From now on nobody waits for it. */
    forget: (member: Member) => void members.splice(members.indexOf(member), 1),
    ownerOfCar: () => ownersOf(CAR_PARTITION)[0],
    async end() {
      clock.advanceTo(START_MS + 2 * 3_600_000);
      await settle();
      const alerts = await readAll(bus, trust, TOPICS.alerts);
      await ingest.stop();
      for (const member of members) await member.leave();
      await bus.close();
      await state.close();
      return alerts;
    },
  };
}

test("a car's alerts are the same when its partition goes from predictor to predictor", {
  timeout: LIMIT_MS,
}, async () => {
  const road = await openRoad();
  const first = await road.join();
  await road.settle();
  await road.drive(frames.slice(0, 15));
  expect(road.ownerOfCar()).toBe(first);

  // It leaves while its charge falls, before anything is told.
  const second = await road.join();
  await road.drive(frames.slice(15, 24));
  road.forget(first);
  await first.leave();
  await road.settle();
  expect(road.ownerOfCar()).toBe(second);
  await road.drive(frames.slice(24, 28));

  // It dies while the alert is about to be told: what it had not saved is worked out again.
  const third = await road.join();
  road.forget(second);
  await second.die();
  await road.settle();
  expect(road.ownerOfCar()).toBe(third);
  await road.drive(frames.slice(28, 45));

  // It leaves when the driver has been told: once is enough.
  const fourth = await road.join();
  road.forget(third);
  await third.leave();
  await road.settle();
  expect(road.ownerOfCar()).toBe(fourth);
  await road.drive(frames.slice(45));

  expect(await road.end()).toEqual(expected);
});

test('a predictor that stood still finds its partition taken, writes nothing, and nothing is told twice', {
  timeout: LIMIT_MS,
}, async () => {
  const road = await openRoad();
  const frozen = await road.join();
  await road.settle();
  await road.drive(frames.slice(0, 26));
  const wake = frozen.freeze();
  // Long enough for the alert, which it cannot save.
  await road.drive(frames.slice(26, 45), road.ingested);
  // The group waits a minute for a member that holds its partitions, then goes on without it.
  const heir = await road.join();
  road.forget(frozen);
  await road.settle();
  expect(road.ownerOfCar()).toBe(heir);
  expect(frozen.refused()).toBe(0);
  wake();
  while (frozen.refused() === 0) await systemClock.sleep(50);
  await frozen.leave();
  await road.settle();
  await road.drive(frames.slice(45));
  expect(heir.refused()).toBe(0);
  expect(await road.end()).toEqual(expected);
});
