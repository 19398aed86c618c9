import type { Cancel, Clock, Log, Metrics } from '@outrider/runtime';
import type { GroupLag } from './bus.ts';

const EVERY_MS = 15_000;

interface LagOptions {
  readonly realClock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
}

/** Measures, every 15 s, how far behind the groups of this process are; nothing without metrics. */
export function watchLag(
  { realClock, log, metrics }: LagOptions,
  groups: () => readonly string[],
  lagOf: (group: string) => Promise<readonly GroupLag[]>,
): Cancel {
  const gauge = metrics?.gauge(
    'bus_group_lag_records',
    'Records in the log that a group has not committed.',
    ['group', 'topic'],
  );
  if (gauge === undefined) return () => {};
  const measure = async (group: string): Promise<void> => {
    for (const [topic, parts] of Map.groupBy(await lagOf(group), (each) => each.topic)) {
      const behind = parts.reduce((sum, { next, end }) => sum + end - next, 0);
      gauge.set({ group, topic }, behind);
    }
  };
  return realClock.onTick(EVERY_MS, () => {
    for (const group of groups())
      measure(group).catch((error) => log.warn({ err: error, group }, 'the lag of a group is not known'));
  });
}
