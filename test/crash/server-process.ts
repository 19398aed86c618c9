import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EngineUrls } from '../proof/examine.ts';
import type { Sabotage } from './sabotage.ts';

export interface ServerOptions {
  readonly folder: string;
  readonly baseMs: number;
  readonly speed: number;
  /** Moves its clock, backwards to prepare what happened before the run. */
  readonly shiftMs?: number;
  readonly smtpUrl: string;
  readonly logLevel: 'silent' | 'error' | 'warn';
  readonly sabotage?: Sabotage;
}

/** Its files. */
export function urlsIn(folder: string): EngineUrls {
  const url = (name: string): string => `sqlite:${join(folder, `${name}.db`)}`;
  return { bus: url('bus'), telemetry: url('telemetry'), state: url('state') };
}

export type ServerSays =
  | { readonly kind: 'ready'; readonly gateway: string; readonly api: string; readonly adminToken?: string }
  | { readonly kind: 'idle' };

/** The server under test, as a process. */
export interface ServerProcess {
  readonly gateway: string;
  readonly api: string;
  /** Only a new folder has one. */
  readonly adminToken: string | undefined;
  /** kill -9, wherever it is; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stops it as a power cut does: nothing it has not handed to the disk will get there through it. */
  freeze(): void;
  /** Waits until everything taken is worked off. */
  idle(): Promise<void>;
  /** An orderly end. @throws when it ends with an error */
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 60_000;
const IDLE_DEADLINE_MS = 150_000;

const children = new Set<ChildProcess>();
// However this process ends, none of its servers stays behind, not even a frozen one.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function spawnServer(options: ServerOptions) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a server and kills it as soon as `killed` settles, up or not: a crash in the middle of recovery. */
export async function killWhileStarting(options: ServerOptions, killed: Promise<unknown>): Promise<void> {
  const child = spawnServer(options);
  const gone = once(child, 'exit');
  child.stdin.on('error', () => undefined);
  await killed;
  child.kill('SIGKILL');
  await gone;
}

/** Starts the server. @throws with what it said on stderr when it does not come up */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const child = spawnServer(options);
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors.push(text);
    if (errors.length > 200) errors.shift();
  });
  // Writing to a server that was just killed is no error here.
  child.stdin.on('error', () => undefined);
  const listen = listener(child, errors);
  const ready = await listen('ready', START_DEADLINE_MS);
  const gone = async (deadlineMs: number): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null)
      await once(child, 'exit', { signal: AbortSignal.timeout(deadlineMs) });
  };
  return {
    gateway: ready.gateway,
    api: ready.api,
    adminToken: ready.adminToken,
    async kill() {
      child.kill('SIGKILL');
      await gone(STOP_DEADLINE_MS);
    },
    freeze: () => void child.kill('SIGSTOP'),
    async idle() {
      child.stdin.write('idle\n');
      await listen('idle', IDLE_DEADLINE_MS);
    },
    async stop() {
      child.stdin.write('stop\n');
      await gone(STOP_DEADLINE_MS);
      if (child.exitCode !== 0)
        throw new Error(`the server ended with ${child.exitCode}: ${errors.join('')}`);
    },
  };
}

/** Resolves with the next thing of this kind the server says. */
function listener(child: ChildProcess, errors: readonly string[]) {
  const waiting = new Map<string, (said: ServerSays) => void>();
  if (child.stdout === null) throw new Error('the server has no stdout');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as ServerSays;
    waiting.get(said.kind)?.(said);
  });
  return async <K extends ServerSays['kind']>(
    kind: K,
    deadlineMs: number,
  ): Promise<Extract<ServerSays, { kind: K }>> => {
    const said = Promise.withResolvers<ServerSays>();
    waiting.set(kind, said.resolve);
    const onExit = (code: number | null) =>
      said.reject(new Error(`the server ended (${code}) before it was ${kind}: ${errors.join('')}`));
    const timer = setTimeout(() => {
      said.reject(new Error(`the server was not ${kind} within ${deadlineMs / 1000} s: ${errors.join('')}`));
      child.kill('SIGKILL');
    }, deadlineMs);
    child.once('exit', onExit);
    try {
      return (await said.promise) as Extract<ServerSays, { kind: K }>;
    } finally {
      clearTimeout(timer);
      child.off('exit', onExit);
    }
  };
}
