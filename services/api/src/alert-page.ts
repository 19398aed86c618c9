import type { AlertRow, State } from '@outrider/state';

export interface AlertPageQuery {
  readonly vehicleId: string;
  readonly state: 'firing' | 'resolved' | 'any';
  /** Only rows sealed with one of these: those of the reader's own time with the car. */
  readonly isReadable: (keyId: string) => boolean;
  /** `next` of the page before. */
  readonly before: AlertCursor | undefined;
  readonly limit: number;
}

/** Where a page ended. The time alone would lose alerts that began in the same millisecond. */
export interface AlertCursor {
  readonly startedAtMs: number;
  readonly alertId: string;
}

export interface AlertPage {
  readonly rows: readonly AlertRow[];
  readonly next?: AlertCursor;
}

const ROWS_MAX = 10_000;

/** Alerts newest first. Reads more rows until the page is full or there are none. */
export async function readAlertPage(state: State, query: AlertPageQuery): Promise<AlertPage> {
  const { before, limit } = query;
  for (let take = 2 * limit + 50; ; take *= 4) {
    const rows = await state.alerts.listOf(query.vehicleId, {
      limit: Math.min(take, ROWS_MAX),
      onlyFiring: query.state === 'firing',
      ...(before !== undefined && { before: before.startedAtMs + 1 }),
    });
    const wanted = rows.filter(
      (row) =>
        isAfter(row, before) &&
        (query.state === 'any' || row.state === query.state) &&
        query.isReadable(row.keyId),
    );
    const page = wanted.slice(0, limit);
    const last = page.at(-1);
    if (wanted.length > limit && last !== undefined)
      return { rows: page, next: { startedAtMs: last.startedAtMs, alertId: last.alertId } };
    if (rows.length < take) return continuing(page, rows, take);
  }
}

/** The end, unless the most rows one answer looks at were not enough: then the next page goes on from there. */
function continuing(page: readonly AlertRow[], rows: readonly AlertRow[], take: number): AlertPage {
  const last = rows.at(-1);
  if (take <= ROWS_MAX || rows.length < ROWS_MAX || last === undefined) return { rows: page };
  return { rows: page, next: { startedAtMs: last.startedAtMs, alertId: last.alertId } };
}

/** The store sorts by start, newest first, then by id. */
const isAfter = (row: AlertRow, cursor: AlertCursor | undefined): boolean =>
  cursor === undefined ||
  row.startedAtMs < cursor.startedAtMs ||
  (row.startedAtMs === cursor.startedAtMs && row.alertId > cursor.alertId);

export const writeAlertCursor = ({ startedAtMs, alertId }: AlertCursor): string =>
  `${startedAtMs}.${alertId}`;

/** Undefined when it is none of ours. */
export function readAlertCursor(text: string): AlertCursor | undefined {
  const [, startedAtMs, alertId] = /^(\d{1,13})\.(.+)$/s.exec(text) ?? [];
  if (startedAtMs === undefined || alertId === undefined) return undefined;
  return { startedAtMs: Number(startedAtMs), alertId };
}
