import { type Api, apiSettings, createApi, ensureAdminToken } from '@outrider/api';
import { type Bus, openBus, type openSource } from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';
import { catalogue, plugsOf } from '@outrider/energy';
import { createGateway, type Gateway } from '@outrider/gateway';
import { createHousekeeping, createIngest } from '@outrider/ingest';
import { createNotifier } from '@outrider/notifier';
import { createPredictor } from '@outrider/predictor';
import type { ChargerSource, WeatherProvider } from '@outrider/providers';
import {
  type App,
  type Clock,
  createMetrics,
  type DataLock,
  type Log,
  lockDataFolders,
  type Metrics,
  type Readiness,
  type Runtime,
  readinessOf,
  startAll,
  stopAll,
} from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';
import { createWorld, type RoadSources, type World, type WorldDeps, worldOptions } from '@outrider/world';
import { untilIdle } from './idle.ts';
import type { StandaloneSettings } from './settings.ts';

export interface ComposeOptions {
  readonly settings: StandaloneSettings;
  readonly eventClock: Clock;
  readonly realClock: Clock;
  readonly log: Log;
  /** What is known of the world besides the car's own telemetry. */
  readonly chargers: readonly ChargingLocation[];
  /** Asked on a schedule; absent: none. */
  readonly chargerSources?: readonly ChargerSource[];
  readonly weather: readonly WeatherProvider[];
  /** Who knows roads and heights; absent: nobody but the floor. */
  readonly roads?: RoadSources;
  /** Opens other engines than the URLs name: a proof wraps them to show that it notices an engine that cheats. */
  readonly engines?: () => Promise<OpenEngines>;
  /** Whoever started this process holds the lock on the data folder, and closes nothing before this one has ended. */
  readonly isLockedElsewhere?: boolean;
  /** Names of the services that run here; absent: all of them. */
  readonly only?: readonly string[];
  /** Opens sources of telemetry in place of Kafka: for tests. */
  readonly openSource?: typeof openSource;
}

/** The log, the series and the state store; whoever composes closes them. */
export interface OpenEngines {
  readonly bus: Bus;
  readonly telemetry: TelemetryStore;
  readonly state: State;
}

/** All services in one process. */
export interface Composition {
  readonly apps: readonly App[];
  /** Opens the doors last. @throws what the first service that failed says; everything is closed then. */
  start(): Promise<void>;
  /** Closes the doors first, lets what was taken finish, then lets go of files and lock. Safe to call twice. */
  stop(): Promise<void>;
  /**
   * Resolves when everything taken has been worked off.
   * @throws StillBusy after `deadlineMs` of real time
   */
  idle(deadlineMs?: number): Promise<void>;
  readiness(): Readiness;
  /** `http://host:port` of the doors, each known once it is started; undefined: no peer may push chargers. */
  addresses(): {
    readonly gateway: string;
    readonly api: string;
    readonly chargerPushes?: string | undefined;
  };
  /** The first admin token, once; undefined when there is an admin already. */
  adminToken(): Promise<string | undefined>;
}

const IDLE_DEADLINE_MS = 30_000;

/**
 * Opens the engines the URLs name and wires every service to them. Nothing runs before `start`.
 * @throws DataFolderInUse when another process uses the folder of one of the files
 */
export async function composeServices(options: ComposeOptions): Promise<Composition> {
  const metrics = createMetrics();
  const engines = await openEngines(options, metrics);
  const { gateway, api, world, apps } = createServices(options, engines, metrics);
  const { only } = options;
  const running = only === undefined ? apps : apps.filter(({ name }) => only.includes(name));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeEngines(engines);
    return closing;
  };
  let stopping: Promise<void> | undefined;
  // Doors first; then downstream, so that each service can still hand over what it took.
  const stop = (): Promise<void> => stopAll(running.toReversed()).finally(close);
  return {
    apps: running,
    async start() {
      try {
        await startAll(running);
      } catch (error) {
        await close();
        throw error;
      }
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    idle: (deadlineMs = IDLE_DEADLINE_MS) => untilIdle(running, options.realClock, deadlineMs),
    readiness: () => readinessOf(running),
    addresses: () => ({
      get gateway() {
        return gatewayAddress(options.settings, gateway);
      },
      get api() {
        return api.address;
      },
      get chargerPushes() {
        return world.pushAddress;
      },
    }),
    adminToken: () => ensureAdminToken(engines.state, options.eventClock),
  };
}

