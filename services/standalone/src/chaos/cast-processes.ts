import { ensureAdminToken } from '@outrider/api';
import { type Clock, type Log, lockDataFolder } from '@outrider/runtime';
import { type Cast, replayEnvironment, type Scene } from '../demo/replay.ts';
import type { Disturbances, Kill } from './disturbances.ts';
import { openJointEngines } from './joint-engines.ts';
import { type ServiceProcess, type StartOptions, startService } from './service-process.ts';

export interface ProcessesOptions extends Pick<StartOptions, 'scenario' | 'program'> {
  readonly disturbances: Pick<Disturbances, 'kills' | 'weatherAway'>;
  readonly realClock: Clock;
  readonly log: Log;
  /** A service died, or runs again. */
  readonly onDeath: (kill: Kill, atMs: number) => void;
}

/** Who works after whom; a look at all of them in this order carries a frame from the car to the person. */
const ORDER = ['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api'] as const;
type Service = (typeof ORDER)[number];

/** One service of the cast, alive or not. */
interface Member {
  readonly service: Service;
  process: ServiceProcess | undefined;
  /** Records it has written since it started, as last heard. */
  published: number;
  /** When it starts again, on the drive's clock. */
  upAtMs: number;
}

/**
 * The services of a replay as one process each, on SQLite files they share. They work in turns, each until it has
 * nothing left to do, so that a drive goes the same way every time; those whose time has come are killed with -9 at
 * a step of their work, and the drive goes on without them until they start again.
 */
export async function castProcesses(scene: Scene, options: ProcessesOptions): Promise<Cast> {
  const { folder, eventClock } = scene;
  const { realClock, log } = options;
  const lock = await lockDataFolder(folder);
  // Once, before there are several: the schema, and the first token.
  const engines = await openJointEngines(folder, { eventClock, realClock }, log);
  const adminToken = await ensureAdminToken(engines.state, eventClock);
  for (const one of [engines.bus, engines.telemetry, engines.state]) await one.close();
  const company = new Company(scene, options);
  return {
    start: () => company.start(),
    stop: () => company.stop().finally(() => lock.release()),
    idle: () => company.work(),
    addresses: () => company.addresses(),
    adminToken: async () => adminToken,
  };
}

class Company {
  readonly #scene: Scene;
  readonly #options: ProcessesOptions;
  readonly #members: readonly Member[];
  readonly #kills: Kill[];

  constructor(scene: Scene, options: ProcessesOptions) {
    this.#scene = scene;
    this.#options = options;
    this.#members = ORDER.map((service) => ({ service, process: undefined, published: 0, upAtMs: 0 }));
    this.#kills = [...options.disturbances.kills];
  }

  async start(): Promise<void> {
    const [gateway, ...others] = this.#members;
    if (gateway === undefined) return;
    // First the one whose address the API tells.
    await this.#raise(gateway);
    await Promise.all(others.map((member) => this.#raise(member)));
  }

  async stop(): Promise<void> {
    try {
      // Doors first, as everywhere: who is downstream can still take what comes.
      for (const { process } of this.#members) await process?.stop();
    } finally {
      for (const { process } of this.#members) process?.kill();
    }
  }

  /** Until a round in which nobody had anything to say. */
  async work(): Promise<void> {
    const nowMs = this.#scene.eventClock.nowMs();
    for (const member of this.#members)
      if (member.process === undefined && member.upAtMs <= nowMs) await this.#raise(member);
    let isQuiet = false;
    while (!isQuiet) {
      isQuiet = true;
      for (const member of this.#members) if (await this.#workOne(member, nowMs)) isQuiet = false;
    }
  }

  addresses(): { readonly gateway: string; readonly api: string } {
    const of = (service: Service): string =>
      this.#members.find((one) => one.service === service)?.process?.address ?? '';
    return { gateway: of('gateway'), api: of('api') };
  }

  /** True when it wrote something that others may have to read. */
  async #workOne(member: Member, nowMs: number): Promise<boolean> {
    if (member.process === undefined) return false;
    const kill = this.#kills.find((one) => one.service === member.service && one.atMs <= nowMs);
    const published = await member.process.work(nowMs, kill?.step);
    if (published === undefined && kill !== undefined) {
      this.#kills.splice(this.#kills.indexOf(kill), 1);
      Object.assign(member, { process: undefined, published: 0, upAtMs: nowMs + kill.downMs });
      this.#options.onDeath(kill, nowMs);
      return true;
    }
    const hasWritten = published !== member.published;
    member.published = published ?? 0;
    return hasWritten;
  }

  async #raise(member: Member): Promise<void> {
    const { folder, smtpUrl, eventClock } = this.#scene;
    const { scenario, program, disturbances, realClock } = this.#options;
    const { gateway } = this.addresses();
    member.process = await startService(
      {
        service: member.service,
        ...{ folder, scenario, weatherAway: disturbances.weatherAway, nowMs: eventClock.nowMs() },
        environment: {
          ...replayEnvironment(folder, smtpUrl),
          ...(gateway === '' ? {} : { GATEWAY_PUBLIC_URL: gateway }),
        },
        ...(program === undefined ? {} : { program }),
      },
      realClock,
    );
  }
}
