import type { GroupLag } from './bus.ts';

interface Places {
  beginOffset(topic: string, partition: number): number;
  endOffset(topic: string, partition: number): number;
  /** Undefined when the group never committed one. */
  committedOffset(topic: string, partition: number): number | undefined;
}

/** How far a group is behind, for every partition of its topics: what was deleted before it came is not waiting. */
export function groupLag(
  topics: ReadonlySet<string>,
  partitions: number,
  { beginOffset, endOffset, committedOffset }: Places,
): readonly GroupLag[] {
  return [...topics].sort().flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => {
      const begin = beginOffset(topic, partition);
      const next = Math.max(begin, committedOffset(topic, partition) ?? begin);
      return { topic, partition, next, end: endOffset(topic, partition) };
    }),
  );
}
