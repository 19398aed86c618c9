import { type Bus, encodeRecord, openBus, type Topic } from '@outrider/bus';
import type { Alert, Forecast, Notification } from '@outrider/domain';
import {
  createMetrics,
  type Log,
  type ManualClock,
  manualClock,
  readSettings,
  silentLog,
  systemClock,
} from '@outrider/runtime';
import { type NotificationRow, openState, type State } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust, type Role } from '@outrider/trust';
import { type Api, apiSettings, createApi, ensureAdminToken } from './app.ts';

// The API on memory engines behind a real socket, and people and cars in it. For tests only.

const named = (modelId: string) => ({ modelId, name: modelId === 'test-car' ? 'Test car' : modelId });
export const START_MS = Date.UTC(2026, 0, 15, 8);

export interface Stores {
  readonly bus: Bus;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: FullTrust;
  readonly eventClock: ManualClock;
}

export async function openStores(): Promise<Stores> {
  const eventClock = manualClock(START_MS);
  const state = await openState('memory:', { log: silentLog, synchronous: 'off' });
  return {
    bus: await openBus('memory:', { clock: eventClock, log: silentLog, partitions: 4 }),
    state,
    telemetry: await openTelemetry('memory:', { log: silentLog }),
    trust: createTrust({ ...state, eventClock }),
    eventClock,
  };
}

/** What `JSON.parse` gives. */
export type Parsed = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Whatever came: a test looks into it. */
  readonly body: Parsed;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi extends Stores {
  readonly api: Api;
  readonly adminToken: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  addPerson(role?: Role): Promise<{ readonly personId: string; readonly token: string }>;
  /** A car of `token`'s owner; warned and shown unless the consents say otherwise. */
  addVehicle(token: string, consents?: object, modelId?: string): Promise<string>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly stores?: Stores;
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: Log;
  readonly bus?: Bus;
}

export async function startApi(options: StartOptions = {}): Promise<TestApi> {
  const stores = options.stores ?? (await openStores());
  const adminToken = (await ensureAdminToken(stores.state, stores.eventClock)) ?? '';
  const api = createApi({
    ...stores,
    bus: options.bus ?? stores.bus,
    runtime: {
      eventClock: stores.eventClock,
      realClock: systemClock,
      log: options.log ?? silentLog,
      metrics: createMetrics(),
    },
    settings: readSettings(apiSettings, {
      // Tests ask faster than people.
      ...{ API_PORT: '0', API_REQUESTS_PER_S: '100000' },
      ...options.environment,
    }),
    // All but the first are known to the energy model.
    vehicleModels: ['test-car', 'tesla-model-s-85-2012', 'generic-suv'].map(named),
  });
  await api.start();
  const call = (method: string, path: string, said: CallOptions = {}): Promise<Answer> =>
    callAt(api.address, method, path, said);
  return {
    ...stores,
    api,
    adminToken,
    call,
    async addPerson(role = 'driver') {
      const { body } = await call('POST', '/v1/people', {
        token: adminToken,
        body: { name: 'Somebody', role },
      });
      return { personId: body.person.personId, token: body.token };
    },
    async addVehicle(token, consents = { alert_driver: true, show_driver: true }, modelId = 'test-car') {
      const { textVersion } = (await call('GET', '/v1/purposes', { token })).body;
      const body = { modelId, label: 'My car', consents, textVersion };
      const made = await call('POST', '/v1/vehicles', { token, body });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return made.body.vehicle.vehicleId;
    },
    stop: () => api.stop(),
  };
}

async function callAt(address: string, method: string, path: string, said: CallOptions): Promise<Answer> {
  const { token, body, raw, headers } = said;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const answered = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(answered) : answered,
  };
}

export const tripPlan = (): object => ({
  departAt: '2026-01-15T10:00:00+02:00',
  origin: { name: 'Home', lat: 60.17, lon: 24.94 },
  stops: [
    { name: 'Charger', lat: 61, lon: 24.5, kind: 'charge', chargeToSocPct: 80, powerKw: 50 },
    { name: 'Cabin', lat: 62, lon: 25, kind: 'destination', arriveAt: '2026-01-15T13:00:00Z' },
  ],
});

export function alertRecord(vehicleId: string, change: Partial<Alert> = {}): Alert {
  const band = { p10: -4, p50: 3, p90: 9 };
  return {
    alertId: 'alert-1',
    revision: 1,
    vehicleId,
    ruleId: 'arrival-below-reserve',
    subject: 'cabin',
    state: 'firing',
    severity: 'warning',
    startedAtMs: START_MS,
    changedAtMs: START_MS,
    expiresAtMs: START_MS + 3_600_000,
    message: 'arrival-below-reserve',
    facts: { arrivalSocPct: 3 },
    probability: 0.7,
    arrivalSocPct: band,
    remedies: [
      {
        kind: 'hold-speed',
        speedMps: 22,
        arrivalSocPct: { p10: 6, p50: 9, p90: 13 },
        belowReserveProbability: 0.05,
      },
    ],
    evidence: {
      inputs: [{ name: 'soc', value: 41, unit: 'percent', ageS: 12 }],
      modelVersion: 'm1',
      ruleVersion: 'r1',
    },
    ...change,
  };
}

