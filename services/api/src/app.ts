import type { AddressInfo } from 'node:net';
import { type Bus, createRelay, type Relay, type Subscription, TOPICS } from '@outrider/bus';
import { type App, type Cancel, type Readiness, type Runtime, systemRandom } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { Trust, TrustAdmin } from '@outrider/trust';
import { createAccess } from './access.ts';
import type { ApiContext, ModelChoice } from './context.ts';
import { createHub } from './live/hub.ts';
import { createApiMetrics } from './metrics.ts';
import { createNewestForecasts } from './newest-forecasts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { consentRoutes } from './routes/consents.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { forecastRoutes } from './routes/forecasts.ts';
import { healthRoutes } from './routes/health.ts';
import { type LiveSockets, liveRoutes } from './routes/live.ts';
import { peopleRoutes } from './routes/people.ts';
import { signalRoutes } from './routes/signals.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { tripRoutes } from './routes/trips.ts';
import { vehicleRoutes } from './routes/vehicles.ts';
import { type ApiServer, createServer } from './server.ts';
import type { ApiSettings } from './settings.ts';

export type { ModelChoice } from './context.ts';
export { ensureAdminToken } from './credentials.ts';
export { ERROR_CODES, type ErrorCode } from './errors.ts';
export { type ApiSettings, apiSettings } from './settings.ts';

export interface ApiDeps {
  readonly bus: Bus;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: Trust & TrustAdmin;
  readonly runtime: Runtime;
  readonly settings: ApiSettings;
  /** Models a car can be registered with. */
  readonly vehicleModels: readonly ModelChoice[];
  /** What `/readyz` answers; this service's own readiness when absent. */
  readonly readinessOf?: () => Readiness;
  /** Where cars reach the gateway, when that is not known before it listens; else the setting. */
  readonly gatewayUrl?: () => string;
}

export interface Api extends App {
  /** Where it listens, as `http://host:port`; known once started. */
  readonly address: string;
}

/** How long an open live feed may take to answer the goodbye. */
const GOODBYE_MS = 1_000;

