import { type Bus, openBus, TOPICS } from '@outrider/bus';
import type { RejectedRecord } from '@outrider/domain';
import { createIngest, ingestSettings } from '@outrider/ingest';
import {
  createMetrics,
  type Log,
  manualClock,
  readSettings,
  silentLog,
  systemClock,
} from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry, type SignalRow, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';
import type { Kafka } from 'kafkajs';
import type { Pushed } from './push-records.ts';
import type { Refused } from './refusals.ts';
import type { Delivered } from './sabotage.ts';
import type { StoredRow } from './stored-values.ts';

const PERSON = 'per_aaaaaaaaaaaa';
/** Cars are owned from here on: before that nothing may be kept of them. */
const OWNED_FROM_MS = Date.UTC(2019, 0, 1);
const NOW_MS = Date.UTC(2030, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const DEADLINE_MS = 90_000;
const LOOK_MS = 100;
const PAGE = 10_000;

export interface IngestRun {
  readonly client: Kafka;
  /** `kafka://…` of the cluster the records are in. */
  readonly url: string;
  readonly pushed: Pushed;
  readonly group: string;
  /** VINs that may come in. */
  readonly allowed: ReadonlySet<string>;
  readonly log?: Log;
}

/** Runs the real ingest with the cluster as its source, and reads what it stored and refused. */
export async function throughIngest(run: IngestRun): Promise<Delivered> {
  const clock = manualClock(NOW_MS);
  const state = await openState('memory:', { log: silentLog });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const bus = await openBus('memory:', { clock, log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock });
  const vehicles = new Map(
    [...run.allowed].map((vin, index) => [vin, `veh_${String(index).padStart(12, '0')}`]),
  );
  await registerCars(state, trust, [...vehicles.values()]);
  const ingest = createIngest({
    ...{ bus, telemetry, trust },
    runtime: {
      eventClock: clock,
      realClock: systemClock,
      log: run.log ?? silentLog,
      metrics: createMetrics(),
    },
    settings: {
      ...readSettings(ingestSettings, {}),
      sources: [
        {
          ...{ name: 'recordings', url: run.url, group: run.group, topics: run.pushed.topics },
          ...{ start: 'earliest', vehicles },
        },
      ],
    },
  });
  try {
    const refused = await readRefused(bus, run.pushed);
    await ingest.start();
    await untilDone(run);
    await ingest.stop();
    const stored = await readStored(telemetry, trust, vehicles);
    return { stored, refused: await refused() };
  } finally {
    await ingest.stop();
    await bus.close();
    await telemetry.close();
    await state.close();
  }
}

async function registerCars(
  state: Awaited<ReturnType<typeof openState>>,
  trust: FullTrust,
  vehicleIds: readonly string[],
): Promise<void> {
  await state.people.insert({
    ...{ personId: PERSON, name: 'Driver', email: null, phone: null, webhookUrl: null, webhookSecret: null },
    ...{ language: 'en', units: 'metric', timeZone: 'UTC', quietFromMinute: null, quietToMinute: null },
    ...{ channels: [], createdAtMs: OWNED_FROM_MS },
  });
  for (const vehicleId of vehicleIds) {
    await state.vehicles.insert({
      ...{ vehicleId, label: 'Car', modelId: 'generic', vin: null, homeSealed: null, reserveSocPct: 5 },
      createdAtMs: OWNED_FROM_MS,
    });
    await trust.registerOwnership({
      ...{ vehicleId, personId: PERSON, actor: 'test', fromMs: OWNED_FROM_MS },
      ...{ consents: { alert_driver: true }, textVersion: '1' },
    });
  }
}

/** Once the group has committed the end of every partition. @throws when that takes too long */
async function untilDone({ client, group, pushed }: IngestRun): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  try {
    for (const startedMs = systemClock.nowMs(); systemClock.nowMs() - startedMs < DEADLINE_MS; ) {
      const committed = await admin.fetchOffsets({ groupId: group, topics: [...pushed.topics] });
      const behind = await Promise.all(
        committed.map(async ({ topic, partitions }) => {
          const ends = await admin.fetchTopicOffsets(topic);
          return ends.some(
            ({ partition, offset }) =>
              partitions.find((one) => one.partition === partition)?.offset !== offset,
          );
        }),
      );
      if (behind.length > 0 && !behind.includes(true)) return;
      await systemClock.sleep(LOOK_MS);
    }
    throw new Error(`ingest did not read everything within ${DEADLINE_MS / 1000} s`);
  } finally {
    await admin.disconnect();
  }
}

/** Collects from now on; the answer gives what was told, by the places of the recording. */
async function readRefused(bus: Bus, pushed: Pushed): Promise<() => Promise<readonly Refused[]>> {
  const refused: Refused[] = [];
  const watch = await bus.broadcast({
    topics: [TOPICS.rejected.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const { value } of records)
        refused.push(refusedOf(JSON.parse(Buffer.from(value ?? []).toString())));
    },
  });
  const refusedOf = ({ origin, reason, path }: RejectedRecord): Refused => {
    const { topic, partition, offset } = pushed.recordAt(origin.topic, origin.partition, origin.offset);
    return { topic, partition, offset, reason, ...(path === undefined ? {} : { path }) };
  };
  return async () => {
    while (!watch.isIdle()) await systemClock.sleep(1);
    await watch.stop();
    return refused;
  };
}

async function readStored(
  telemetry: TelemetryStore,
  trust: FullTrust,
  vehicles: ReadonlyMap<string, string>,
): Promise<readonly StoredRow[]> {
  await trust.prepare(vehicles.values());
  const reader = trust.reader('alert_driver');
  const placesOf = ({ vehicleId, places }: SignalRow): StoredRow['values'] => {
    if (places === undefined) return {};
    const opened = reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
    if (opened.kind === 'denied') throw new Error(`places cannot be read: ${opened.reason}`);
    return JSON.parse(Buffer.from(opened.bytes).toString());
  };
  const stored: StoredRow[] = [];
  for (const [vin, vehicleId] of vehicles) {
    const query = { vehicleId, paths: [], fromMs: 0, toMs: LATEST_MS, limit: PAGE };
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await telemetry.readSignals({ ...query, ...(after === '' ? {} : { after }) });
      for (const row of page.rows)
        stored.push({ vin, observedAtMs: row.observedAtMs, values: { ...row.values, ...placesOf(row) } });
      after = page.next;
    }
  }
  return stored;
}
