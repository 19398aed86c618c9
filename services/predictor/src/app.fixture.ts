import { type Bus, decodeRecord, encodeRecord, openBus, TOPICS, type Topic } from '@outrider/bus';
import type { Alert, Command, Conditions, Forecast, SignalValue, Trip } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import {
  type App,
  createMetrics,
  type ManualClock,
  manualClock,
  readSettings,
  silentLog,
} from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';
import { createPredictor, type PredictorDeps } from './app.ts';
import type { PartitionDeps } from './partition.ts';
import { HOUR_MS, modelOf, NOW_MS, VEHICLE } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import { predictorSettings } from './settings.ts';

// The predictor on the memory engines, both clocks in the test's hand. For tests only.

const PERSON = 'per_driver0001';
const WINDOW_MS = 10_000;
/** Every record of one car is in one partition. */
export const PARTITIONS = 2;

export interface Stores {
  readonly state: State;
  readonly trust: FullTrust;
  readonly clock: ManualClock;
}

export async function openStores(
  vehicleIds: readonly string[] = [VEHICLE],
  isSynthetic = false,
): Promise<Stores> {
  const clock = manualClock(NOW_MS);
  const state = await openState('memory:', { log: silentLog, synchronous: 'off' });
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  await state.people.insert({
    personId: PERSON,
    name: 'The driver',
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
    createdAtMs: 0,
  });
  for (const vehicleId of vehicleIds)
    await register(state, trust, vehicleId, NOW_MS - 24 * HOUR_MS, isSynthetic);
  return { state, trust, clock };
}

export async function register(
  state: State,
  trust: FullTrust,
  vehicleId: string,
  fromMs: number,
  isSynthetic = false,
): Promise<void> {
  if ((await state.vehicles.find(vehicleId)) === undefined)
    await state.vehicles.insert({
      vehicleId,
      label: 'Car',
      modelId: 'tesla-model-s-85-2012',
      vin: null,
      homeSealed: null,
      reserveSocPct: 5,
      createdAtMs: 0,
      ...(isSynthetic && { isSynthetic }),
    });
  await trust.registerOwnership({
    vehicleId,
    personId: PERSON,
    actor: 'test',
    fromMs,
    consents: { alert_driver: true },
    textVersion: '1',
  });
  await trust.prepare([vehicleId]);
}

export const endOwnership = (trust: FullTrust, vehicleId: string, toMs: number): Promise<boolean> =>
  trust.endOwnership({ vehicleId, personId: PERSON, actor: 'test', toMs });

/** A partition's surroundings, with what it counted. */
export function partitionDeps({ state, trust, clock }: Stores) {
  const counted = { late: 0, unknownVehicle: 0, failed: 0, ownerless: 0, trips: [] as string[] };
  const counter = (name: Exclude<keyof typeof counted, 'trips'>) => ({
    inc(by = 1) {
      counted[name] += by;
    },
  });
  const deps: PartitionDeps = {
    state,
    trust,
    realClock: clock,
    log: silentLog,
    rules: [ruleOn('belowReserveProbability', 'stop')],
    onFired: async () => {},
    modelOf: () => modelOf(),
    reorderWindowMs: WINDOW_MS,
    counters: {
      late: counter('late'),
      unknownVehicle: counter('unknownVehicle'),
      failed: counter('failed'),
      ownerless: counter('ownerless'),
      trips: { inc: ({ outcome }) => void counted.trips.push(outcome) },
    },
    metrics: createMetrics(),
  };
  return { deps, counted };
}

