import type { CarUse, Leg, Position, Stop } from '@outrider/domain';

/** A stop of a plan; its id is made from what it says, wherever it comes from. */
export type PlannedStop = Omit<Stop, 'stopId'>;

/** A plan as the API takes it from a driver, with epoch milliseconds. `legs[i]` leads to `stops[i]`. */
export interface TripPlan {
  readonly departAtMs: number;
  /** The car's own reserve when absent. */
  readonly reserveSocPct?: number;
  readonly origin: { readonly name: string } & Position;
  readonly stops: readonly PlannedStop[];
  readonly legs?: readonly Leg[];
  readonly use?: CarUse;
}

/** One trip of a source. The same entry keeps its id however it is moved: the trip's own id is made from it. */
export interface TripEntry {
  readonly entryId: string;
  readonly plan: TripPlan;
  /** Worked out, not said: its place was looked up by what the entry calls it. */
  readonly isGuess?: true;
}

/** What cannot become a trip, and why. `line` counts from 1, in files that have lines. */
export interface TripProblem {
  readonly line?: number;
  /** Field, or name of the entry. */
  readonly field: string;
  readonly why: string;
}

/**
 * What an input says. An entry that is not there any more has been withdrawn, and so has one named in
 * `cancelled`; a problem leaves the rest usable.
 */
export interface TripReading {
  readonly entries: readonly TripEntry[];
  readonly cancelled: readonly string[];
  readonly problems: readonly TripProblem[];
  /** Entries that are there and no trips yet, with the text of a place that might be looked up; else empty. */
  readonly unplaced?: readonly { readonly entryId: string; readonly place: string }[];
  /** The input as a whole was not understood: it says nothing, and nothing has been withdrawn. */
  readonly isUnreadable?: true;
}

/**
 * Turns an input into plans, or says why not. Pure: the same input and moment give the same plans.
 * Never throws, whatever the input is.
 */
export interface TripSource<Input> {
  readonly name: string;
  read(input: Input): TripReading;
}

/** Sources with a calendar look this far ahead: a forecast of the weather reaches no further with any use. */
export const HORIZON_MS = 72 * 3_600_000;
/** Trips of one source at a time; the predictor keeps twenty plans of a car. */
export const ENTRIES_MAX = 14;

/** The trips that begin first, as many as are kept. */
export const soonest = (entries: readonly TripEntry[]): readonly TripEntry[] =>
  entries.toSorted((a, b) => a.plan.departAtMs - b.plan.departAtMs).slice(0, ENTRIES_MAX);

/** Nothing usable, for one reason. */
export const unreadable = (field: string, why: string): TripReading => ({
  entries: [],
  cancelled: [],
  problems: [{ field, why }],
  isUnreadable: true,
});
