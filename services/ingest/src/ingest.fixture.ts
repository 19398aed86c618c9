import { type Bus, type BusRecord, openBus, TOPICS } from '@outrider/bus';
import { type FrameFormat, type RejectedRecord, type SignalRecord, signalRecord } from '@outrider/domain';
import { createMetrics, type ManualClock, manualClock, readSettings, silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type SignalRow, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';
import { createIngest, type IngestDeps, ingestSettings } from './app.ts';

// Ingest on the memory engines for tests, with frames sealed as the gateway seals them.

export const START_MS = Date.UTC(2026, 0, 15, 8);
export const CAR_A = 'veh_aaaaaaaaaaaa';
export const CAR_B = 'veh_bbbbbbbbbbbb';
const PERSON = 'per_aaaaaaaaaaaa';
const DAY_MS = 86_400_000;

/** Two registered cars; may be shared by many runs. */
export interface Registry {
  readonly state: State;
  readonly trust: FullTrust;
  readonly clock: ManualClock;
  erase(vehicleId: string): Promise<unknown>;
}

export async function registerCars(): Promise<Registry> {
  const clock = manualClock(START_MS);
  const state = await openState('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  await state.people.insert({
    personId: PERSON,
    name: 'Driver',
    email: null,
    phone: null,
    webhookUrl: null,
    webhookSecret: null,
    language: 'en',
    units: 'metric',
    timeZone: 'UTC',
    quietFromMinute: null,
    quietToMinute: null,
    channels: [],
    createdAtMs: START_MS,
  });
  for (const vehicleId of [CAR_A, CAR_B]) {
    await state.vehicles.insert({
      vehicleId,
      label: 'Car',
      modelId: 'generic',
      vin: null,
      homeSealed: null,
      reserveSocPct: 5,
      createdAtMs: START_MS,
    });
    await trust.registerOwnership({
      vehicleId,
      personId: PERSON,
      actor: 'test',
      fromMs: START_MS - 60 * DAY_MS,
      consents: { alert_driver: true },
      textVersion: '1',
    });
  }
  const erase = (vehicleId: string) => trust.eraseOwnership({ vehicleId, personId: PERSON, actor: 'test' });
  return { state, trust, clock, erase };
}

export interface RawFrame {
  readonly vehicleId?: string;
  readonly format?: FrameFormat;
  readonly receivedAtMs?: number;
  /** JSON is written, text and bytes go as they are. */
  readonly frame: unknown;
}

/** A raw record as the gateway writes it. */
export async function sealRaw(trust: FullTrust, raw: RawFrame) {
  const { vehicleId = CAR_A, format = 'vss-json', receivedAtMs = START_MS, frame } = raw;
  await trust.prepare([vehicleId]);
  const bytes =
    frame instanceof Uint8Array
      ? frame
      : Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame));
  const { keyId, box } = trust.seal(vehicleId, receivedAtMs, bytes);
  const headers = { format, receivedAtMs: String(receivedAtMs), keyId };
  return { topic: TOPICS.raw.name, key: vehicleId, value: box, headers };
}

export interface Bench {
  readonly bus: Bus;
  readonly telemetry: TelemetryStore;
  readonly ingest: ReturnType<typeof createIngest>;
  /** Publishes and waits until ingest has worked it off. */
  feed(...frames: readonly RawFrame[]): Promise<void>;
  settle(): Promise<void>;
  rows(vehicleId?: string): Promise<readonly SignalRow[]>;
  signals(): readonly SignalRecord[];
  rejects(): readonly RejectedRecord[];
  stop(): Promise<void>;
}

export interface Faults {
  beforeWrite?: () => void;
  beforePublish?: () => void;
}

function faultySinks(
  bus: Bus,
  telemetry: TelemetryStore,
  faults: Faults,
): Pick<IngestDeps, 'bus' | 'telemetry'> {
  return {
    bus: {
      subscribe: (options) => bus.subscribe(options),
      publish: async (records) => {
        faults.beforePublish?.();
        return bus.publish(records);
      },
    },
    telemetry: {
      writeSignals: async (rows) => {
        faults.beforeWrite?.();
        return telemetry.writeSignals(rows);
      },
    },
  };
}

/** `faults` stands between ingest and its sinks. */
export async function startIngest(registry: Registry, faults: Faults = {}): Promise<Bench> {
  const { clock, trust } = registry;
  const bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: 4 });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const ingest = createIngest({
    ...faultySinks(bus, telemetry, faults),
    trust,
    runtime: { eventClock: clock, realClock: clock, log: silentLog, metrics: createMetrics() },
    settings: readSettings(ingestSettings, {}),
  });
  const seen: BusRecord[] = [];
  const watch = await bus.broadcast({
    topics: [TOPICS.signals.name, TOPICS.rejected.name],
    start: 'earliest',
    handle: async (batch) => {
      seen.push(...batch.records);
    },
  });
  await ingest.start();
  const read = <T>(topic: string): T[] =>
    seen
      .filter((one) => one.topic === topic)
      .map((one) => JSON.parse(Buffer.from(one.value ?? []).toString()) as T);
  const settle = async () => {
    for (let turn = 0; turn < 10_000 && !(ingest.isIdle() && watch.isIdle()); turn++)
      await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    bus,
    telemetry,
    ingest,
    settle,
    async feed(...frames) {
      for (const frame of frames) await bus.publish([await sealRaw(trust, frame)]);
      await settle();
    },
    rows: async (vehicleId = CAR_A) => {
      const query = { vehicleId, paths: [], fromMs: 0, toMs: START_MS + DAY_MS, limit: 1_000 };
      return (await telemetry.readSignals(query)).rows;
    },
    signals: () => read<unknown>(TOPICS.signals.name).map((record) => signalRecord.parse(record)),
    rejects: () => read<RejectedRecord>(TOPICS.rejected.name),
    async stop() {
      await ingest.stop();
      await watch.stop();
      await bus.close();
      await telemetry.close();
    },
  };
}
