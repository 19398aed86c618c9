import type { KeyEntry, LogStore } from './log-store.ts';
import { topicList } from './topics.ts';

const HOUR_MS = 3_600_000;
/** A tombstone stays this long, so that who was away for less learns of the deletion. */
const TOMBSTONE_MS = 24 * HOUR_MS;
/** Records per transaction: the writing thread stops for one of these at a time. */
const STEP_RECORDS = 1_000;

export interface MaintenanceOptions {
  readonly store: LogStore;
  nowMs(): number;
  /**
   * First offset that a subscriber of this process still needs. Retention and tombstone removal leave it
   * and what follows: a stuck subscriber loses nothing. Groups without a member hold nothing back, or an
   * abandoned one would fill the disk; they go on at the oldest record there is.
   */
  neededOffset(topic: string, partition: number): number;
}

export interface Maintenance {
  /** Applies retention and compaction once; a second call meanwhile gets the same answer. */
  run(): Promise<number>;
  /** Resolves when nothing is touched any more. */
  stop(): Promise<void>;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Topics that are not in `topics.ts` are left as they are. */
export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const { store } = options;
  /** End of each stream when it was last found compact. */
  const compactEnds = new Map<string, number>();
  let running: Promise<number> | undefined;
  let isStopped = false;

  async function runOnce(): Promise<number> {
    let deleted = 0;
    for (const name of store.topics()) {
      const cleanup = topicList.find((topic) => topic.name === name)?.cleanup;
      for (let partition = 0; partition < store.partitions && !isStopped; partition++) {
        if (cleanup?.kind === 'delete') deleted += await trim(name, partition, cleanup.retentionMs);
        if (cleanup?.kind === 'compact') deleted += await compact(name, partition);
      }
    }
    return deleted;
  }

  async function trim(topic: string, partition: number, retentionMs: number): Promise<number> {
    let deleted = 0;
    for (let gone = STEP_RECORDS; gone === STEP_RECORDS && !isStopped; ) {
      gone = store.trim(topic, partition, {
        beforeMs: options.nowMs() - retentionMs,
        belowOffset: options.neededOffset(topic, partition),
        recordsMax: STEP_RECORDS,
      });
      deleted += gone;
      if (gone > 0) await nextTurn();
    }
    return deleted;
  }

  async function compact(topic: string, partition: number): Promise<number> {
    const stream = `${topic}/${partition}`;
    const end = store.endOffset(topic, partition);
    if (compactEnds.get(stream) === end) return 0;
    const newest = new Map<string, KeyEntry>();
    let deleted = 0;
    let from = 0;
    while (from < end && !isStopped) {
      const entries = store.keys(topic, partition, from, STEP_RECORDS);
      const superseded = supersede(newest, entries);
      if (superseded.length > 0) store.remove(topic, partition, superseded);
      deleted += superseded.length;
      from = (entries.at(-1)?.offset ?? end) + 1;
      await nextTurn();
    }
    return isStopped ? deleted : deleted + dropTombstones(topic, partition, newest, stream, end);
  }

  function dropTombstones(
    topic: string,
    partition: number,
    newest: ReadonlyMap<string, KeyEntry>,
    stream: string,
    end: number,
  ): number {
    const tombstones = [...newest.values()].filter((entry) => entry.isTombstone);
    const beforeMs = options.nowMs() - TOMBSTONE_MS;
    const needed = options.neededOffset(topic, partition);
    const gone = tombstones.filter((entry) => entry.timestampMs < beforeMs && entry.offset < needed);
    if (gone.length > 0)
      store.remove(
        topic,
        partition,
        gone.map((entry) => entry.offset),
      );
    // Tombstones that stayed must be looked at again although nothing new was written.
    if (gone.length === tombstones.length) compactEnds.set(stream, end);
    return gone.length;
  }

  return {
    run() {
      running ??= runOnce().finally(() => {
        running = undefined;
      });
      return running;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

/** Enters `entries` and returns the offsets they and earlier ones make superfluous. */
function supersede(newest: Map<string, KeyEntry>, entries: readonly KeyEntry[]): number[] {
  const superseded: number[] = [];
  for (const entry of entries) {
    const older = newest.get(entry.key);
    if (older !== undefined) superseded.push(older.offset);
    newest.set(entry.key, entry);
  }
  return superseded;
}
