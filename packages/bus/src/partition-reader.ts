import { backoffMs, type Clock } from '@outrider/runtime';
import type { Batch } from './bus.ts';
import type { ReadableLog } from './log-store.ts';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 5_000;
/** Keeps what is fetched but not handled small, whatever the frames weigh. */
const BATCH_BYTES_MAX = 1024 * 1024;

/** One partition of a subscription, as its reader sees it. */
export interface ReaderTask {
  readonly store: ReadableLog;
  readonly realClock: Clock;
  readonly partition: number;
  readonly topics: readonly string[];
  readonly batchRecordsMax: number;
  isPaused(): boolean;
  /** Topic → offset to begin at, for every topic. Tried again when it throws. */
  begin(): Promise<ReadonlyMap<string, number>>;
  handle(batch: Batch): Promise<void>;
  onError(error: unknown): void;
  /** The offset asked for is not in the log: deleted by retention (records skipped) or beyond the end. */
  onMoved(topic: string, asked: number, begun: number): void;
  /** Positions changed. */
  onProgress(): void;
}

/** Ends the current turn, so that a long backlog leaves sockets and timers their time. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Reads one partition of all topics of a subscription, one batch at a time: topics are merged by the
 * records' time, and at equal times in the order in which they were subscribed. Sleeps without a timer
 * when there is nothing to read.
 */
export class PartitionReader {
  readonly #task: ReaderTask;
  readonly #ended = new AbortController();
  readonly #positions = new Map<string, number>();
  /** Seeks since the current batch was taken, and those before the first. */
  readonly #sought = new Map<string, number>();
  #failed: { readonly batch: Batch; readonly attempts: number } | undefined;
  #hasBegun = false;
  #isBusy = true;
  #wakeUp: (() => void) | undefined;
  readonly #running: Promise<void>;

  constructor(task: ReaderTask) {
    this.#task = task;
    this.#running = this.#run();
  }

  /** `begin` succeeded: somebody knows that this partition is theirs. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** There is something new to read, or pausing ended. */
  wake(): void {
    this.#wakeUp?.();
  }

  /** Next offset to be handled; undefined before the reader began. */
  position(topic: string): number | undefined {
    return this.#positions.get(topic);
  }

  seek(topic: string, offset: number): void {
    this.#sought.set(topic, offset);
    if (this.#failed?.batch.topic === topic) this.#failed = undefined;
    if (!this.#hasBegun) return;
    this.#place(topic, offset);
    this.wake();
  }

  isIdle(): boolean {
    return this.#hasBegun && !this.#isBusy && this.#failed === undefined && !this.hasRecords();
  }

  /** True when a record waits behind the positions, counting `done` as handled. */
  hasRecords(done?: Batch): boolean {
    return this.#task.topics.some((topic) => {
      const position =
        done?.topic === topic && !this.#sought.has(topic) ? nextOffset(done) : this.#positions.get(topic);
      return this.#isBehind(topic, position ?? 0);
    });
  }

  /** Resolves when the batch being handled is done; no other follows. */
  end(): Promise<void> {
    this.#ended.abort();
    this.wake();
    return this.#running;
  }