export interface Rig extends Stores {
  readonly bus: Bus;
  readonly telemetry: TelemetryStore;
  predictor: App;
  /** Stops the predictor and starts another on the same stores. */
  restart(): Promise<void>;
  /** Another predictor on the same state, as after a crash: the one before is not told. */
  create(change?: Partial<Pick<PredictorDeps, 'state' | 'bus' | 'telemetry' | 'settings'>>): App;
  tell(trip: Trip, conditions: Conditions): Promise<void>;
  plan(trip: Trip): Promise<void>;
  look(conditions: Conditions): Promise<void>;
  /** How often the timer rang for the predictor created last. */
  wakeUps(): Promise<number>;
  /** One record of the car, observed now unless told otherwise. */
  say(values: Readonly<Record<string, SignalValue>>, change?: SayOptions): Promise<void>;
  /** Lets time pass in steps, everything coming to rest in between. */
  pass(seconds: number, stepS?: number): Promise<void>;
  alerts(): Promise<readonly Alert[]>;
  forecasts(): Promise<readonly Forecast[]>;
  commands(): Promise<readonly Command[]>;
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface SayOptions {
  readonly vehicleId?: string;
  readonly observedAtMs?: number;
  readonly recordId?: string;
  /** False: comes back at once, for a predictor that waits for time to pass. */
  readonly settles?: boolean;
}

export async function createRig(vehicleIds?: readonly string[], isSynthetic = false): Promise<Rig> {
  const stores = await openStores(vehicleIds, isSynthetic);
  const { clock, trust, state } = stores;
  const bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: PARTITIONS });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const runtime = { eventClock: clock, realClock: clock, log: silentLog };
  let metrics = createMetrics();
  let seq = 0;
  const rig: Rig = {
    ...stores,
    bus,
    telemetry,
    predictor: undefined as unknown as App,
    create(change = {}) {
      metrics = createMetrics();
      return createPredictor({
        bus,
        state,
        telemetry,
        trust,
        runtime: { ...runtime, metrics },
        settings: readSettings(predictorSettings, {}),
        ...change,
      });
    },
    wakeUps: async () => (await metrics.counter('predictor_wakeups_total', '').get()).values[0]?.value ?? 0,
    async restart() {
      await rig.predictor.stop();
      rig.predictor = rig.create();
      await rig.predictor.start();
      await rig.settle();
    },
    async tell(trip, conditions) {
      await rig.plan(trip);
      await rig.look(conditions);
      await rig.settle();
    },
    async plan(trip) {
      await trust.prepare([VEHICLE]);
      await bus.publish([encodeRecord(TOPICS.trips, VEHICLE, trip, clock.nowMs(), trust)]);
    },
    async look(conditions) {
      await trust.prepare([VEHICLE]);
      await bus.publish([encodeRecord(TOPICS.conditions, VEHICLE, conditions, clock.nowMs(), trust)]);
    },
    async say(values, said = {}) {
      const { vehicleId = VEHICLE, observedAtMs = clock.nowMs(), recordId = `record-${++seq}` } = said;
      await bus.publish([signals(trust, vehicleId, observedAtMs, recordId, values, clock.nowMs())]);
      if (said.settles !== false) await rig.settle();
    },
    async pass(seconds, stepS = 5) {
      for (let passedS = 0; passedS < seconds; passedS += stepS) {
        clock.advanceTo(clock.nowMs() + Math.min(stepS, seconds - passedS) * 1_000);
        await rig.settle();
      }
    },
    alerts: () => readAll(bus, trust, TOPICS.alerts),
    forecasts: () => readAll(bus, trust, TOPICS.forecasts),
    commands: () => readAll(bus, trust, TOPICS.commands),
    async settle() {
      for (let quiet = 0; quiet < 3; ) {
        await new Promise((resolve) => setImmediate(resolve));
        quiet = rig.predictor.isIdle() ? quiet + 1 : 0;
      }
    },
    async close() {
      await rig.predictor.stop();
      await bus.close();
      await telemetry.close();
      await state.close();
    },
  };
  rig.predictor = rig.create();
  await rig.predictor.start();
  await rig.settle();
  return rig;
}

/** As ingest writes it: places sealed, the rest in clear. */
function signals(
  trust: FullTrust,
  vehicleId: string,
  observedAtMs: number,
  recordId: string,
  values: Readonly<Record<string, SignalValue>>,
  nowMs: number,
) {
  const isPlace = (path: string) => path === SIGNAL.latitude || path === SIGNAL.longitude;
  const pick = (wanted: boolean) =>
    Object.fromEntries(Object.entries(values).filter(([path]) => isPlace(path) === wanted));
  const hidden = pick(true);
  const sealed =
    Object.keys(hidden).length === 0
      ? undefined
      : trust.seal(vehicleId, observedAtMs, Buffer.from(JSON.stringify(hidden)));
  const body = {
    recordId,
    vehicleId,
    observedAtMs,
    receivedAtMs: nowMs,
    source: 'vss-json' as const,
    values: pick(false),
    ...(sealed === undefined
      ? {}
      : { places: { keyId: sealed.keyId, box: Buffer.from(sealed.box).toString('base64url') } }),
  };
  return encodeRecord(TOPICS.signals, vehicleId, body, nowMs, trust);
}

/** Everything a topic holds, oldest first; what nobody can read is an error. */
async function readAll<T>(bus: Bus, trust: FullTrust, topic: Topic<T>): Promise<readonly T[]> {
  const found: T[] = [];
  await trust.prepare([VEHICLE]);
  const reader = trust.reader('alert_driver');
  const subscription = await bus.broadcast({
    topics: [topic.name],
    start: 'earliest',
    handle: async ({ records }) => {
      await trust.prepare(records.map(({ key }) => key));
      for (const record of records) {
        const decoded = decodeRecord(topic, record, reader);
        if (decoded.kind === 'unreadable') throw new Error(decoded.reason);
        if (decoded.kind === 'record') found.push(decoded.record);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return found;
}
