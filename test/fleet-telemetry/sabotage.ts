import { isPlaceSignal, SIGNAL } from '@outrider/domain';
import type { Refused } from './refusals.ts';
import type { StoredRow } from './stored-values.ts';

export interface Delivered {
  readonly stored: readonly StoredRow[];
  readonly refused: readonly Refused[];
}

/** Faults the comparison has to find. */
export const SABOTAGES = {
  /** Miles kept as if they were kilometres. */
  'wrong-unit': ({ stored, refused }) => ({
    stored: stored.map((row) => {
      const metres = row.values[SIGNAL.odometer];
      if (typeof metres !== 'number') return row;
      return { ...row, values: { ...row.values, [SIGNAL.odometer]: metres / 1.609344 } };
    }),
    refused,
  }),
  /** The last row of a place is lost. */
  'lose-place': ({ stored, refused }) => {
    const last = stored.findLastIndex((row) => Object.keys(row.values).some(isPlaceSignal));
    return { stored: stored.filter((_, index) => index !== last), refused };
  },
  /** A signal nobody said. */
  'make-up': ({ stored, refused }) => ({
    stored: stored.map((row, index) =>
      index === 0 ? { ...row, values: { ...row.values, [SIGNAL.netCapacity]: 75 } } : row,
    ),
    refused,
  }),
  /** What cannot be read disappears without a word. */
  'swallow-unreadable': ({ stored, refused }) => ({
    stored,
    refused: refused.filter(({ reason }) => reason !== 'unreadable'),
  }),
  /** A payload is taken for the one before it, because they share an id. */
  'one-per-second': ({ stored, refused }) => ({
    stored: stored.filter((row, index) => {
      const before = stored[index - 1];
      return before === undefined || Math.abs(row.observedAtMs - before.observedAtMs) > 1_000;
    }),
    refused,
  }),
} as const satisfies Record<string, (delivered: Delivered) => Delivered>;

export type SabotageName = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is SabotageName => Object.hasOwn(SABOTAGES, name);
