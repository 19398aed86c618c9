import { type Bus, type OutgoingRecord, openBus } from '@outrider/bus';
import {
  createMetrics,
  hashSecret,
  type ManualClock,
  manualClock,
  type Runtime,
  readSettings,
  silentLog,
} from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import { WebSocket } from 'ws';
import { createGateway, type Gateway, gatewaySettings } from './app.ts';

// A whole gateway on the memory engines for tests, with a bus that can be held up or taken down.

export const START_MS = Date.UTC(2026, 0, 15, 8);
export const CAR_A = 'veh_aaaaaaaaaaaa';
export const CAR_B = 'veh_bbbbbbbbbbbb';
export const SOC = 'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current';

export interface Testbed {
  readonly gateway: Gateway;
  /** The log itself, which no outage of `bus` keeps from tests. */
  readonly log: Bus;
  /** Another gateway on the same log and state; stopped with the first. */
  startAnother(): Promise<{ readonly gateway: Gateway; readonly url: string }>;
  readonly url: string;
  readonly state: State;
  readonly trust: FullTrust;
  readonly eventClock: ManualClock;
  readonly realClock: ManualClock;
  readonly runtime: Runtime;
  /** Everything the bus took, in order. */
  readonly published: OutgoingRecord[];
  readonly bus: { isDown: boolean; hold(): void; release(): void; readonly held: number };
  /** A new device token of the vehicle. */
  token(vehicleId: string, name?: string): Promise<string>;
}

/** Starts a gateway, hands it to `test` and stops it whatever happens. */
export async function withGateway(
  test: (bed: Testbed) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
  busUrl = 'memory:',
): Promise<void> {
  const bed = await startGateway(environment, busUrl);
  try {
    await test(bed);
  } finally {
    bed.bus.release();
    await bed.stop();
    await bed.log.close();
    await bed.state.close();
  }
}

async function startGateway(
  environment: Readonly<Record<string, string>>,
  busUrl: string,
): Promise<Testbed & { stop(): Promise<void> }> {
  const eventClock = manualClock(START_MS);
  const realClock = manualClock(START_MS);
  const runtime: Runtime = { eventClock, realClock, log: silentLog, metrics: createMetrics() };
  const memory = await openBus(busUrl, { clock: eventClock, log: silentLog });
  const state = await openState('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock, realClock });
  await registerCar(state, trust, CAR_A, 'per_aaaaaaaaaaaa', true);
  await registerCar(state, trust, CAR_B, 'per_bbbbbbbbbbbb', false);
  const published: OutgoingRecord[] = [];
  const bus = createFaultyBus(memory, published);
  const settings = readSettings(gatewaySettings, { GATEWAY_PORT: '0', ...environment });
  const gateways: Gateway[] = [];
  const startAnother = async (metrics = createMetrics()) => {
    const started = createGateway({ bus, state, trust, runtime: { ...runtime, metrics }, settings });
    gateways.push(started);
    await started.start();
    return { gateway: started, url: `http://127.0.0.1:${started.port}` };
  };
  const first = await startAnother(runtime.metrics);
  return {
    ...first,
    log: memory,
    startAnother,
    stop: async () => void (await Promise.all(gateways.map((one) => one.stop()))),
    state,
    trust,
    eventClock,
    realClock,
    runtime,
    published,
    bus: bus.control,
    async token(vehicleId, name = 'one') {
      const token = `dev_${vehicleId}_${name}`;
      const createdAtMs = START_MS;
      await state.tokens.insert({
        kind: 'device',
        tokenHash: hashSecret(token),
        vehicleId,
        createdAtMs,
        revokedAtMs: null,
      });
      return token;
    },
  };
}

async function registerCar(
  state: State,
  trust: FullTrust,
  vehicleId: string,
  personId: string,
  isConsented: boolean,
): Promise<void> {
  await state.people.insert({
    personId,
    name: 'Driver',
    email: null,
    phone: null,
    webhookUrl: null,
    webhookSecret: null,
    language: 'en',
    units: 'metric',
    timeZone: 'Europe/Helsinki',
    quietFromMinute: null,
    quietToMinute: null,
    channels: [],
    createdAtMs: START_MS,
  });
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
    personId,
    actor: 'test',
    fromMs: START_MS - 40 * 86_400_000,
    consents: { alert_driver: isConsented },
    textVersion: '1',
  });
}

function createFaultyBus(memory: Bus, published: OutgoingRecord[]) {
  let gate: PromiseWithResolvers<void> | undefined;
  const control = {
    isDown: false,
    held: 0,
    hold() {
      gate ??= Promise.withResolvers<void>();
    },
    release() {
      gate?.resolve();
      gate = undefined;
    },
  };
  return {
    control,
    broadcast: memory.broadcast.bind(memory),
    async publish(records: readonly OutgoingRecord[]) {
      control.held += records.length;
      await gate?.promise;
      control.held -= records.length;
      if (control.isDown) throw new Error('the bus is down');
      const positions = await memory.publish(records);
      published.push(...records);
      return positions;
    },
  };
}

export interface Car {
  readonly socket: WebSocket;
  send(frame: unknown): void;
  /** The next answer that has not been asked for yet. */
  answer(): Promise<Readonly<Record<string, unknown>>>;
  readonly closed: Promise<{ readonly code: number }>;
}

/** Opens a socket as a device does. Rejects with the HTTP status when the upgrade is refused. */
export async function connectCar(
  bed: { readonly url: string },
  token: string | undefined,
  options: { readonly path?: string; readonly autoPong?: boolean } = {},
): Promise<Car> {
  const socket = new WebSocket(`${bed.url.replace('http', 'ws')}${options.path ?? '/v1/stream'}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    autoPong: options.autoPong ?? true,
  });
  const answers: Readonly<Record<string, unknown>>[] = [];
  const waiting: ((answer: Readonly<Record<string, unknown>>) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Readonly<Record<string, unknown>>;
    const next = waiting.shift();
    if (next === undefined) answers.push(answer);
    else next(answer);
  });
  const closed = new Promise<{ readonly code: number }>((resolve) => {
    socket.once('close', (code) => resolve({ code }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(String(response.statusCode)));
    });
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    socket,
    send: (frame) =>
      socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    answer: () => {
      const first = answers.shift();
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
    closed,
  };
}

/** A good frame; a test says what is different. */
export const frameWith = (
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  id: 1,
  observedAt: '2026-01-15T08:00:00Z',
  signals: { [SOC]: 55 },
  ...change,
});

/** Waits until `isSo`, giving way to sockets and timers of Node; fails the test when it never comes. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (isSo()) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  throw new Error('it never came to that');
}
