import { sqlitePath, systemClock } from '@outrider/runtime';
import type { Bus } from './bus.ts';
import { createLocalBus } from './local-bus.ts';
import type { OpenBusOptions } from './open.ts';
import { openSqliteLog } from './sqlite-log.ts';

/** A log in a SQLite file that several processes of this machine have open. */
export interface JointBus extends Bus {
  /** Lets the subscribers here read what other processes wrote; whoever shares the file says when. */
  refresh(): void;
}

/**
 * Opens the SQLite log of a URL beside other processes that do the same. All members of a group must live in one
 * of them: partitions are not shared out between processes. Nothing is cleaned up, since nobody here knows what
 * readers elsewhere still need. For a run on a folder of its own, whose owner holds the lock; not for a server.
 */
export async function openJointBus(
  url: string,
  options: OpenBusOptions & { readonly partitions: number },
): Promise<JointBus> {
  const { partitions, synchronous = 'full', clock, realClock = systemClock, log, metrics } = options;
  const store = openSqliteLog(sqlitePath(url), { partitions, synchronous, isShared: true });
  const bus = createLocalBus({ store, clock, realClock, log, ...(metrics && { metrics }) });
  return {
    publish: (records) => bus.publish(records),
    subscribe: (group) => bus.subscribe(group),
    broadcast: (all) => bus.broadcast(all),
    commit: (group, offsets) => bus.commit(group, offsets),
    lag: (group) => bus.lag(group),
    partitions: bus.partitions,
    maintain: async () => 0,
    ping: () => bus.ping(),
    close: () => bus.close(),
    refresh: () => bus.wake(store.refresh()),
  };
}
