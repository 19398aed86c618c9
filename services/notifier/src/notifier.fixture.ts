import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Bus, decodeRecord, encodeRecord, openBus, TOPICS, type Topic } from '@outrider/bus';
import type { Alert, Feedback, Forecast, Notification, SignalRecord } from '@outrider/domain';
import { GEAR, SIGNAL } from '@outrider/domain';
import {
  type App,
  createMetrics,
  type ManualClock,
  manualClock,
  type Runtime,
  readSettings,
  silentLog,
} from '@outrider/runtime';
import { type NotificationRow, openState, type Person, type State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import { createNotifier } from './app.ts';
import type { Channel, Delivery, Message } from './channel.ts';
import { createFeed } from './channels/feed.ts';
import { notifierSettings } from './settings.ts';

// The notifier on memory engines with both clocks in the test's hand.

export const VEHICLE = 'veh_milford0001';
export const DRIVER = 'per_driver0001';
/** A winter morning in Connecticut: 09:00 there. */
export const START_MS = Date.parse('2026-01-23T14:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

export const driver: Person = {
  personId: DRIVER,
  name: 'The driver',
  email: 'driver@example.org',
  phone: null,
  webhookUrl: null,
  webhookSecret: null,
  language: 'en',
  units: 'imperial',
  timeZone: 'America/New_York',
  quietFromMinute: null,
  quietToMinute: null,
  channels: ['feed', 'email'],
  createdAtMs: 0,
};

export function alertOf(change: Partial<Alert> = {}): Alert {
  return {
    alertId: 'alert-1',
    revision: 1,
    vehicleId: VEHICLE,
    ruleId: 'arrival-below-reserve',
    subject: 'stop-milford',
    state: 'firing',
    severity: 'warning',
    startedAtMs: START_MS,
    changedAtMs: START_MS,
    expiresAtMs: START_MS + 2 * HOUR_MS,
    deadlineAtMs: START_MS + HOUR_MS,
    deadlinePlace: 'exit 54',
    stopName: 'Milford',
    message: 'arrival-below-reserve',
    facts: { distanceM: 321_869, tempC: -1.1, windMps: null, socPct: 72 },
    probability: 0.64,
    arrivalSocPct: { p10: 0, p50: 3, p90: 8 },
    reserveSocPct: 5,
    remedies: [
      {
        kind: 'charge-longer',
        name: 'Newark',
        minutes: 12,
        untilSocPct: 96,
        powerKw: 90,
        arrivalSocPct: { p10: 7, p50: 11, p90: 15 },
        belowReserveProbability: 0.05,
      },
      {
        kind: 'hold-speed',
        speedMps: 24.6,
        arrivalSocPct: { p10: 6, p50: 9, p90: 13 },
        belowReserveProbability: 0.08,
      },
    ],
    evidence: { inputs: [], modelVersion: 'model-1', ruleVersion: 'rule-1' },
    ...change,
  };
}

export interface FakeChannel extends Channel {
  readonly messages: Message[];
  /** What the next tries come to; delivered when empty. */
  readonly answers: (Delivery | Promise<Delivery>)[];
}

export function fakeChannel(name: 'email' | 'webhook' | 'sms'): FakeChannel {
  const messages: Message[] = [];
  const answers: (Delivery | Promise<Delivery>)[] = [];
  return {
    name,
    messages,
    answers,
    reaches: (person) => (name === 'email' ? person.email : person.webhookUrl) !== null,
    async deliver(message) {
      messages.push(message);
      return (await answers.shift()) ?? { kind: 'delivered' };
    },
    close: async () => {},
  };
}

export interface Rig {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: FullTrust;
  readonly runtime: Runtime;
  readonly email: FakeChannel;
  isIdle(): boolean;
  stop(): Promise<void>;
  /** Stops the notifier and starts another on the same stores, or on what stands before them. */
  begin(instead?: { readonly state?: State; readonly bus?: Bus }): Promise<void>;
  /** Begins anew and lets everything due happen. */
  restart(): Promise<void>;
  publishAlert(change?: Partial<Alert>): Promise<void>;
  /** Several in one go: they reach the notifier in one batch. */
  publishAlerts(changes: readonly Partial<Alert>[]): Promise<void>;
  /** Like that, without waiting for what comes of it. */
  queueAlerts(changes: readonly Partial<Alert>[]): Promise<void>;
  publishFeedback(feedback: Omit<Feedback, 'vehicleId' | 'feedbackId'>): Promise<void>;
  publishForecast(forecast: Forecast): Promise<void>;
  drive(): Promise<void>;
  park(): Promise<void>;
  /** Moves event time and lets everything due happen. */
  passEventTime(ms: number): Promise<void>;
  passRealTime(ms: number): Promise<void>;
  rows(): Promise<readonly NotificationRow[]>;
  /** What anybody can read on `notifications.v1`, oldest first. */
  published(): readonly Notification[];
  close(): Promise<void>;
}

export interface RigOptions {
  readonly person?: Partial<Person>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Besides feed and e-mail. */
  readonly channels?: readonly Channel[];
}

interface Stores {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: FullTrust;
}

/** Memory engines with one registered car and driver. */
async function openStores(eventClock: ManualClock, person: Person): Promise<Stores> {
  const bus = await openBus('memory:', { clock: eventClock, partitions: 2, log: silentLog });
  const state = await openState('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock });
  await state.people.insert(person);
  await state.vehicles.insert({
    vehicleId: VEHICLE,
    label: 'Car',
    modelId: 'generic',
    vin: null,
    homeSealed: null,
    reserveSocPct: 5,
    createdAtMs: 0,
  });
  await trust.registerOwnership({
    vehicleId: VEHICLE,
    personId: DRIVER,
    actor: 'test',
    fromMs: 0,
    consents: { alert_driver: true, show_driver: true },
    textVersion: '1',
  });
  await trust.prepare([VEHICLE]);
  return { bus, state, trust };
}

/** Reads along on `notifications.v1`, as the api does. */
async function listenTo({ bus, trust }: Stores) {
  const published: Notification[] = [];
  const subscription = await bus.broadcast({
    topics: [TOPICS.notifications.name],
    start: 'earliest',
    async handle({ records }) {
      await trust.prepare([VEHICLE]);
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.notifications, record, trust.reader('show_driver'));
        if (decoded.kind === 'record') published.push(decoded.record);
      }
    },
  });
  return { published, isIdle: () => subscription.isIdle() };
}

/** What the other services would publish. */
function others({ bus, trust }: Stores, eventClock: ManualClock) {
  let count = 0;
  const publish = async <T>(topic: Topic<T>, records: readonly T[]) => {
    // The predictor decided before whatever the test changed: its keys are those of then.
    await trust.prepare([VEHICLE]);
    await bus.publish(records.map((record) => encodeRecord(topic, VEHICLE, record, START_MS, trust)));
  };
  return {
    alerts: (changes: readonly Partial<Alert>[]) => publish(TOPICS.alerts, changes.map(alertOf)),
    feedback: (feedback: Omit<Feedback, 'vehicleId' | 'feedbackId'>) =>
      publish(TOPICS.feedback, [{ ...feedback, vehicleId: VEHICLE, feedbackId: `feedback-${count++}` }]),
    forecast: (forecast: Forecast) => publish(TOPICS.forecasts, [forecast]),
    signals: (values: SignalRecord['values']) =>
      publish(TOPICS.signals, [
        {
          recordId: `record-${count++}`,
          vehicleId: VEHICLE,
          observedAtMs: eventClock.nowMs(),
          receivedAtMs: eventClock.nowMs(),
          source: 'vss-json',
          values,
        },
      ]),
  };
}

async function untilIdle(isIdle: () => boolean): Promise<void> {
  // Several turns in a row: what one part finishes may wake another.
  let quietTurns = 0;
  for (let turn = 0; turn < 20_000 && quietTurns < 10; turn++) {
    await nextTurn();
    quietTurns = isIdle() ? quietTurns + 1 : 0;
  }
  if (quietTurns === 0) throw new Error('the notifier does not come to rest');
}

function builder(stores: Stores, runtime: Runtime, email: Channel, options: RigOptions) {
  return (instead: Partial<Stores> = {}): App =>
    createNotifier({
      ...stores,
      ...instead,
      runtime,
      settings: readSettings(notifierSettings, options.environment ?? {}),
      channels: [createFeed(), email, ...(options.channels ?? [])],
      random: () => 0.5,
    });
}

export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const eventClock = manualClock(START_MS);
  const realClock = manualClock(1_000_000);
  const runtime = { eventClock, realClock, log: silentLog, metrics: createMetrics() };
  const stores = await openStores(eventClock, { ...driver, ...options.person });
  const listener = await listenTo(stores);
  const email = fakeChannel('email');
  const build = builder(stores, runtime, email, options);
  const publish = others(stores, eventClock);
  let notifier = build();
  const settle = () => untilIdle(() => notifier.isIdle() && listener.isIdle());
  const settled = async (work: Promise<void>) => {
    await work;
    await settle();
  };
  const pass = async (clock: ManualClock, ms: number) => {
    clock.advanceTo(clock.nowMs() + ms);
    await settle();
  };
  const begin: Rig['begin'] = async (instead) => {
    await notifier.stop();
    notifier = build(instead);
    await notifier.start();
  };
  await settled(begin());
  return {
    ...{ ...stores, runtime, email, begin },
    isIdle: () => notifier.isIdle(),
    stop: () => notifier.stop(),
    restart: () => settled(begin()),
    publishAlert: (change = {}) => settled(publish.alerts([change])),
    publishAlerts: (changes) => settled(publish.alerts(changes)),
    queueAlerts: publish.alerts,
    publishFeedback: (feedback) => settled(publish.feedback(feedback)),
    publishForecast: (forecast) => settled(publish.forecast(forecast)),
    drive: () => settled(publish.signals({ [SIGNAL.speed]: 90, [SIGNAL.gear]: GEAR.drive })),
    park: () => settled(publish.signals({ [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park })),
    passEventTime: (ms) => pass(eventClock, ms),
    passRealTime: (ms) => pass(realClock, ms),
    rows: async () => (await stores.state.notifications.listOfVehicle(VEHICLE, 0, 1_000)).toReversed(),
    published: () => listener.published,
    async close() {
      await notifier.stop();
      await stores.bus.close();
      await stores.state.close();
    },
  };
}
