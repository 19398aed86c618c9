import type { AddressInfo } from 'node:net';
import { type Bus, createCommandBook, createRelay, type Relay, type Subscription } from '@outrider/bus';
import { createTripReader, type VinDecoder, vpic } from '@outrider/providers';
import {
  type App,
  type Cancel,
  type Clock,
  type Readiness,
  type Runtime,
  systemRandom,
} from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { Trust, TrustAdmin } from '@outrider/trust';
import { createAccess } from './access.ts';
import { ROUTES } from './all-routes.ts';
import { followCars } from './car-trips.ts';
import type { ApiContext, ModelChoice } from './context.ts';
import { listenToBus } from './listen-to-bus.ts';
import { createHub, type Hub } from './live/hub.ts';
import { createNeedsWatch, type NeedsWatch } from './live/needs-watch.ts';
import { createNewestPlaces } from './live/newest-places.ts';
import { createRightsKeeper, type RightsKeeper } from './live/rights-keeper.ts';
import { type ApiMetrics, createApiMetrics } from './metrics.ts';
import { createNewestSealed } from './newest-sealed.ts';
import { servePage } from './page.ts';
import { createPlaceFinder } from './place-finder.ts';
import { healthRoutes } from './routes/health.ts';
import { type LiveSockets, liveRoutes } from './routes/live.ts';
import { tripSourceRoutes } from './routes/trip-sources.ts';
import { vinRoutes } from './routes/vin.ts';
import { type ApiServer, createServer } from './server.ts';
import type { ApiSettings } from './settings.ts';
import { createTripSourceReader, type TripSourceReader } from './trip-source-reader.ts';
import { type Stoppable, startRounds } from './trip-source-rounds.ts';

export type { ModelChoice } from './context.ts';
export { ensureAdminToken } from './credentials.ts';
export { ERROR_CODES, type ErrorCode } from './errors.ts';
export { listFailed, REPLAY_REFUSALS, replayFailed } from './failed-messages.ts';
export { answerRestraint, listHeld } from './held-rules.ts';
export { geocoders } from './place-finder.ts';
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
  /** The global one outside of tests: calendars are read with it. */
  readonly fetch?: typeof fetch;
}

export interface Api extends App {
  /** Where it listens, as `http://host:port`; known once started. */
  readonly address: string;
}

/** Places are told together: a page draws no sooner than it can, and a second is still now. */
const PLACES_EVERY_MS = 250;
/** How long an open live feed may take to answer the goodbye. */
const GOODBYE_MS = 1_000;

/** People and programs ask here: REST, live feed, OpenAPI. */
export function createApi(deps: ApiDeps): Api {
  const { runtime, settings, state } = deps;
  let phase: 'new' | 'running' | 'stopped' = 'new';
  let running: Running | undefined;

  const readiness = (): Readiness => {
    if (phase === 'running') return { ready: true };
    return { ready: false, why: phase === 'new' ? 'not started' : 'stopping' };
  };

  const metrics = createApiMetrics(runtime.metrics);
  const commands = createCommandBook();
  const hub = createHub({ ...deps, ...runtime, commands, countSent: metrics.countSent });
  const rights = createRightsKeeper(hub, runtime);
  const places = createNewestPlaces(settings.placesCacheBytes);
  const needs = createNeedsWatch({ ...deps, ...runtime, places, countSent: metrics.countSent });
  const asking = { clock: runtime.realClock, random: systemRandom, fetch: deps.fetch ?? fetch };
  const context: ApiContext = {
    ...deps,
    eventClock: runtime.eventClock,
    realClock: runtime.realClock,
    access: createAccess({ state, trust: deps.trust, eventClock: runtime.eventClock }),
    commands,
    newestForecasts: createNewestSealed(settings.forecastCacheBytes),
    newestConditions: createNewestSealed(settings.conditionsCacheBytes),
    finder: createPlaceFinder(settings, asking),
    files: createTripReader(runtime.realClock),
    gatewayUrl: deps.gatewayUrl ?? (() => settings.gatewayUrl),
    pokeRelay: () => running?.relay.poke(),
    rightsChanged: (personId) => void rights.refresh(personId),
  };

  const reader = createTripSourceReader(context, { ...asking, log: runtime.log });
  const decoder = settings.vpicUrl === undefined ? undefined : vpic({ ...asking, baseUrl: settings.vpicUrl });
  const parts = { hub, needs, metrics, rights, reader, decoder, readiness: deps.readinessOf ?? readiness };

  return {
    name: 'api',
    async start() {
      running = await run(deps, context, parts);
      phase = 'running';
    },
    async stop() {
      if (phase !== 'running' || running === undefined) return;
      phase = 'stopped';
      await closeDoors(running, hub, runtime.realClock);
      await letGo(running);
      await context.files.close();
    },
    readiness,
    isIdle: () =>
      running === undefined ||
      (running.requests.open === 0 &&
        running.relay.isIdle() &&
        running.rounds.isIdle() &&
        running.subscriptions.every((one) => one.isIdle())),
    get address() {
      const address = running?.server.server.address() as AddressInfo | null | undefined;
      if (!address) throw new Error('the API does not listen');
      const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      return `http://${host}:${address.port}`;
    },
  };
}

