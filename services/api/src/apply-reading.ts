import { isDeepStrictEqual } from 'node:util';
import { type Trip, trip } from '@outrider/domain';
import type { TripEntry, TripReading } from '@outrider/providers';
import { contentId } from '@outrider/runtime';
import type { State, TripRow } from '@outrider/state';
import type { ApiContext, RowContext } from './context.ts';
import type { Problem } from './errors.ts';
import { keepTrip, openTrip, withdrawn } from './routes/trips.ts';
import { requestOf, tripOf, tripPlan } from './shapes/trips.ts';

/** Whose trips a reading tells. */
export interface ReadingOf {
  readonly vehicleId: string;
  /** With an entry's id it makes the trip's. */
  readonly namespace: string;
  /** Null: the trips are the driver's own from now on. */
  readonly sourceId: string | null;
  readonly from: Trip['source'];
  /** Texts of places that nobody could tell of now: what was guessed of them stands. */
  readonly unanswered?: ReadonlySet<string>;
}

export interface Applied {
  /** As they are now, whether they changed or not; without those a person has changed since. */
  readonly trips: readonly Trip[];
  /** Revisions published. */
  readonly changed: number;
  readonly problems: readonly Problem[];
}

/** A trip without a time of arrival counts as under way for so long. */
const DRIVE_MS = 86_400_000;
/** Trips that departed longer ago have ended, whatever they say. */
const LONGEST_MS = 7 * DRIVE_MS;

/**
 * Makes the stored trips say what a reading says: an entry that is new or has moved is a revision, one that is
 * gone before its time is withdrawn, all others are left alone. To be called in a transaction.
 */
export async function applyReading(
  context: RowContext,
  tx: State,
  of: ReadingOf,
  reading: TripReading,
): Promise<Applied> {
  const vehicle = await tx.vehicles.find(of.vehicleId);
  const reserveSocPct = vehicle?.reserveSocPct ?? 0;
  const trips: Trip[] = [];
  const problems: Problem[] = [];
  let changed = 0;
  for (const entry of reading.entries) {
    const row = await tx.trips.find(tripIdOf(of, entry.entryId));
    if (isTaken(row, of)) continue;
    const before = row && openTrip(context.trust, row);
    const next = tripOfEntry(of, entry, row, before, { nowMs: context.eventClock.nowMs(), reserveSocPct });
    if ('problem' in next) problems.push(next.problem);
    else if (before !== undefined && isSame(before, next.record)) trips.push(before);
    else {
      await keepTrip(context, tx, next.record, of.sourceId);
      trips.push(next.record);
      changed += 1;
    }
  }
  const isLeft = leftAsTheyAre(of, reading);
  for (const row of await goneRows(context, tx, of, reading)) {
    const before = openTrip(context.trust, row);
    if (before === undefined || isLeft(before) || isOver(before, context.eventClock.nowMs())) continue;
    await keepTrip(context, tx, withdrawn(before), of.sourceId);
    changed += 1;
  }
  return { trips, changed, problems };
}

/** Trips of entries that are there and have no place now: a guess that was confirmed, or cannot be checked. */
function leftAsTheyAre(of: ReadingOf, { unplaced = [] }: TripReading): (before: Trip) => boolean {
  const places = new Map(unplaced.map(({ entryId, place }) => [tripIdOf(of, entryId), place]));
  return ({ tripId, isGuess }) => {
    const place = places.get(tripId);
    if (place === undefined || isGuess === undefined) return false;
    return !isGuess || of.unanswered?.has(place) === true;
  };
}

const tripIdOf = ({ namespace, vehicleId }: ReadingOf, entryId: string): string =>
  `trip_${contentId(vehicleId, namespace, entryId)}`;

/** A person has changed it since: it is theirs. */
const isTaken = (row: TripRow | undefined, { sourceId }: ReadingOf): boolean =>
  row !== undefined && row.sourceId !== sourceId;

function tripOfEntry(
  of: ReadingOf,
  { entryId, plan, isGuess }: TripEntry,
  row: TripRow | undefined,
  before: Trip | undefined,
  { nowMs, reserveSocPct }: { readonly nowMs: number; readonly reserveSocPct: number },
): { readonly record: Trip } | { readonly problem: Problem } {
  const parsed = tripPlan.safeParse(requestOf(plan));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [entryId, ...(issue?.path ?? [])].join('.').slice(0, 200);
    return { problem: { path, message: issue?.message ?? 'is no plan' } };
  }
  const about = {
    tripId: tripIdOf(of, entryId),
    vehicleId: of.vehicleId,
    revision: (row?.revision ?? 0) + 1,
    createdAtMs: before?.createdAtMs ?? nowMs,
    reserveSocPct,
  };
  const record = tripOf(parsed.data, about, of.from);
  if (isGuess !== true) return { record };
  return { record: { ...record, isGuess: before?.isGuess !== false || !isSamePlace(before, record) } };
}

/** Confirmed once, a guess stays a plan whenever it is: only to another place nobody has said yes. */
const isSamePlace = (before: Trip, after: Trip): boolean =>
  isDeepStrictEqual(placesOf(before), placesOf(after));

const placesOf = ({ stops }: Trip) => stops.map(({ lat, lon }) => [lat, lon]);

const isSame = (before: Trip, record: Trip): boolean =>
  isDeepStrictEqual(before, trip.parse({ ...record, revision: before.revision }));

/** Rows that were cancelled by name, and those of a source that it does not tell any more. */
async function goneRows(
  context: Pick<ApiContext, 'eventClock'>,
  tx: State,
  of: ReadingOf,
  { entries, cancelled }: TripReading,
): Promise<readonly TripRow[]> {
  const named = await Promise.all(cancelled.map((entryId) => tx.trips.find(tripIdOf(of, entryId))));
  const rows = named.filter((row) => row !== undefined && !row.isWithdrawn && !isTaken(row, of)) as TripRow[];
  if (of.sourceId === null) return rows;
  const told = new Set(entries.map(({ entryId }) => tripIdOf(of, entryId)));
  const known = await tx.trips.listOfSource(of.sourceId, context.eventClock.nowMs() - LONGEST_MS);
  return [...rows, ...known.filter(({ tripId }) => !told.has(tripId))];
}

const isOver = ({ departAtMs, stops }: Trip, nowMs: number): boolean =>
  (stops.at(-1)?.arriveAtMs ?? departAtMs + DRIVE_MS) <= nowMs;
