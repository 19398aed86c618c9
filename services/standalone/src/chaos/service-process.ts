import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '@outrider/runtime';
import type { ServiceAsked, ServiceOptions, ServiceSays } from './run-service.ts';

/** One service as a process, seen from its parent. */
export interface ServiceProcess {
  /** Of the gateway and the API. */
  readonly address: string | undefined;
  /**
   * Sends it to a moment of the drive and waits until it has worked off what there is. Returns how many records it
   * has written to the log so far; undefined when it died.
   * @throws when it failed, or is not done in time
   */
  work(nowMs: number, dieAtStep?: number): Promise<number | undefined>;
  /** An orderly end. @throws when it does not come to it */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const DEADLINE_MS = 60_000;

export type Program = readonly [file: URL, ...args: string[]];

export interface StartOptions extends ServiceOptions {
  /** The file that is run, and arguments it gets after its options; absent: the service as it is. */
  readonly program?: Program;
}

const OWN_PROGRAM: Program = [new URL('./service.child.ts', import.meta.url)];

/** @throws with what it said when it does not come up */
export async function startService(
  { program = OWN_PROGRAM, ...options }: StartOptions,
  realClock: Clock,
): Promise<ServiceProcess> {
  const { service } = options;
  const [file, ...args] = program;
  const child = fork(file, [JSON.stringify(options), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const answers = listenTo(child, service, realClock);
  const ready = await answers.next();
  if (ready?.kind !== 'ready') throw new Error(`${service} did not start: ${answers.errors()}`);
  return {
    address: ready.address,
    async work(nowMs, dieAtStep) {
      const asked = dieAtStep === undefined ? { nowMs } : { nowMs, dieAtStep };
      const said = await answers.ask({ kind: 'work', ...asked });
      if (said?.kind === 'idle') return said.published;
      if (dieAtStep !== undefined && child.signalCode === 'SIGKILL') return undefined;
      throw new Error(`${service} ended in the middle: ${answers.errors()}`);
    },
    async stop() {
      if ((await answers.ask({ kind: 'stop' }))?.kind !== 'stopped')
        throw new Error(`${service} did not stop: ${answers.errors()}`);
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** One answer at a time; undefined when it has ended instead. */
function listenTo(child: ChildProcess, service: string, realClock: Clock) {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-4_000);
  });
  let waiting = Promise.withResolvers<ServiceSays | undefined>();
  child.on('message', (said: ServiceSays) => waiting.resolve(said));
  child.on('error', (error) => waiting.reject(error));
  child.on('close', () => waiting.resolve(undefined));
  const next = async (): Promise<ServiceSays | undefined> => {
    const answered = new AbortController();
    const tooLate = realClock.sleep(DEADLINE_MS, answered.signal).then(() => {
      if (!answered.signal.aborted)
        throw new Error(`${service} does not answer for ${DEADLINE_MS / 1000} s: ${text}`);
      return undefined;
    });
    try {
      return await Promise.race([waiting.promise, tooLate]);
    } finally {
      answered.abort();
    }
  };
  return {
    next,
    errors: () => text,
    ask(asked: ServiceAsked) {
      waiting = Promise.withResolvers();
      if (!child.connected) return Promise.resolve(undefined);
      child.send(asked, (error) => error && waiting.resolve(undefined));
      return next();
    },
  };
}