interface Parts {
  readonly hub: Hub;
  readonly needs: NeedsWatch;
  readonly metrics: ApiMetrics;
  readonly rights: RightsKeeper;
  readonly reader: TripSourceReader;
  readonly decoder: VinDecoder | undefined;
  readonly readiness: () => Readiness;
}

interface Running extends Listening {
  readonly relay: Relay;
  readonly subscriptions: readonly Subscription[];
  readonly stopPings: Cancel;
  readonly stopPlaces: Cancel;
  readonly rounds: Stoppable;
}

interface Listening {
  readonly server: ApiServer;
  readonly live: LiveSockets;
  readonly requests: { open: number };
}

/** The bus first, the door last: who gets in finds everything there. */
async function run(deps: ApiDeps, context: ApiContext, parts: Parts): Promise<Running> {
  const { bus, runtime, settings, state } = deps;
  const subscriptions = [
    ...(await listenToBus(bus, runtime, context, parts.hub, parts.needs)),
    await followCars(bus, context, runtime.log),
  ];
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
  try {
    const listening = await listen(deps, context, parts);
    const later = (error: unknown): void =>
      runtime.log.warn({ err: String(error) }, 'where cars are that need help is told later');
    const stopPings = runtime.realClock.onTick(settings.livePingIntervalMs, () => {
      parts.hub.ping();
      context.commands.sweep(runtime.eventClock.nowMs());
      void parts.rights.refreshAll();
      void parts.needs.refresh().catch(later);
    });
    const stopPlaces = runtime.realClock.onTick(PLACES_EVERY_MS, () => {
      void parts.needs.tellPlaces().catch(later);
    });
    const rounds = startRounds({
      ...{ state, realClock: runtime.realClock, random: systemRandom, reader: parts.reader },
      intervalMs: settings.tripSourceIntervalMs,
      onError: (error) => runtime.log.warn({ err: String(error) }, 'trips are read from their sources later'),
    });
    return { ...listening, relay, subscriptions, stopPings, stopPlaces, rounds };
  } catch (error) {
    await letGo({ subscriptions, relay });
    throw error;
  }
}

async function listen(deps: ApiDeps, context: ApiContext, parts: Parts): Promise<Listening> {
  const { settings, state, runtime } = deps;
  const server = await createServer({ ...runtime, settings, state });
  const requests = { open: 0 };
  server.server.on('request', (_request, response) => {
    requests.open += 1;
    response.once('close', () => {
      requests.open -= 1;
    });
  });
  server.addHook('onResponse', async (request, reply) => {
    parts.metrics.countRequest(request.method, request.routeOptions.url, reply);
  });
  const live = addRoutes(server, context, { ...parts, runtime });
  await servePage(server, settings.pageFolder);
  await server.listen({ host: settings.host, port: settings.port });
  return { server, live, requests };
}

/** Feeds are told goodbye; requests that are in are answered. */
async function closeDoors(
  { server, live, stopPings, stopPlaces, rounds }: Running,
  hub: Hub,
  realClock: Clock,
): Promise<void> {
  stopPings();
  stopPlaces();
  await rounds.stop();
  live.close();
  const goodbye = new AbortController();
  const cut = realClock.sleep(GOODBYE_MS, goodbye.signal).then(() => hub.cutAll());
  await server.close();
  goodbye.abort();
  await cut;
}

async function letGo({ subscriptions, relay }: Pick<Running, 'subscriptions' | 'relay'>): Promise<void> {
  await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  await relay.stop();
}

function addRoutes(
  server: ApiServer,
  context: ApiContext,
  parts: {
    readonly hub: Hub;
    readonly needs: NeedsWatch;
    readonly runtime: Runtime;
    readonly reader: TripSourceReader;
    readonly decoder: VinDecoder | undefined;
    readonly readiness: () => Readiness;
  },
): LiveSockets {
  healthRoutes(server, context, { metrics: parts.runtime.metrics, readiness: parts.readiness });
  for (const add of ROUTES) add(server, context);
  tripSourceRoutes(server, context, parts.reader);
  vinRoutes(server, context, parts.decoder);
  return liveRoutes(server, context, { hub: parts.hub, needs: parts.needs, log: parts.runtime.log });
}
