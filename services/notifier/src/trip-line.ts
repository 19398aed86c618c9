import { type Forecast, leastSure, OVERDUE_MS, shownAt, stopForecast } from '@outrider/domain';
import type { WatchLineRow } from '@outrider/state';
import { z } from 'zod';

// The one silent line about a trip: whether it is watched, and how sure; if not, since when. Pure.

const stopSaid = z.object({
  name: z.string(),
  arrivalSocPct: stopForecast.shape.arrivalSocPct,
  /** Probability of arriving with the reserve or more. */
  sure: z.number(),
});

const known = z.object({ atMs: z.number(), socPct: z.number(), stop: stopSaid.optional() });

/** What the line says, as figures. Stored sealed: it names a place. */
export const lineSaid = z.discriminatedUnion('state', [
  z.object({ state: z.literal('watching'), known, reserveSocPct: z.number() }),
  z.object({
    state: z.literal('not-watching'),
    sinceMs: z.number().optional(),
    lastKnown: known.optional(),
  }),
  z.object({ state: z.literal('ended') }),
]);
export type LineSaid = z.infer<typeof lineSaid>;

/** A line as it was told last; `said` is undefined when it cannot be read any more. */
export interface Line {
  readonly row: Omit<WatchLineRow, 'keyId' | 'box'>;
  readonly said: LineSaid | undefined;
}

export type LineVerdict =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'say';
      readonly tripId: string;
      readonly said: LineSaid;
      /** Nobody hears it who has heard it: it is said because the car may have another driver. */
      readonly isOnlyForOthers?: true;
    };

const NOTHING: LineVerdict = { kind: 'nothing' };

/** A line that nothing replaces is gone by then: nobody is on a trip unheard of for longer. */
export const LINE_LASTS_MS = 12 * 3_600_000;

export const isOpen = (line: Line | undefined): line is Line =>
  line !== undefined && line.row.state !== 'ended';

/**
 * What the newest forecast of a car does to its line. A line begins when the car leaves on a plan and ends when no
 * stop of it is ahead; unknown is told as such, never as "fine" and never as an end.
 */
export function decideLine(line: Line | undefined, record: Forecast, nowMs: number): LineVerdict {
  if (line !== undefined && record.madeAtMs < line.row.madeAtMs) return NOTHING;
  const end: LineVerdict = isOpen(line) ? { kind: 'end' } : NOTHING;
  const tripId =
    record.tripId ?? (record.unknown !== undefined && isOpen(line) ? line.row.tripId : undefined);
  if (tripId === undefined) return end;
  const isSame = isOpen(line) && line.row.tripId === tripId;
  // Where nobody can tell, a trip neither begins nor ends.
  const isUnderWay = record.isUnderWay ?? (record.unknown !== undefined && isSame);
  if (!isUnderWay) return end;
  if (!isSame && nowMs - record.madeAtMs > LINE_LASTS_MS) return end;
  const said = saidOf(shownAt(record, nowMs));
  if (isSame && !isWorthSaying(line, said, record.validUntilMs, nowMs)) return NOTHING;
  return { kind: 'say', tripId, said };
}

/** What is said of a line when no forecast came in its time. */
export function overdueSaid({ row, said }: Line): LineSaid {
  return {
    state: 'not-watching',
    ...(row.validUntilMs !== null && { sinceMs: row.validUntilMs }),
    ...(said?.state === 'watching' && { lastKnown: said.known }),
  };
}

/** What a line that was told says to whoever drives the car by now. */
export const saidAgain = (line: Line | undefined): LineVerdict =>
  isOpen(line) && line.said !== undefined
    ? { kind: 'say', tripId: line.row.tripId, said: line.said, isOnlyForOthers: true }
    : NOTHING;

/** Until when a line may be shown, unless something newer comes. */
export const lineExpiresMs = (said: LineSaid, validUntilMs: number | undefined, nowMs: number): number =>
  said.state === 'watching' && validUntilMs !== undefined ? validUntilMs + OVERDUE_MS : nowMs + LINE_LASTS_MS;

function saidOf(shown: Forecast): LineSaid {
  const { madeAtMs, socPct, reserveSocPct, stops, unknown, unknownSinceMs, lastKnown } = shown;
  if (unknown === undefined) {
    return {
      state: 'watching',
      known: { atMs: madeAtMs, socPct, ...stopOf(leastSure(stops)) },
      reserveSocPct,
    };
  }
  return {
    state: 'not-watching',
    ...(unknownSinceMs !== undefined && { sinceMs: unknownSinceMs }),
    ...(lastKnown !== undefined && {
      lastKnown: { atMs: lastKnown.madeAtMs, socPct: lastKnown.socPct, ...stopOf(lastKnown.stop) },
    }),
  };
}

function stopOf(stop: Forecast['stops'][number] | undefined): { readonly stop?: z.infer<typeof stopSaid> } {
  if (stop === undefined) return {};
  const { name, arrivalSocPct, belowReserveProbability } = stop;
  return { stop: { name, arrivalSocPct, sure: 1 - belowReserveProbability } };
}

/** Smaller changes are no news. */
const SURE_STEP_PCT = 5;
const MEDIAN_STEP_PCT = 2;
const EDGE_STEP_PCT = 4;
const SINCE_STEP_MS = 60_000;

function isWorthSaying(
  { row, said: before }: Line,
  next: LineSaid,
  validUntilMs: number | undefined,
  nowMs: number,
): boolean {
  if (before === undefined || before.state !== next.state) return true;
  if (before.state === 'not-watching' && next.state === 'not-watching') {
    const hasLastKnown = next.lastKnown !== undefined && before.lastKnown === undefined;
    return hasLastKnown || Math.abs((next.sinceMs ?? 0) - (before.sinceMs ?? 0)) >= SINCE_STEP_MS;
  }
  if (before.state !== 'watching' || next.state !== 'watching') return false;
  return isOtherStop(before.known.stop, next.known.stop) || isRunningOut(row, validUntilMs, nowMs);
}

function isOtherStop(
  before: z.infer<typeof stopSaid> | undefined,
  next: z.infer<typeof stopSaid> | undefined,
): boolean {
  if (before === undefined || next === undefined) return before !== next;
  const [a, b] = [before.arrivalSocPct, next.arrivalSocPct];
  return (
    before.name !== next.name ||
    Math.abs(Math.round(before.sure * 100) - Math.round(next.sure * 100)) >= SURE_STEP_PCT ||
    Math.abs(a.p50 - b.p50) >= MEDIAN_STEP_PCT ||
    Math.max(Math.abs(a.p10 - b.p10), Math.abs(a.p90 - b.p90)) >= EDGE_STEP_PCT
  );
}

/** Half of the time for which the line may be shown is over, or it ends sooner than was said. */
function isRunningOut(
  { changedAtMs, validUntilMs: before }: Line['row'],
  next: number | undefined,
  nowMs: number,
): boolean {
  if (next === undefined || before === null) return (next ?? null) !== before;
  return next < before || (next > before && nowMs - changedAtMs >= (before - changedAtMs) / 2);
}
