import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { freePort, type ServerProcess, startServerProcess } from '../../infra/native/server-process.ts';
import { ROOT } from '../repository/files.ts';

export const SERVICES = ['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A process that ended without having been killed. */
export interface Ending {
  readonly name: string;
  readonly atMs: number;
  /** It had said that it can do its work. */
  readonly wasReady: boolean;
  readonly said: string;
}

/** A service as a process of its own, started again whenever it is gone. */
export interface Supervised {
  readonly name: string;
  readonly service: ServiceName;
  readonly endings: readonly Ending[];
  readonly kills: number;
  /** The last of what it said. */
  said(): string;
  /** kill -9; the next one starts at once. */
  kill(): Promise<void>;
  isReady(): Promise<boolean>;
  /** Bytes of memory it has; undefined while there is none. */
  readMemory(): Promise<number | undefined>;
  /** SIGTERM. */
  stop(): Promise<void>;
}

/** More than any of them needs: who keeps what it cannot hand on runs into it. */
const HEAP_MIB = 96;
const LOOK_EVERY_MS = 100;
const RESTART_AFTER_MS = 500;
const START_DEADLINE_MS = 60_000;
const ASK_MS = 1_000;

export interface SupervisedOptions {
  readonly name: string;
  readonly service: ServiceName;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** A module that is loaded before it. */
  readonly preload?: string | undefined;
}

/** Starts a service and keeps it running. Resolves once its health door is open. */
export async function supervise(options: SupervisedOptions): Promise<Supervised> {
  const keeper = new Keeper(options, await freePort());
  await keeper.start();
  return keeper;
}

class Keeper implements Supervised {
  readonly name: string;
  readonly service: ServiceName;
  readonly endings: Ending[] = [];
  kills = 0;
  readonly #options: SupervisedOptions;
  readonly #health: string;
  #current: ServerProcess | undefined;
  #wasReady = false;
  #isKilled = false;
  #isStopped = false;
  #keeping: Promise<void> | undefined;

  constructor(options: SupervisedOptions, healthPort: number) {
    this.#options = options;
    this.name = options.name;
    this.service = options.service;
    this.#health = `http://127.0.0.1:${healthPort}`;
  }

  async start(): Promise<void> {
    const first = Promise.withResolvers<void>();
    this.#keeping = this.#keep(first.resolve);
    await Promise.race([first.promise, this.#keeping]);
  }

  said(): string {
    return this.#current?.said() ?? '';
  }

  async kill(): Promise<void> {
    if (this.#current?.isUp() !== true) return;
    this.kills += 1;
    this.#isKilled = true;
    await this.#current.kill();
  }

  isReady(): Promise<boolean> {
    return this.#asks('/readyz');
  }

  async readMemory(): Promise<number | undefined> {
    if (this.#current?.isUp() !== true) return undefined;
    const status = await readFile(`/proc/${this.#current.pid}/status`, 'utf8').catch(() => '');
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#current?.stop();
    await this.#keeping;
  }

  async #keep(onFirst: () => void): Promise<void> {
    while (!this.#isStopped) {
      this.#wasReady = false;
      this.#isKilled = false;
      try {
        this.#current = await this.#spawn();
        onFirst();
        await this.#untilGone(this.#current);
        if (!this.#isKilled && !this.#isStopped) this.#note(this.#current.said());
      } catch (error) {
        this.#note(String(error));
      }
      if (!this.#isStopped) await systemClock.sleep(RESTART_AFTER_MS);
    }
  }

  async #untilGone(server: ServerProcess): Promise<void> {
    while (server.isUp()) {
      this.#wasReady ||= await this.isReady();
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }

  #note(said: string): void {
    this.endings.push({ name: this.name, atMs: systemClock.nowMs(), wasReady: this.#wasReady, said });
  }

  #spawn(): Promise<ServerProcess> {
    const { name, service, folder, environment, preload } = this.#options;
    return startServerProcess({
      name,
      command: process.execPath,
      args: [
        `--max-old-space-size=${HEAP_MIB}`,
        ...(preload === undefined ? [] : ['--import', preload]),
        join(ROOT, `services/${service}/src/main.ts`),
      ],
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HEALTH_PORT: new URL(this.#health).port, ...environment },
      startDeadlineMs: START_DEADLINE_MS,
      isReady: () => this.#asks('/livez'),
    });
  }

  async #asks(path: string): Promise<boolean> {
    const answer = await fetch(`${this.#health}${path}`, { signal: AbortSignal.timeout(ASK_MS) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  }
}