/** People and programs ask here: REST, live feed, OpenAPI. */
export function createApi(deps: ApiDeps): Api {
  const { bus, runtime, settings, state } = deps;
  const metrics = createApiMetrics(runtime.metrics);
  const newestForecasts = createNewestForecasts(settings.forecastCacheBytes);
  const hub = createHub({ ...deps, eventClock: runtime.eventClock, countSent: metrics.countSent });
  let phase: 'new' | 'running' | 'stopped' = 'new';
  let running: Running | undefined;
  let requests = 0;

  const readiness = (): Readiness => {
    if (phase === 'running') return { ready: true };
    return { ready: false, why: phase === 'new' ? 'not started' : 'stopping' };
  };

  const context: ApiContext = {
    ...deps,
    eventClock: runtime.eventClock,
    access: createAccess({ state, trust: deps.trust, eventClock: runtime.eventClock }),
    newestForecasts,
    gatewayUrl: deps.gatewayUrl ?? (() => settings.gatewayUrl),
    pokeRelay: () => running?.relay.poke(),
    rightsChanged: (personId) => void refresh(personId),
  };

  const refresh = (personId?: string): Promise<void> =>
    hub.refresh(personId).catch((error: unknown) => {
      runtime.log.warn({ err: String(error) }, 'rights of live feeds could not be asked for');
    });
  let isRefreshing = false;
  const refreshAll = async (): Promise<void> => {
    // With many feeds a round can outlast the interval: rounds do not pile up.
    if (isRefreshing) return;
    isRefreshing = true;
    await refresh();
    isRefreshing = false;
  };

  const listen = async (): Promise<{ server: ApiServer; live: LiveSockets }> => {
    const server = await createServer({ settings, state, log: runtime.log });
    server.server.on('request', (_request, response) => {
      requests += 1;
      response.once('close', () => {
        requests -= 1;
      });
    });
    server.addHook('onResponse', async (request, reply) => {
      metrics.countRequest(request.method, request.routeOptions.url, reply);
    });
    const live = addRoutes(server, context, {
      hub,
      runtime,
      readiness: deps.readinessOf ?? readiness,
    });
    await server.listen({ host: settings.host, port: settings.port });
    return { server, live };
  };

  return {
    name: 'api',
    async start() {
      const subscriptions = await listenToBus(bus, runtime, newestForecasts, hub);
      const relay = createRelay({
        outbox: state.outbox,
        writer: 'api',
        bus,
        realClock: runtime.realClock,
        log: runtime.log,
        random: systemRandom,
      });
      // What a crash left in the outbox.
      relay.poke();
      const { server, live } = await listen().catch(async (error: unknown) => {
        await letGo(subscriptions, relay);
        throw error;
      });
      const stopPings = runtime.realClock.onTick(settings.livePingIntervalMs, () => {
        hub.ping();
        void refreshAll();
      });
      running = { server, live, relay, subscriptions, stopPings };
      phase = 'running';
    },
    async stop() {
      if (phase !== 'running' || running === undefined) return;
      phase = 'stopped';
      const { server, live, relay, subscriptions, stopPings } = running;
      stopPings();
      live.close();
      const goodbye = new AbortController();
      const cut = runtime.realClock.sleep(GOODBYE_MS, goodbye.signal).then(() => hub.cutAll());
      await server.close();
      goodbye.abort();
      await cut;
      await letGo(subscriptions, relay);
    },
    readiness,
    isIdle: () =>
      running === undefined ||
      (requests === 0 && running.relay.isIdle() && running.subscriptions.every((one) => one.isIdle())),
    get address() {
      const address = running?.server.server.address() as AddressInfo | null | undefined;
      if (!address) throw new Error('the API does not listen');
      const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      return `http://${host}:${address.port}`;
    },
  };
}

async function letGo(subscriptions: readonly Subscription[], relay: Relay): Promise<void> {
  await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  await relay.stop();
}

interface Running {
  readonly server: ApiServer;
  readonly live: LiveSockets;
  readonly relay: Relay;
  readonly subscriptions: readonly Subscription[];
  readonly stopPings: Cancel;
}

function addRoutes(
  server: ApiServer,
  context: ApiContext,
  parts: {
    readonly hub: ReturnType<typeof createHub>;
    readonly runtime: Runtime;
    readonly readiness: () => Readiness;
  },
): LiveSockets {
  healthRoutes(server, context, { metrics: parts.runtime.metrics, readiness: parts.readiness });
  for (const add of [
    peopleRoutes,
    tokenRoutes,
    vehicleRoutes,
    consentRoutes,
    tripRoutes,
    alertRoutes,
    feedbackRoutes,
    signalRoutes,
    forecastRoutes,
  ])
    add(server, context);
  return liveRoutes(server, context, { hub: parts.hub, log: parts.runtime.log });
}

/** Forecasts are kept from the beginning (the topic is compacted); all else matters only to who listens now. */
async function listenToBus(
  bus: Bus,
  { log }: Runtime,
  newestForecasts: ReturnType<typeof createNewestForecasts>,
  hub: ReturnType<typeof createHub>,
): Promise<readonly Subscription[]> {
  const onError = (error: unknown, partition: number): void =>
    log.warn({ err: String(error), partition }, 'a batch for the live feeds waits');
  const kept = await bus.broadcast({
    topics: [TOPICS.forecasts.name],
    start: 'earliest',
    handle: async (batch) => newestForecasts.take(batch),
    onError,
  });
  const told = await bus.broadcast({
    topics: [TOPICS.notifications.name, TOPICS.forecasts.name, TOPICS.alerts.name],
    start: 'latest',
    handle: (batch) => hub.tell(batch),
    onError,
  });
  return [kept, told];
}
