import { type Api, apiSettings, createApi, ensureAdminToken } from '@outrider/api';
import { type Bus, encodeRecord, openBus, TOPICS } from '@outrider/bus';
import { type Alert, SIGNAL } from '@outrider/domain';
import { createMetrics, readSettings, silentLog, systemClock } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';

// A real api over a real feed, with cars that do not exist: in memory, on a free port.

export interface FleetServer {
  /** Signs an operator in, once. */
  readonly pageUrl: string;
  readonly vehicleIds: readonly string[];
  /** The car says where it is, as ingest writes it. */
  say(vehicleId: string, lat: number, lon: number): Promise<void>;
  /** A warning begins, as the predictor writes it. */
  warn(vehicleId: string, severity: Alert['severity']): Promise<void>;
  close(): Promise<void>;
}

interface Stores {
  readonly bus: Bus;
  readonly state: State;
  readonly trust: FullTrust;
}

/** @param inNeed as many of the `cars` have a warning that holds already */
export async function startFleetServer(cars: number, inNeed: number): Promise<FleetServer> {
  const log = silentLog;
  const state = await openState('memory:', { log, synchronous: 'off' });
  const bus = await openBus('memory:', { clock: systemClock, log, partitions: 4 });
  const stores = { bus, state, trust: createTrust({ ...state, eventClock: systemClock }) };
  const adminToken = (await ensureAdminToken(state, systemClock)) ?? '';
  const api = createApi({
    ...stores,
    telemetry: await openTelemetry('memory:', { log }),
    runtime: { eventClock: systemClock, realClock: systemClock, log, metrics: createMetrics() },
    settings: readSettings(apiSettings, { API_PORT: '0', API_REQUESTS_PER_S: '100000' }),
    vehicleModels: [{ modelId: 'test-car', name: 'Test car' }],
  });
  await api.start();
  const owner = await addPerson(api, adminToken, 'driver');
  const operator = await addPerson(api, adminToken, 'operator');
  const vehicleIds: string[] = [];
  for (let car = 0; car < cars; car += 1) vehicleIds.push(await addCar(api, owner, car));
  await stores.trust.prepare(vehicleIds);
  await storeAlerts(stores, vehicleIds.slice(0, inNeed));
  const { path } = await post<{ path: string }>(api, operator, '/v1/sign-in-links');
  return {
    pageUrl: api.address.replace('127.0.0.1', 'localhost') + path,
    vehicleIds,
    say: (vehicleId, lat, lon) => say(stores, vehicleId, lat, lon),
    async warn(vehicleId, severity) {
      const alert = alertOf(vehicleId, severity);
      await bus.publish([encodeRecord(TOPICS.alerts, vehicleId, alert, systemClock.nowMs(), stores.trust)]);
    },
    async close() {
      await api.stop();
      await bus.close();
      await state.close();
    },
  };
}

async function post<T>(api: Api, token: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${api.address}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

const addPerson = async (api: Api, admin: string, role: string): Promise<string> =>
  (await post<{ token: string }>(api, admin, '/v1/people', { name: role, role })).token;

let textVersion: string | undefined;

async function addCar(api: Api, owner: string, car: number): Promise<string> {
  if (textVersion === undefined) {
    const purposes = await fetch(`${api.address}/v1/purposes`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    ({ textVersion } = (await purposes.json()) as { textVersion: string });
  }
  const said = { modelId: 'test-car', label: `Car ${car}`, isSynthetic: true, textVersion };
  const body = { ...said, consents: { alert_driver: true } };
  const made = await post<{ vehicle: { vehicleId: string } }>(api, owner, '/v1/vehicles', body);
  return made.vehicle.vehicleId;
}

async function say({ bus, trust }: Stores, vehicleId: string, lat: number, lon: number): Promise<void> {
  const nowMs = systemClock.nowMs();
  await trust.prepare([vehicleId]);
  const inside = { [SIGNAL.latitude]: lat, [SIGNAL.longitude]: lon };
  const { keyId, box } = trust.seal(vehicleId, nowMs, Buffer.from(JSON.stringify(inside)));
  const record = {
    ...{ recordId: `${vehicleId} ${lat}`, vehicleId, observedAtMs: nowMs, receivedAtMs: nowMs },
    ...{ source: 'vss-json' as const, values: { [SIGNAL.speed]: 88, [SIGNAL.soc]: 31 } },
    places: { keyId, box: Buffer.from(box).toString('base64url') },
  };
  await bus.publish([encodeRecord(TOPICS.signals, vehicleId, record, nowMs, trust)]);
}

function alertOf(vehicleId: string, severity: Alert['severity']): Alert {
  const nowMs = systemClock.nowMs();
  return {
    ...{ alertId: `alert-${vehicleId}`, revision: 1, vehicleId, ruleId: 'arrival-below-reserve' },
    ...{ subject: 'stop', state: 'firing', severity, message: 'arrival-below-reserve' },
    ...{ startedAtMs: nowMs, changedAtMs: nowMs, expiresAtMs: nowMs + 3_600_000 },
    ...{ facts: {}, probability: 0.7, stopName: 'Cabin', reserveSocPct: 5 },
    ...{ arrivalSocPct: { p10: -4, p50: 3, p90: 9 }, remedies: [] },
    // Of equals the one with the nearest end comes first: what is new is at the top of the list.
    ...(severity === 'critical' && { deadlineAtMs: nowMs }),
    evidence: { inputs: [], modelVersion: 'm', ruleVersion: 'r' },
  };
}

async function storeAlerts({ state, trust }: Stores, vehicleIds: readonly string[]): Promise<void> {
  const alerts = vehicleIds.map((vehicleId, index) => {
    const one = alertOf(vehicleId, index % 3 === 0 ? 'info' : 'warning');
    const { keyId, box } = trust.seal(vehicleId, one.changedAtMs, Buffer.from(JSON.stringify(one)));
    const { alertId, revision, ruleId, subject, severity, startedAtMs, changedAtMs, expiresAtMs } = one;
    return {
      ...{ alertId, vehicleId, revision, ruleId, subject, state: one.state, severity },
      ...{ startedAtMs, changedAtMs, expiresAtMs, keyId, box: Buffer.from(box).toString('base64url') },
    };
  });
  const next = { partition: 0, generation: 1, offsets: new Map(), savedAtMs: systemClock.nowMs() };
  const checkpoint = {
    partition: 0,
    previous: undefined,
    next,
    vehicles: [],
    alerts,
    outbox: [],
    labels: [],
  };
  if (!(await state.predictor.writeCheckpoint(checkpoint))) throw new Error('no checkpoint was written');
}
