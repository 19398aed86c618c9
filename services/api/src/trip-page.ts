import { type Trip, trip } from '@outrider/domain';
import type { State, TripCursor, TripRow } from '@outrider/state';
import type { Grant } from './access.ts';
import { parseSealed } from './context.ts';

export interface TripPageQuery {
  /** Withdrawn trips too. */
  readonly withWithdrawn: boolean;
  /** `next` of the page before. */
  readonly before: TripCursor | undefined;
  readonly limit: number;
}

export interface TripPage {
  readonly trips: readonly Trip[];
  readonly next?: TripCursor;
}

/** A trip may hold its whole route: so many are in memory at once, and so much is in one answer. */
const ROWS_AT_ONCE = 20;
const PAGE_BYTES_MAX = 8_000_000;
/** Rows looked at for one page: withdrawn ones and those of other owners are sifted out. */
const ROWS_READ_MAX = 1_000;

/** A car's trips, latest departure first, a few at a time. */
export async function* tripsOf(
  { trips }: Pick<State, 'trips'>,
  vehicleId: string,
  after?: TripCursor,
): AsyncGenerator<TripRow, void> {
  for (let last = after; ; ) {
    const rows = await trips.listOf(vehicleId, ROWS_AT_ONCE, last);
    yield* rows;
    last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_AT_ONCE) return;
  }
}

/** One page, which always holds the first trip there is, however large. */
export async function readTripPage(
  state: Pick<State, 'trips'>,
  grant: Grant,
  { withWithdrawn, before, limit }: TripPageQuery,
): Promise<TripPage> {
  const trips: Trip[] = [];
  let bytes = 0;
  let looked = 0;
  let last = before;
  for await (const row of tripsOf(state, grant.vehicleId, before)) {
    if (trips.length >= limit || bytes >= PAGE_BYTES_MAX || looked >= ROWS_READ_MAX)
      return { trips, ...(last !== undefined && { next: last }) };
    looked += 1;
    last = { departAtMs: row.departAtMs, tripId: row.tripId };
    if (row.isWithdrawn && !withWithdrawn) continue;
    const record = parseSealed(trip, grant.open(row.keyId, row.box));
    if (record === undefined) continue;
    trips.push(record);
    bytes += row.box.length;
  }
  return { trips };
}

export const writeTripCursor = ({ departAtMs, tripId }: TripCursor): string => `${departAtMs}.${tripId}`;

/** Undefined when it is none of ours. */
export function readTripCursor(text: string): TripCursor | undefined {
  const [, departAtMs, tripId] = /^(\d{1,15})\.(.+)$/s.exec(text) ?? [];
  return departAtMs === undefined || tripId === undefined
    ? undefined
    : { departAtMs: Number(departAtMs), tripId };
}
