import type { Tally } from '../charger-provider.ts';

/** Counts what is found on the way, by a stable word. */
export interface Counting {
  note(word: string): void;
  readonly counts: Tally;
}

export function counting(): Counting {
  const counts: Record<string, number> = {};
  return {
    note(word) {
      counts[word] = (counts[word] ?? 0) + 1;
    },
    counts,
  };
}
