import type { LogStore } from './log-store.ts';

/** Follows whether everything that existed at one moment has been handled. */
export interface CatchUp {
  readonly caughtUp: Promise<void>;
  /** Looks at the positions of one partition again. */
  progress(partition: number, positionOf: (topic: string) => number | undefined): void;
  /** Nobody will read on. */
  abandon(): void;
}

/** Notes the ends of all partitions as they are now. */
export function followCatchUp(store: LogStore, topics: readonly string[]): CatchUp {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever does not wait for it must not crash the process.
  promise.catch(() => {});
  const open = new Map<number, readonly { readonly topic: string; readonly end: number }[]>();
  for (let partition = 0; partition < store.partitions; partition++)
    open.set(
      partition,
      topics.map((topic) => ({ topic, end: store.endOffset(topic, partition) })),
    );
  return {
    caughtUp: promise,
    progress(partition, positionOf) {
      const waiting = open.get(partition)?.filter(({ topic, end }) => (positionOf(topic) ?? -1) < end);
      if (waiting === undefined) return;
      if (waiting.length > 0) return;
      open.delete(partition);
      if (open.size === 0) resolve();
    },
    abandon: () => reject(new Error('the subscription was stopped before it caught up')),
  };
}
