import { type ResourceLimits, Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';

/** No answer in time; the thread that was at it has been ended. */
export class WorkerTimeout extends Error {
  override readonly name = 'WorkerTimeout';

  constructor(deadlineMs: number) {
    super(`no answer within ${deadlineMs} ms`);
  }
}

/** What a worker's file posts back for each question, in their order. */
export type WorkerAnswer<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'error'; readonly name: string; readonly message: string };

interface Job<Question, Answer> {
  readonly asked: Question;
  readonly settle: (outcome: WorkerAnswer<Answer> | Error) => void;
}

export interface WorkersOptions {
  /** The worker's file: it answers one message at a time. */
  readonly file: URL;
  /** What each thread is started with. */
  readonly workerData?: unknown;
  readonly deadlineMs: number;
  readonly realClock: Clock;
  /** One slow question then does not hold up all others. */
  readonly threads: number;
  /** Memory of a thread: who needs more ends its thread, not the process. */
  readonly resourceLimits?: ResourceLimits;
}

/** A thread and the one question it is at. */
interface Thread<Question, Answer> {
  readonly worker: Worker;
  job: Job<Question, Answer> | undefined;
}

/** Threads for what would stop this one for too long; started when first needed, ended when they miss a deadline. */
export class Workers<Question, Answer> {
  readonly #options: WorkersOptions;
  readonly #threads = new Set<Thread<Question, Answer>>();
  readonly #waiting: Job<Question, Answer>[] = [];
  #isClosed = false;

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /**
   * @throws WorkerTimeout when the answer, waiting for a free thread included, is not there in time; whatever the
   * worker threw, or what ended it: an error with the code `ERR_WORKER_OUT_OF_MEMORY` when it needed too much
   */
  async ask(asked: Question): Promise<Answer> {
    if (this.#isClosed) throw new Error('the threads were closed');
    const { deadlineMs, realClock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer<Answer> | Error>();
    const job: Job<Question, Answer> = { asked, settle: resolve };
    const answered = new AbortController();
    this.#waiting.push(job);
    this.#dispatch();
    void realClock.sleep(deadlineMs, answered.signal).then(() => {
      if (answered.signal.aborted) return;
      resolve(new WorkerTimeout(deadlineMs));
      this.#drop(job);
    });
    const outcome = await promise;
    answered.abort();
    return answerOf(outcome);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new Error('the threads were closed');
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

  #freeThread(): Thread<Question, Answer> | undefined {
    for (const thread of this.#threads) if (thread.job === undefined) return thread;
    return this.#threads.size < this.#options.threads ? this.#start() : undefined;
  }

  #start(): Thread<Question, Answer> {
    const { file, workerData, resourceLimits } = this.#options;
    const worker = new Worker(file, { workerData, execArgv: [], ...(resourceLimits && { resourceLimits }) });
    const thread: Thread<Question, Answer> = { worker, job: undefined };
    const end = (outcome: WorkerAnswer<Answer> | Error) => {
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
    worker.on('exit', () => fail(new Error('the thread ended')));
    // A question keeps the process alive by its deadline; an idle thread must not. Listening would hold it again.
    worker.unref();
    this.#threads.add(thread);
    return thread;
  }

  /** Takes a late job off its thread, which cannot be interrupted and so has to go. */
  #drop(job: Job<Question, Answer>): void {
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

function answerOf<Answer>(outcome: WorkerAnswer<Answer> | Error): Answer {
  if (outcome instanceof Error) throw outcome;
  if (outcome.kind === 'answer') return outcome.answer;
  throw outcome.name === 'RangeError' ? new RangeError(outcome.message) : new Error(outcome.message);
}
