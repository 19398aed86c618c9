import { forecastFile, ProviderUnavailable, type WeatherProvider } from '@outrider/providers';
import { type Clock, createLog, type ManualClock, manualClock, systemClock } from '@outrider/runtime';
import { type Composition, composeServices, type OpenEngines } from '../compose.ts';
import { loadScenario, problemsText, type Scenario } from '../scenario/index.ts';
import { readStandaloneSettings } from '../settings.ts';
import type { Outage } from './disturbances.ts';
import { openJointEngines } from './joint-engines.ts';
import { steppingEngines } from './step-counter.ts';

/** What a service's process is started with. */
export interface ServiceOptions {
  readonly service: string;
  readonly folder: string;
  readonly scenario: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The drive's time. */
  readonly nowMs: number;
  readonly weatherAway: Outage;
}

export type ServiceAsked =
  /** Go to this moment of the drive, read what others wrote, and work it off; die at that step, if there is one. */
  { readonly kind: 'work'; readonly nowMs: number; readonly dieAtStep?: number } | { readonly kind: 'stop' };

export type ServiceSays =
  /** Where it can be reached, of the two that have a door. */
  | { readonly kind: 'ready'; readonly address?: string }
  /** Nothing left to do; so often it has written to the log since it started. */
  | { readonly kind: 'idle'; readonly published: number }
  | { readonly kind: 'stopped' };

/**
 * Runs one service of a replay as this process, told what to do over the channel to its parent. Leases, checkpoints
 * and caches age with the drive too: what lasts a minute lasts a minute of the drive, however fast that is played.
 * @param change puts other engines in the place of the real ones: a proof shows that it notices those that cheat
 */
export async function runService(
  options: ServiceOptions,
  change: (engines: OpenEngines) => OpenEngines = (engines) => engines,
): Promise<void> {
  const eventClock = manualClock(options.nowMs);
  const realClock: Clock = { ...systemClock, nowMs: () => eventClock.nowMs() };
  const log = createLog('error');
  const shared = await openJointEngines(options.folder, { eventClock, realClock }, log);
  let published = 0;
  const bus: typeof shared.bus = {
    ...shared.bus,
    publish: (records) => {
      published += records.length;
      return shared.bus.publish(records);
    },
  };
  const steps = countdown();
  const engines = change(steppingEngines({ ...shared, bus }, steps.take));
  const scenario = scenarioOf(options.scenario);
  const services = await composeServices({
    ...{ eventClock, realClock, log },
    settings: readStandaloneSettings(options.environment),
    chargers: scenario.chargers,
    weather: [away(forecastFile(scenario.weather), options.weatherAway)],
    engines: async () => engines,
    isLockedElsewhere: true,
    only: [options.service],
  });
  await services.start();
  listen(async (asked) => {
    if (asked.kind === 'stop') {
      await services.stop();
      return { kind: 'stopped' };
    }
    steps.set(asked.dieAtStep);
    shared.bus.refresh();
    moveTo(eventClock, asked.nowMs);
    await services.idle();
    return { kind: 'idle', published };
  });
  say({ kind: 'ready', ...addressOf(options.service, services) });
}

function addressOf(service: string, services: Composition): { readonly address?: string } {
  if (service !== 'gateway' && service !== 'api') return {};
  return { address: services.addresses()[service] };
}

function moveTo(clock: ManualClock, nowMs: number): void {
  if (nowMs > clock.nowMs()) clock.advanceTo(nowMs);
}

/** The process ends as by `kill -9` when the count is down: nothing is finished, nothing is tidied. */
function countdown(): { readonly take: () => void; readonly set: (steps: number | undefined) => void } {
  let left: number | undefined;
  return {
    take() {
      if (left === undefined) return;
      left -= 1;
      if (left <= 0) process.kill(process.pid, 'SIGKILL');
    },
    set(steps) {
      // Asked again while the count runs, it goes on.
      left = steps === undefined ? undefined : (left ?? steps);
    },
  };
}

const say = (said: ServiceSays): void => void process.send?.(said);

function listen(obey: (asked: ServiceAsked) => Promise<ServiceSays>): void {
  // A Ctrl-C reaches the whole family: the parent ends the drive, and its children with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('message', (asked: ServiceAsked) => {
    obey(asked).then(say, (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    });
  });
}

function scenarioOf(name: string): Scenario {
  const loaded = loadScenario(name);
  if (loaded.kind === 'loaded') return loaded.scenario;
  throw new Error(problemsText(loaded.problems));
}

/** A provider that cannot be reached for a while. */
const away = (provider: WeatherProvider, { fromMs, toMs }: Outage): WeatherProvider => ({
  name: provider.name,
  at: async (points, nowMs, signal) => {
    if (nowMs >= fromMs && nowMs < toMs) throw new ProviderUnavailable(provider.name, 'it was taken away');
    return provider.at(points, nowMs, signal);
  },
});
