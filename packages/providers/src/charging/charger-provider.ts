import type { ChargingLocation } from '@outrider/domain';
import type { Probe } from '../probe.ts';

/** A list of charging places. Rows that cannot be used are reported, never guessed. */
export interface ChargerList {
  readonly locations: readonly ChargingLocation[];
  readonly problems: readonly string[];
}

/** Reads one file's text. `nowMs` dates what the file does not date. */
export interface ChargerFile {
  readonly name: string;
  readonly extensions: readonly string[];
  read(text: string, source: string, nowMs: number): ChargerList;
}

/** How often something was found in one answer, by a stable word. */
export type Tally = Readonly<Record<string, number>>;

/** What a source says, and what it cost to understand it. */
export interface ChargerAnswer {
  /** `whole`: this is everything, what is absent is gone. `changes`: what is absent stays as it was. */
  readonly kind: 'whole' | 'changes';
  readonly locations: readonly ChargingLocation[];
  /** Ids that are no more, or must not be shown. */
  readonly gone: readonly string[];
  /** Real time. */
  readonly fetchedAtMs: number;
  /** Objects left out, by reason. */
  readonly quarantined: Tally;
  /** Values put right, by what was wrong. */
  readonly mended: Tally;
}

export interface ChargerQuestion {
  /** Only what changed since then, if the source can tell. Absent: everything. */
  readonly sinceMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A vendor or operator that lists charging places. Rejects with `ProviderUnavailable`; a whole list with nothing
 * in it is one too: nobody closes every charger at once.
 */
export interface ChargerSource extends Probe {
  readonly kind: 'charging';
  /** Whether `sinceMs` makes the answer shorter. */
  readonly tellsChanges: boolean;
  list(question?: ChargerQuestion): Promise<ChargerAnswer>;
}