export const forecastRecord = (vehicleId: string, change: Partial<Forecast> = {}): Forecast => ({
  forecastId: 'forecast-1',
  vehicleId,
  madeAtMs: START_MS,
  socPct: 41,
  reserveSocPct: 5,
  stops: [
    {
      stopId: 'cabin',
      name: 'Cabin',
      distanceM: 120_000,
      arriveAtMs: START_MS + 5_400_000,
      arrivalSocPct: { p10: -4, p50: 3, p90: 9 },
      belowReserveProbability: 0.7,
    },
  ],
  curve: [{ distanceM: 0, socPct: { p10: 41, p50: 41, p90: 41 } }],
  modelVersion: 'm1',
  ...change,
});

/** Stores alerts the way the predictor does: sealed, with a checkpoint. */
export async function storeAlerts({ state, trust }: Stores, alerts: readonly Alert[]): Promise<void> {
  await trust.prepare(new Set(alerts.map((one) => one.vehicleId)));
  const rows = alerts.map((one) => {
    const { keyId, box } = trust.seal(one.vehicleId, one.changedAtMs, Buffer.from(JSON.stringify(one)));
    const { alertId, vehicleId, revision, ruleId, subject, severity } = one;
    const { startedAtMs, changedAtMs, expiresAtMs } = one;
    const times = { startedAtMs, changedAtMs, expiresAtMs };
    const sealed = { keyId, box: Buffer.from(box).toString('base64url') };
    return { alertId, vehicleId, revision, ruleId, subject, state: one.state, severity, ...times, ...sealed };
  });
  const previous = await state.predictor.readCheckpoint(0);
  const isWritten = await state.predictor.writeCheckpoint({
    partition: 0,
    previous,
    next: {
      partition: 0,
      generation: (previous?.generation ?? 0) + 1,
      offsets: new Map(),
      savedAtMs: START_MS,
    },
    vehicles: [],
    alerts: rows,
    outbox: [],
    labels: [],
  });
  if (!isWritten) throw new Error('the checkpoint was not written');
}

export function notificationRecord(
  vehicleId: string,
  personId: string,
  change: Partial<Notification> = {},
): Notification {
  return {
    notificationId: 'note-1',
    alertId: 'alert-1',
    revision: 1,
    vehicleId,
    ruleId: 'arrival-below-reserve',
    personId,
    channel: 'feed',
    state: 'delivered',
    severity: 'warning',
    interrupts: true,
    purpose: 'alert',
    title: 'Cabin: 3 % left',
    at: { createdMs: START_MS, changedMs: START_MS, expiresMs: START_MS + 3_600_000 },
    attempts: 1,
    ...change,
  };
}

/** The same decision as the notifier's row. */
export async function storeNotification({ state, trust }: Stores, told: Notification): Promise<void> {
  await trust.prepare([told.vehicleId]);
  const words = Buffer.from(JSON.stringify({ title: told.title, body: told.body, to: 'somewhere' }));
  const { keyId, box } = trust.seal(told.vehicleId, told.at.createdMs, words);
  const row: NotificationRow = {
    notificationId: told.notificationId,
    alertId: told.alertId,
    revision: told.revision,
    vehicleId: told.vehicleId,
    ruleId: told.ruleId,
    subject: 'cabin',
    personId: told.personId ?? null,
    channel: told.channel ?? null,
    state: told.state,
    severity: told.severity,
    interrupts: told.interrupts,
    purpose: told.purpose,
    reason: told.reason ?? null,
    createdAtMs: told.at.createdMs,
    changedAtMs: told.at.changedMs,
    expiresAtMs: told.at.expiresMs,
    notBeforeMs: told.at.createdMs,
    attempts: told.attempts,
    keyId,
    box: Buffer.from(box).toString('base64url'),
  };
  await state.notifications.insert([row]);
}

/** Publishes a record as the service that writes the topic does. */
export async function publish<T extends { readonly vehicleId: string }>(
  { bus, trust, eventClock }: Stores,
  topic: Topic<T>,
  record: T,
): Promise<void> {
  await trust.prepare([record.vehicleId]);
  await bus.publish([encodeRecord(topic, record.vehicleId, record, eventClock.nowMs(), trust)]);
}
