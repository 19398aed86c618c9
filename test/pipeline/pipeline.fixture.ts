import { decodeRecord, encodeRecord, openBus, TOPICS, type Topic } from '@outrider/bus';
import { type Alert, type Conditions, GEAR, SIGNAL, type Trip } from '@outrider/domain';
import { createIngest, ingestSettings } from '@outrider/ingest';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { type App, createMetrics, manualClock, readSettings, silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type SignalRow } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';

// Ingest and predictor on the memory engines (state and series wherever a test wants them), with a road and a plan, fed with frames as a network delivers them.

export const START_MS = Date.UTC(2026, 0, 15, 8);
export const VEHICLE = 'veh_aaaaaaaaaaaa';
const PERSON = 'per_aaaaaaaaaaaa';
const DAY_MS = 86_400_000;
const FAR_MS = START_MS + DAY_MS;
/** Road between start and destination. */
const SEGMENTS = 60;
const SEGMENT_M = 2_000;
const ROAD = { lat: 61, lon: 25 } as const;
const METRES_PER_DEGREE = 111_195;

/** A point of the road, which leads due north. */
const northOf = (alongM: number) => ({ lat: ROAD.lat + alongM / METRES_PER_DEGREE, lon: ROAD.lon });

/** What the car says at one moment. */
export interface CarFrame {
  readonly observedAtMs: number;
  readonly signals: Readonly<Record<string, number | boolean>>;
}

/** When it reaches us. */
export interface Delivery {
  readonly frame: CarFrame;
  readonly arrivesAtMs: number;
}

export interface Outcome {
  /** Stored rows without what a delay may change: when they came, and the random part of a sealed box. */
  readonly rows: readonly object[];
  /** Every alert step that reached the log, in order. */
  readonly alerts: readonly Alert[];
}

export interface RunOptions {
  readonly losesPredictor?: boolean;
  /** Default: memory. */
  readonly stateUrl?: string;
  /** Default: memory. */
  readonly telemetryUrl?: string;
}

/** A drive towards a place it will hardly reach: the charge given falls over the frames. */
export function driveFrames(
  steps: readonly { readonly afterMs: number; readonly socPct: number }[],
): CarFrame[] {
  let observedAtMs = START_MS + 20_000;
  let alongM = 0;
  return steps.map(({ afterMs, socPct }) => {
    observedAtMs += afterMs;
    alongM += (afterMs / 1000) * 20;
    const here = northOf(alongM);
    return {
      observedAtMs,
      signals: {
        [SIGNAL.soc]: socPct,
        [SIGNAL.gear]: GEAR.drive,
        [SIGNAL.speed]: 72,
        [SIGNAL.latitude]: here.lat,
        [SIGNAL.longitude]: here.lon,
        [SIGNAL.airTemp]: 2,
      },
    };
  });
}

/**
 * Runs the deliveries through the path, time moving with them, until everything has come to rest. On demand
 * the predictor that read the plan is lost before its first checkpoint, and another one takes over.
 */
export async function runPipeline(
  deliveries: readonly Delivery[],
  { losesPredictor = false, stateUrl = 'memory:', telemetryUrl = 'memory:' }: RunOptions = {},
): Promise<Outcome> {
  const clock = manualClock(START_MS);
  const state = await openState(stateUrl, { log: silentLog });
  const bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: 2 });
  const telemetry = await openTelemetry(telemetryUrl, { log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  const runtime = { eventClock: clock, realClock: clock, log: silentLog, metrics: createMetrics() };
  await register(state, trust);
  const ingest = createIngest({ bus, telemetry, trust, runtime, settings: readSettings(ingestSettings, {}) });
  const predictorOn = (store: State): App =>
    createPredictor({
      ...{ bus, state: store, telemetry, trust, settings: readSettings(predictorSettings, {}) },
      runtime: { ...runtime, metrics: createMetrics() },
    });
  let predictor = predictorOn(losesPredictor ? withoutCheckpoints(state) : state);
  await predictor.start();
  await ingest.start();
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = ingest.isIdle() && predictor.isIdle() ? quiet + 1 : 0;
    }
  };
  const send = async (frame: CarFrame): Promise<void> => {
    const receivedAtMs = clock.nowMs();
    await trust.prepare([VEHICLE]);
    const bytes = Buffer.from(JSON.stringify({ observedAt: frame.observedAtMs, signals: frame.signals }));
    const { keyId, box } = trust.seal(VEHICLE, receivedAtMs, bytes);
    const headers = { format: 'vss-json', receivedAtMs: String(receivedAtMs), keyId };
    await bus.publish([{ topic: TOPICS.raw.name, key: VEHICLE, value: box, headers }]);
  };
  await trust.prepare([VEHICLE]);
  await bus.publish([
    encodeRecord(TOPICS.trips, VEHICLE, trip, START_MS, trust),
    encodeRecord(TOPICS.conditions, VEHICLE, conditions, START_MS, trust),
  ]);
  await settle();
  if (losesPredictor) {
    await predictor.stop();
    predictor = predictorOn(state);
    await predictor.start();
    await settle();
  }
  for (const { frame, arrivesAtMs } of deliveries.toSorted((a, b) => a.arrivesAtMs - b.arrivesAtMs)) {
    clock.advanceTo(Math.max(clock.nowMs(), arrivesAtMs));
    await settle();
    await send(frame);
    await settle();
  }
  clock.advanceTo(START_MS + 2 * 3_600_000);
  await settle();
  const { rows } = await telemetry.readSignals({
    ...{ vehicleId: VEHICLE, paths: [], fromMs: 0, toMs: FAR_MS, limit: 10_000 },
  });
  const alerts = await readAll(bus, trust, TOPICS.alerts);
  await ingest.stop();
  await predictor.stop();
  await bus.close();
  await telemetry.close();
  await state.close();
  return { rows: rows.map(withoutArrival), alerts };
}

