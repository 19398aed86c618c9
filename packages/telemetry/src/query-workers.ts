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

export interface QueryWorkers {
  /** @throws QueryTimeout when the answer, waiting for a free thread included, is not there in time. */
  ask(asked: SeriesQuery): Promise<SeriesAnswer>;
  close(): Promise<void>;
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
export function createQueryWorkers(options: QueryWorkersOptions): QueryWorkers {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let isClosed = false;

  function start(): Thread {
    const worker = new Worker(new URL('./query-worker.ts', import.meta.url), {
      workerData: { path: options.path },
      execArgv: [],
    });
    // A question keeps the process alive by its deadline; an idle thread must not.
    worker.unref();
    const thread: Thread = { worker, job: undefined };
    const end = (outcome: WorkerAnswer | Error) => {
      const { job } = thread;
      thread.job = undefined;
      job?.settle(outcome);
    };
    worker.on('message', (answer: WorkerAnswer) => {
      end(answer);
      dispatch();
    });
    worker.on('error', (error) => {
      threads.delete(thread);
      end(error);
    });
    worker.on('exit', () => {
      threads.delete(thread);
      end(new Error('the thread of the queries ended'));
      dispatch();
    });
    threads.add(thread);
    return thread;
  }

  function freeThread(): Thread | undefined {
    for (const thread of threads) if (thread.job === undefined) return thread;
    return threads.size < options.threads ? start() : undefined;
  }

  function dispatch(): void {
    while (waiting.length > 0 && !isClosed) {
      const thread = freeThread();
      if (thread === undefined) return;
      thread.job = waiting.shift();
      thread.worker.postMessage(thread.job?.asked);
    }
  }

  /** Takes a late job off its thread, which cannot be interrupted and so has to go. */
  function drop(job: Job): void {
    const index = waiting.indexOf(job);
    if (index >= 0) waiting.splice(index, 1);
    for (const thread of threads)
      if (thread.job === job) {
        threads.delete(thread);
        void thread.worker.terminate();
      }
    dispatch();
  }

  return {
    async ask(asked) {
      if (isClosed) throw new Error('the series is closed');
      const { promise, resolve } = Promise.withResolvers<WorkerAnswer | Error>();
      const job: Job = { asked, settle: resolve };
      const answered = new AbortController();
      waiting.push(job);
      dispatch();
      void options.realClock.sleep(options.deadlineMs, answered.signal).then(() => {
        if (answered.signal.aborted) return;
        resolve(new QueryTimeout(options.deadlineMs));
        drop(job);
      });
      const outcome = await promise;
      answered.abort();
      return answerOf(outcome);
    },
    async close() {
      isClosed = true;
      const closed = new Error('the series was closed');
      for (const job of waiting.splice(0)) job.settle(closed);
      for (const { job } of threads) job?.settle(closed);
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}

function answerOf(outcome: WorkerAnswer | Error): SeriesAnswer {
  if (outcome instanceof Error) throw outcome;
  if (outcome.kind === 'answer') return outcome.answer;
  throw outcome.name === 'RangeError' ? new RangeError(outcome.message) : new Error(outcome.message);
}
