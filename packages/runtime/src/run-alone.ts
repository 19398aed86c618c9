import { type App, type Readiness, type Runtime, startAll, stopAll } from './app.ts';
import { systemClock } from './clock.ts';
import { DataFolderInUse, lockDataFolders } from './data-lock.ts';
import { createEngineWatch, type Pingable } from './engine-watch.ts';
import { readinessOf } from './health.ts';
import { type HealthDoor, openHealthDoor } from './health-door.ts';
import { createLog } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { healthSettings, processSettings } from './process-settings.ts';
import { readSettings, SettingsError, type SettingsOf, type SettingsSchema } from './settings.ts';

type Engines = Omit<typeof processSettings, 'telemetryUrl'> &
  Partial<Pick<typeof processSettings, 'telemetryUrl'>>;
/** Settings of every service that runs alone; some need no series. */
type AloneSchema = SettingsSchema & Engines & ReturnType<typeof healthSettings>;

const LINGER_MS = 10_000;

interface Closeable {
  close(): Promise<void>;
}

/** What a service is opened with. */
export interface AloneContext<S extends SettingsSchema> {
  readonly settings: SettingsOf<S>;
  readonly runtime: Runtime;
  /**
   * Closed when the service has stopped, or could not start: what was opened last, first. The service is ready while
   * all it keeps answers; `name` says who does not, as in "the log".
   */
  keep<T extends Closeable & Pingable>(name: string, engine: T): T;
}

export interface AloneService<S extends AloneSchema> {
  /** As in "the predictor runs alone". */
  readonly name: string;
  readonly settings: S;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long the process may outlive everything it closed; default 10 s. Then it ends by SIGTERM. */
  readonly lingerMs?: number;
  /** Opens the engines and wires the service; nothing of it runs yet. */
  open(context: AloneContext<S>): Promise<Opened>;
}

export interface Opened {
  /** In the order they start; they stop the other way round. */
  readonly apps: readonly App[];
  /** Called once they run. */
  greet?(): Promise<void>;
}

/**
 * Runs one service as this process: its settings, the lock on its data folders, its health door, its end at
 * SIGINT or SIGTERM. Resolves when it has ended, with the exit code set: 0 after a signal, 1 after a failure,
 * whose reason is on stderr. A second signal ends the process at once.
 */
export async function runAlone<S extends AloneSchema>(service: AloneService<S>): Promise<void> {
  const signal = listenForSignals();
  const opened: Closeable[] = [];
  try {
    await runUntil(signal, service, opened);
  } catch (error) {
    process.stderr.write(`outrider: ${wordsOf(error)}\n`);
    process.exitCode = 1;
  } finally {
    for (const one of opened.toReversed()) await one.close();
    signal.ignore();
    // A handle that something forgot must not keep a container from being replaced. This holds nothing itself.
    systemClock.onTick(service.lingerMs ?? LINGER_MS, () => process.kill(process.pid, 'SIGTERM'));
  }
}

async function runUntil<S extends AloneSchema>(
  signal: FirstSignal,
  service: AloneService<S>,
  opened: Closeable[],
): Promise<void> {
  const engines = createEngineWatch(systemClock);
  const keep = <T extends Closeable & Pingable>(name: string, engine: T): T => {
    opened.push(engine);
    engines.add(name, engine);
    return engine;
  };
  const settings = readSettings<S>(service.settings, service.environment);
  const { busUrl, telemetryUrl, stateUrl, logLevel } = settings as SettingsOf<AloneSchema>;
  const log = createLog(logLevel);
  const metrics = createMetrics();
  let readiness = (): Readiness | Promise<Readiness> => ({ ready: false, why: 'it is starting' });
  const health = await openDoor(settings, metrics, () => readiness());
  opened.push(health);
  const lock = await lockDataFolders([busUrl, telemetryUrl, stateUrl].filter((url) => url !== undefined));
  opened.push({ close: () => lock.release() });
  const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };
  const { apps, greet } = await service.open({ settings, runtime, keep });
  await startAll(apps);
  readiness = () => {
    const now = readinessOf(apps);
    return now.ready ? engines.readiness() : now;
  };
  log.info({ health: health.address }, `${service.name} runs alone`);
  await greet?.();
  log.info({ signal: await signal.came }, 'stopping');
  readiness = () => ({ ready: false, why: 'it is stopping' });
  await stopAll(apps.toReversed());
}

const openDoor = <S extends AloneSchema>(
  settings: SettingsOf<S>,
  metrics: Metrics,
  readiness: () => Readiness | Promise<Readiness>,
): Promise<HealthDoor> => {
  const { healthHost: host, healthPort: port } = settings as SettingsOf<AloneSchema>;
  return openHealthDoor({ host, port, metrics, readiness });
};

interface FirstSignal {
  /** Resolves at the first SIGINT or SIGTERM; after that the system's own way of ending applies again. */
  readonly came: Promise<string>;
  /** From now on the first one, too, ends the process at once. */
  ignore(): void;
}

function listenForSignals(): FirstSignal {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const { promise: came, resolve } = Promise.withResolvers<string>();
  const hear = (signal: string): void => {
    ignore();
    resolve(signal);
  };
  const ignore = (): void => {
    for (const one of signals) process.off(one, hear);
  };
  for (const one of signals) process.on(one, hear);
  return { came, ignore };
}

/** Mistakes a user can mend are told in their own words; all else keeps its stack. */
function wordsOf(error: unknown): string {
  if (error instanceof SettingsError) return error.message;
  if (error instanceof DataFolderInUse) return `${error.message} ${SIDE_BY_SIDE}`;
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}. Another program uses this port: HEALTH_PORT and the service's own …_PORT choose others.`;
  return error.stack ?? error.message;
}

const SIDE_BY_SIDE =
  'Services that run side by side need engines that serve many: BUS_URL=kafka://…, TELEMETRY_URL=influxdb://… and STATE_URL=postgres://….';