  async #run(): Promise<void> {
    // The subscriber first gets its subscription, then records.
    await nextTurn();
    await this.#begin();
    while (!this.#ended.signal.aborted) {
      const batch = this.#task.isPaused() ? undefined : (this.#failed?.batch ?? this.#nextBatch());
      if (batch === undefined) await this.#sleep();
      else {
        await this.#deliver(batch);
        await nextTurn();
      }
    }
    this.#isBusy = false;
  }

  async #begin(): Promise<void> {
    for (let attempt = 0; !this.#ended.signal.aborted; attempt++) {
      try {
        for (const [topic, offset] of await this.#task.begin()) this.#place(topic, offset);
        this.#hasBegun = true;
        for (const [topic, offset] of this.#sought) this.#place(topic, offset);
        this.#task.onProgress();
        return;
      } catch (error) {
        this.#task.onError(error);
        await this.#backOff(attempt);
      }
    }
  }

  /** Moves to an offset, or to the nearest one that the log has. */
  #place(topic: string, asked: number): void {
    const { store, partition } = this.#task;
    const offset = Math.min(
      Math.max(asked, store.beginOffset(topic, partition)),
      store.endOffset(topic, partition),
    );
    if (offset !== asked) this.#task.onMoved(topic, asked, offset);
    this.#positions.set(topic, offset);
  }

  /** Time of the next record of a topic, after passing over what retention and compaction took away. */
  #head(topic: string): number | undefined {
    const { store, partition } = this.#task;
    const position = this.#positions.get(topic) ?? 0;
    if (position < store.beginOffset(topic, partition)) this.#place(topic, position);
    const headMs = store.headTimestampMs(topic, partition, this.#positions.get(topic) ?? 0);
    const arrived = store.arrivedOffset?.(topic, partition) ?? store.endOffset(topic, partition);
    if (headMs === undefined && position < arrived) {
      this.#positions.set(topic, arrived);
      this.#task.onProgress();
    }
    return headMs;
  }

  #isBehind(topic: string, position: number): boolean {
    const { store, partition } = this.#task;
    return store.arrivedOffset === undefined
      ? store.headTimestampMs(topic, partition, position) !== undefined
      : position < store.endOffset(topic, partition);
  }

  #nextBatch(): Batch | undefined {
    const heads = this.#task.topics.flatMap((topic) => {
      const headMs = this.#head(topic);
      return headMs === undefined ? [] : [{ topic, headMs }];
    });
    const isHere = (topic: string) => heads.some((head) => head.topic === topic);
    // The order between topics needs the next record of each: those on their way are waited for.
    if (
      this.#task.topics.some(
        (topic) => !isHere(topic) && this.#isBehind(topic, this.#positions.get(topic) ?? 0),
      )
    )
      return undefined;
    const oldestMs = Math.min(...heads.map(({ headMs }) => headMs));
    const chosen = heads.findIndex(({ headMs }) => headMs === oldestMs);
    const topic = heads[chosen]?.topic;
    if (topic === undefined) return undefined;
    // A topic subscribed earlier goes first at equal times, so before it the batch ends a millisecond sooner.
    const untilMs = Math.min(
      ...heads.map(({ headMs }, index) =>
        index === chosen ? Number.POSITIVE_INFINITY : index < chosen ? headMs - 1 : headMs,
      ),
    );
    const { store, partition, batchRecordsMax } = this.#task;
    const records = store.read(topic, partition, this.#positions.get(topic) ?? 0, {
      recordsMax: batchRecordsMax,
      bytesMax: BATCH_BYTES_MAX,
      untilMs,
    });
    return { topic, partition, records };
  }

  async #deliver(batch: Batch): Promise<void> {
    const attempts = this.#failed?.attempts ?? 0;
    this.#isBusy = true;
    this.#sought.clear();
    try {
      await this.#task.handle(batch);
      this.#failed = undefined;
      // A seek made while the batch was handled decides what comes next.
      if (!this.#sought.has(batch.topic)) this.#positions.set(batch.topic, nextOffset(batch));
      this.#task.onProgress();
    } catch (error) {
      this.#failed = this.#sought.has(batch.topic) ? undefined : { batch, attempts: attempts + 1 };
      this.#task.onError(error);
      await this.#backOff(attempts);
    }
  }

  #backOff(attempt: number): Promise<void> {
    const delayMs = backoffMs(attempt, FIRST_RETRY_MS, MAX_RETRY_MS, () => 1);
    return this.#task.realClock.sleep(delayMs, this.#ended.signal);
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
      this.#isBusy = false;
    });
    this.#wakeUp = undefined;
    this.#isBusy = true;
  }
}

export const nextOffset = (batch: Batch): number => (batch.records.at(-1)?.offset ?? -1) + 1;