interface Engines extends OpenEngines {
  readonly lock: DataLock;
}

async function openEngines(
  { settings, eventClock, realClock, log, engines, isLockedElsewhere }: ComposeOptions,
  metrics: Metrics,
): Promise<Engines> {
  const { busUrl, telemetryUrl, stateUrl } = settings.process;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.unshift(one);
    return one;
  };
  try {
    const lock = await lockDataFolders(isLockedElsewhere === true ? [] : [busUrl, telemetryUrl, stateUrl]);
    keep({ close: () => lock.release() });
    if (engines !== undefined) return { lock, ...(await engines()) };
    return {
      lock,
      bus: keep(await openBus(busUrl, { clock: eventClock, realClock, log, metrics })),
      telemetry: keep(await openTelemetry(telemetryUrl, { log, metrics })),
      state: keep(await openState(stateUrl, { log, realClock })),
    };
  } catch (error) {
    for (const one of opened) await one.close();
    throw error;
  }
}

async function closeEngines({ bus, telemetry, state, lock }: Engines): Promise<void> {
  await bus.close();
  await telemetry.close();
  await state.close();
  await lock.release();
}

interface Services {
  readonly gateway: Gateway;
  readonly api: Api;
  readonly world: World;
  /** In the order they start: who works things off before who takes them in. */
  readonly apps: readonly App[];
}

function createServices(
  options: ComposeOptions,
  { bus, telemetry, state }: Engines,
  metrics: Metrics,
): Services {
  const { settings, eventClock, realClock, log } = options;
  const runtime: Runtime = { eventClock, realClock, log, metrics };
  const trust: FullTrust = createTrust({ ...state, eventClock, realClock });
  const gateway = createGateway({ bus, state, trust, runtime, settings: settings.gateway });
  const api = createApi({
    bus,
    state,
    telemetry,
    trust,
    runtime,
    settings: settings.api,
    vehicleModels: catalogue.map(({ modelId, name }) => ({ modelId, name })),
    readinessOf: () => readinessOf(apps),
    gatewayUrl: () => gatewayAddress(settings, gateway),
  });
  const world = createWorldOf(options, { bus, state, trust, runtime });
  const apps: readonly App[] = [
    createHousekeeping({ bus, trust, runtime }),
    createNotifier({ bus, state, trust, runtime, settings: settings.notifier }),
    createPredictor({ bus, state, trust, telemetry, runtime, settings: settings.predictor }),
    world,
    createIngest({
      ...{ bus, telemetry, trust, runtime, settings: settings.ingest },
      ...(options.openSource && { openSource: options.openSource }),
    }),
    api,
    gateway,
  ];
  return { gateway, api, world, apps };
}

const createWorldOf = (
  { settings, roads, weather, chargers, chargerSources }: ComposeOptions,
  deps: Pick<WorldDeps, 'bus' | 'state' | 'trust' | 'runtime'>,
): World =>
  createWorld({
    ...deps,
    ...(roads ?? { routing: [] }),
    weather,
    locations: chargers,
    ...(chargerSources && { chargerSources }),
    ...worldOptions(settings.world),
    plugsOf,
  });

/** What a user set wins; the default follows the port that was really taken. */
function gatewayAddress({ api, gateway: own }: StandaloneSettings, gateway: Gateway): string {
  if (api.gatewayUrl !== apiSettings.gatewayUrl.default) return api.gatewayUrl;
  const host = own.host.includes(':') ? `[${own.host}]` : own.host;
  return `http://${host}:${gateway.port}`;
}
