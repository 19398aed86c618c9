import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A server of somebody else's, as a child of this process. It never outlives it. */
export interface ServerProcess {
  readonly pid: number;
  /** The last of what it said on stdout and stderr. */
  said(): string;
  isUp(): boolean;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** An orderly end by `stopSignal`; who does not end in time is killed. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** For messages, e.g. `InfluxDB`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** In place of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Is it this server, and does it answer? Throwing counts as no. */
  readonly isReady: () => Promise<boolean>;
  /** Default 30 s. */
  readonly startDeadlineMs?: number;
  /** Default 15 s. */
  readonly stopDeadlineMs?: number;
}

const START_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 15_000;
const LOOK_EVERY_MS = 50;
const SAID_CHARS = 8_000;

const children = new Set<ChildProcess>();
// However this process ends, none of its servers stays behind.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
const isGone = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/**
 * Starts a server and waits until it is ready.
 * @throws with what it said when it ends before that, or is not ready in time; then nothing runs on
 */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const { name, command, args, cwd, env, isReady } = options;
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env }),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_CHARS);
    });
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const server = createHandle(child, options, () => said);
  const deadlineMs = options.startDeadlineMs ?? START_DEADLINE_MS;
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    if (failure !== undefined) throw failure;
    if (isGone(child)) throw new Error(`${name} ended with ${child.exitCode} before it was ready: ${said}`);
    if (await isReady().catch(() => false)) break;
    if (performance.now() > endMs) {
      await server.kill();
      throw new Error(`${name} was not ready within ${deadlineMs / 1_000} s: ${said}`);
    }
    await pause(LOOK_EVERY_MS);
  }
  // Another server on the same port may have answered while ours ended.
  if (isGone(child)) throw new Error(`${name} ended with ${child.exitCode}: ${said}`);
  return server;
}

function createHandle(child: ChildProcess, options: ServerOptions, said: () => string): ServerProcess {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isGone(child)) return;
    const gone = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), options.stopDeadlineMs ?? STOP_DEADLINE_MS);
    child.kill(signal);
    await gone;
    clearTimeout(timer);
  };
  return {
    pid: child.pid ?? -1,
    said,
    isUp: () => !isGone(child),
    kill: () => end('SIGKILL'),
    stop: () => end(options.stopSignal ?? 'SIGTERM'),
  };
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the loopback gave no port');
  return address.port;
}
