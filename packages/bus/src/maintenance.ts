import type { KeyEntry, LogStore } from './log-store.ts';
import { topicList } from './topics.ts';

const HOUR_MS = 3_600_000;
/** A tombstone stays this long, so that who was away for less learns of the deletion. */
const TOMBSTONE_MS = 24 * HOUR_MS;
/** Records per transaction: the writing thread stops for one of these at a time. */
const STEP_RECORDS = 1_000;

export interface MaintenanceOptions {
  readonly store: LogStore;
  readonly nowMs: () => number;
  /**
   * First offset that a subscriber of this process still needs. Retention and tombstone removal leave it
   * and what follows: a stuck subscriber loses nothing. Groups without a member hold nothing back, or an
   * abandoned one would fill the disk; they go on at the oldest record there is.
   */
  readonly neededOffset: (topic: string, partition: number) => number;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Applies retention and compaction. Topics that are not in `topics.ts` are left as they are. */
export class Maintenance {
  readonly #options: MaintenanceOptions;
  /** End of each stream when it was last found compact. */
  readonly #compactEnds = new Map<string, number>();
  #running: Promise<number> | undefined;
  #isStopped = false;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  /** Goes through everything once and tells how many records went; a second call meanwhile joins the first. */
  run(): Promise<number> {
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when nothing is touched any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #runOnce(): Promise<number> {
    const { store } = this.#options;
    let deleted = 0;
    for (const name of store.topics()) {
      const cleanup = topicList.find((topic) => topic.name === name)?.cleanup;
      for (let partition = 0; partition < store.partitions && !this.#isStopped; partition++) {
        if (cleanup?.kind === 'delete') deleted += await this.#trim(name, partition, cleanup.retentionMs);
        if (cleanup?.kind === 'compact')
          deleted += await this.#compact(name, partition, cleanup.historyMs ?? 0);
      }
    }
    return deleted;
  }

  async #trim(topic: string, partition: number, retentionMs: number): Promise<number> {
    const { store, nowMs, neededOffset } = this.#options;
    let deleted = 0;
    for (let gone = STEP_RECORDS; gone === STEP_RECORDS && !this.#isStopped; ) {
      gone = store.trim(topic, partition, {
        beforeMs: nowMs() - retentionMs,
        belowOffset: neededOffset(topic, partition),
        recordsMax: STEP_RECORDS,
      });
      deleted += gone;
      if (gone > 0) await nextTurn();
    }
    return deleted;
  }

  async #compact(topic: string, partition: number, historyMs: number): Promise<number> {
    const { store, nowMs } = this.#options;
    const beforeMs = nowMs() - historyMs;
    const end = store.endOffset(topic, partition);
    if (this.#compactEnds.get(`${topic}/${partition}`) === end) return 0;
    const newest = new Map<string, KeyEntry>();
    let deleted = 0;
    let kept = 0;
    let from = 0;
    while (from < end && !this.#isStopped) {
      const entries = store.keys(topic, partition, from, STEP_RECORDS);
      const superseded = supersede(newest, entries);
      const gone = superseded.filter(({ timestampMs }) => historyMs === 0 || timestampMs < beforeMs);
      if (gone.length > 0)
        store.remove(
          topic,
          partition,
          gone.map(({ offset }) => offset),
        );
      deleted += gone.length;
      kept += superseded.length - gone.length;
      from = (entries.at(-1)?.offset ?? end) + 1;
      await nextTurn();
    }
    if (this.#isStopped) return deleted;
    const tombstones = [...newest.values()].filter((entry) => entry.isTombstone);
    const forgotten = this.#forget(topic, partition, tombstones, Math.max(TOMBSTONE_MS, historyMs));
    // What stayed for its time must be looked at again although nothing new was written.
    if (forgotten === tombstones.length && kept === 0) this.#compactEnds.set(`${topic}/${partition}`, end);
    return deleted + forgotten;
  }

  /** Never before what they delete: the key would be back. */
  #forget(topic: string, partition: number, tombstones: readonly KeyEntry[], keptMs: number): number {
    const { store, nowMs, neededOffset } = this.#options;
    const beforeMs = nowMs() - keptMs;
    const needed = neededOffset(topic, partition);
    const offsets = tombstones
      .filter((entry) => entry.timestampMs < beforeMs && entry.offset < needed)
      .map((entry) => entry.offset);
    if (offsets.length > 0) store.remove(topic, partition, offsets);
    return offsets.length;
  }
}

/** Enters `entries` and returns which of them and of earlier ones are no longer the newest of their key. */
function supersede(newest: Map<string, KeyEntry>, entries: readonly KeyEntry[]): KeyEntry[] {
  const superseded: KeyEntry[] = [];
  for (const entry of entries) {
    const older = newest.get(entry.key);
    if (older !== undefined) superseded.push(older);
    newest.set(entry.key, entry);
  }
  return superseded;
}
