import { Worker } from 'node:worker_threads';
import type { Clock } from '@outrider/runtime';
import { QueryTimeout } from './query-timeout.ts';
import type { SeriesAnswer, SeriesQuery } from './series-queries.ts';

export type WorkerAnswer =
  | { readonly kind: 'answer'; readonly answer: SeriesAnswer }
  | { readonly kind: 'error'; readonly name: string; readonly message: string };

interface Job {
  readonly asked: SeriesQuery;
  readonly settle: (outcome: WorkerAnswer | Error) => void;
}

export interface QueryWorkersOptions {
  readonly path: string;
  readonly deadlineMs: number;
  readonly realClock: Clock;
  /** One slow question then does not hold up all others. */
  readonly threads: number;
}

/** A thread and the one question it is at. */
interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
}

/** Threads that read the series; started when first needed, ended when they miss a deadline. */
export class QueryWorkers {
  readonly #options: QueryWorkersOptions;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Job[] = [];
  #isClosed = false;

  constructor(options: QueryWorkersOptions) {
    this.#options = options;
  }

  /** @throws QueryTimeout when the answer, waiting for a free thread included, is not there in time. */
  async ask(asked: SeriesQuery): Promise<SeriesAnswer> {
    if (this.#isClosed) throw new Error('the series is closed');
    const { deadlineMs, realClock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer | Error>();
    const job: Job = { asked, settle: resolve };
    const answered = new AbortController();
    this.#waiting.push(job);
    this.#dispatch();
    void realClock.sleep(deadlineMs, answered.signal).then(() => {
      if (answered.signal.aborted) return;
      resolve(new QueryTimeout(deadlineMs));
      this.#drop(job);
    });
    const outcome = await promise;
    answered.abort();
    return answerOf(outcome);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new Error('the series was closed');
    for (const job of this.#waiting.splice(0)) job.settle(closed);
    for (const { job } of this.#threads) job?.settle(closed);
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const thread = this.#freeThread();
      if (thread === undefined) return;
      thread.job = this.#waiting.shift();
      thread.worker.postMessage(thread.job?.asked);
    }
  }

  #freeThread(): Thread | undefined {
    for (const thread of this.#threads) if (thread.job === undefined) return thread;
    return this.#threads.size < this.#options.threads ? this.#start() : undefined;
  }

  #start(): Thread {
    const worker = new Worker(new URL('./query-worker.ts', import.meta.url), {
      workerData: { path: this.#options.path },
      execArgv: [],
    });
    // A question keeps the process alive by its deadline; an idle thread must not.
    worker.unref();
    const thread: Thread = { worker, job: undefined };
    const end = (outcome: WorkerAnswer | Error) => {
      const { job } = thread;
      thread.job = undefined;
      job?.settle(outcome);
      this.#dispatch();
    };
    worker.on('message', end);
    const fail = (error: Error) => {
      this.#threads.delete(thread);
      end(error);
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the thread of the queries ended')));
    this.#threads.add(thread);
    return thread;
  }

  /** Takes a late job off its thread, which cannot be interrupted and so has to go. */
  #drop(job: Job): void {
    const index = this.#waiting.indexOf(job);
    if (index >= 0) this.#waiting.splice(index, 1);
    for (const thread of this.#threads)
      if (thread.job === job) {
        this.#threads.delete(thread);
        void thread.worker.terminate();
      }
    this.#dispatch();
  }
}

function answerOf(outcome: WorkerAnswer | Error): SeriesAnswer {
  if (outcome instanceof Error) throw outcome;
  if (outcome.kind === 'answer') return outcome.answer;
  throw outcome.name === 'RangeError' ? new RangeError(outcome.message) : new Error(outcome.message);
}
