import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Clock, Workers } from '@outrider/runtime';
import type { ActorAnswer, ActorQuestion } from './valhalla-worker.ts';

/** 292 MB, so it is no dependency of ours: whoever wants it installs it beside the tiles. */
export const VALHALLA_PACKAGE = '@valhallajs/valhallajs';
const VERSION = '3.6.1';
/** As long as for a server; then its thread is ended. */
const DEADLINE_MS = 5_000;
/** A matrix then does not hold up a route. Each thread uses one of the pool that also reads files. */
const THREADS = 2;
/** Nobody is asked there: the answers come from a thread. */
export const IN_PROCESS_URL = 'http://valhalla.invalid';

/** Valhalla's own wire without a server: what it reads and answers, on tiles of this machine. */
export interface ValhallaTiles {
  /** Answers what is asked of any host with what the tiles say; no byte leaves the process. */
  readonly fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * Opens tiles as `valhalla build_tiles` leaves them. `path` is the configuration they were built with, or the folder
 * that holds it as `valhalla.json`.
 * @throws Error that says what to run when the configuration or the package is not there
 */
export function openValhallaTiles(path: string, realClock: Clock): ValhallaTiles {
  const configFile = configFileOf(path);
  const workers = new Workers<ActorQuestion, ActorAnswer>({
    file: new URL('./valhalla-worker.ts', import.meta.url),
    workerData: { configFile, module: moduleFor(configFile) },
    ...{ deadlineMs: DEADLINE_MS, realClock, threads: THREADS },
  });
  const ask = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const body = typeof init.body === 'string' ? init.body : '{}';
    const answered = workers.ask({ path: pathname, body }).catch(unableToSay);
    const { status, text } = await untilAborted(answered, init.signal);
    return new Response(text, { status, headers: { 'content-type': 'application/json' } });
  };
  return { fetch: ask, close: () => workers.close() };
}

/** Tiles that cannot be opened, or a thread that was ended: what a server that is down would say. */
const unableToSay = (error: unknown): ActorAnswer => ({ status: 503, text: (error as Error).message });

function configFileOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'valhalla.json') : path;
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  throw new Error(
    `${file} is no file: the configuration that "valhalla build_config" wrote and "valhalla build_tiles" used belongs there`,
  );
}

/** Of the package beside the tiles, else of one that this program finds. */
function moduleFor(configFile: string): string {
  for (const from of [configFile, import.meta.filename]) {
    try {
      return createRequire(from).resolve(VALHALLA_PACKAGE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(
    `${VALHALLA_PACKAGE} is not installed. Run: npm install --prefix ${dirname(configFile)} --ignore-scripts ${VALHALLA_PACKAGE}@${VERSION}`,
  );
}

/** Whoever gives up is not kept waiting; the thread ends its question, or is ended. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal == null) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
  }
}