/** A store that fails whenever a predictor would save: stopped, it leaves as little as a crash does. */
const withoutCheckpoints = (state: State): State => ({
  ...state,
  predictor: {
    ...state.predictor,
    writeCheckpoint: () => Promise.reject(new Error('the disk is gone')),
  },
});

const withoutArrival = ({ receivedAtMs: _, places, ...row }: SignalRow): object => ({
  ...row,
  placesKeyId: places?.keyId === undefined ? null : 'sealed',
});

/** Everything a topic holds, oldest first. */
export async function readAll<T>(
  bus: Awaited<ReturnType<typeof openBus>>,
  trust: ReturnType<typeof createTrust>,
  topic: Topic<T>,
): Promise<readonly T[]> {
  const all: T[] = [];
  const reader = trust.reader('alert_driver');
  await trust.prepare([VEHICLE]);
  const subscription = await bus.broadcast({
    topics: [topic.name],
    start: 'earliest',
    handle: async ({ records }) => {
      for (const record of records) {
        const decoded = decodeRecord(topic, record, reader);
        if (decoded.kind === 'record') all.push(decoded.record);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return all;
}

export async function register(state: State, trust: ReturnType<typeof createTrust>): Promise<void> {
  const nothing = { email: null, phone: null, webhookUrl: null, webhookSecret: null };
  const quiet = { quietFromMinute: null, quietToMinute: null, channels: [] };
  await state.people.insert({
    ...{ personId: PERSON, name: 'Driver', ...nothing, ...quiet, createdAtMs: START_MS },
    ...{ language: 'en', units: 'metric', timeZone: 'UTC' },
  });
  await state.vehicles.insert({
    ...{ vehicleId: VEHICLE, label: 'Car', modelId: 'tesla-model-s-85-2012', vin: null, homeSealed: null },
    ...{ reserveSocPct: 5, createdAtMs: START_MS },
  });
  await trust.registerOwnership({
    ...{ vehicleId: VEHICLE, personId: PERSON, actor: 'test', fromMs: START_MS - 60 * DAY_MS },
    ...{ consents: { alert_driver: true }, textVersion: '1' },
  });
}

const end = northOf(SEGMENTS * SEGMENT_M);

export const trip: Trip = {
  ...{ tripId: 'trip-1', vehicleId: VEHICLE, revision: 1, source: 'driver', createdAtMs: START_MS },
  ...{ departAtMs: START_MS, reserveSocPct: 5, origin: { name: 'Start', ...ROAD } },
  stops: [{ stopId: 'stop-1', name: 'Far', ...end, kind: 'destination' }],
};

export const conditions: Conditions = {
  ...{ snapshotId: 'snapshot-1', vehicleId: VEHICLE, asOfMs: START_MS, tripId: 'trip-1', tripRevision: 1 },
  stretches: [
    {
      stopId: 'stop-1',
      segments: Array.from({ length: SEGMENTS }, (_, index) => ({
        ...northOf(index * SEGMENT_M),
        ...{ distanceM: SEGMENT_M, speedMps: 20, climbM: 0, bearingDeg: 0, tempC: 2, pressureHpa: 1_010 },
        ...{ windMps: 2, windFromDeg: 0, isWet: false },
      })),
      chargers: [],
      routeSource: 'planner-route',
    },
  ],
  nearby: [],
  standing: [],
  sigma: { tempK: 1, windMps: 1, speedRatio: 0.05, climbM: 20 },
  weatherSource: 'forecast-file',
  weatherAgeS: 0,
};
