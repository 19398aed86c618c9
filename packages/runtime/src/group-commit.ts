/** Work that waits for one shared commit. */
export interface GroupCommit<Item, Result> {
  /** Resolves with the item's own result once the commit that holds it succeeded; rejects when it failed. */
  add(item: Item): Promise<Result>;
  /** Nothing waits for a commit. */
  isEmpty(): boolean;
  /** Commits what waits now, without waiting for the end of the turn. */
  flush(): void;
}

export interface GroupCommitOptions<Item, Result> {
  /** Makes all items durable or none; returns one result per item, in their order. */
  readonly commit: (items: readonly Item[]) => readonly Result[];
  /** Share of one commit that an item takes; a commit holds items up to a sum of 1, and always at least one. */
  readonly shareOf: (item: Item) => number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Single-flight group commit: whatever is added during one turn of the event loop is committed together
 * at its end, so that many sockets share one fsync. The delay is one turn, never a timer.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      commitNext();
      // One commit per turn: between two commits sockets and timers get their turn too.
      schedule();
    });
  }

  function commitNext(): void {
    let share = 0;
    let count = 0;
    for (const { item } of waiting) {
      share += options.shareOf(item);
      if (count > 0 && share > 1) break;
      count++;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    if (group.length > 0) settle(group, options.commit);
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      });
    },
    isEmpty: () => waiting.length === 0,
    flush() {
      while (waiting.length > 0) commitNext();
    },
  };
}

function settle<Item, Result>(
  group: readonly Waiting<Item, Result>[],
  commit: (items: readonly Item[]) => readonly Result[],
): void {
  try {
    const results = commit(group.map(({ item }) => item));
    // The contract of `commit` is one result per item, so the index is always there.
    for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
