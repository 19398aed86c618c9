import type { Clock, Log } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { ForecastRow, TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import {
  COMPARED_PATHS,
  compareTrips,
  type ErrorSummary,
  type Mark,
  type SaidSignals,
} from './compare-trips.ts';
import { type StoreUrls, withStores } from './stores.ts';
import { alignedTable } from './table.ts';

export interface CompareSpan {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

interface Stores {
  readonly state: Pick<State, 'vehicles'>;
  readonly telemetry: Pick<TelemetryStore, 'readSignals' | 'readForecasts'>;
  readonly trust: Pick<Trust, 'prepare' | 'decide'>;
}

const PAGE_CARS = 200;
const PAGE_ROWS = 10_000;

/** Figures about crowds: cars whose owners agreed to that, all of the time asked for. Never a place. */
export async function readMarks(stores: Stores, span: CompareSpan): Promise<readonly Mark[]> {
  const { state, telemetry, trust } = stores;
  const marks: Mark[] = [];
  for (let afterId = ''; ; ) {
    const cars = await state.vehicles.list(afterId, PAGE_CARS);
    await trust.prepare(cars.map(({ vehicleId }) => vehicleId));
    for (const { vehicleId, createdAtMs, isSynthetic } of cars) {
      const own = { ...span, fromMs: Math.max(span.fromMs, createdAtMs) };
      // What a simulation made up says nothing about forecasts on the road.
      if (isSynthetic === true || own.fromMs >= own.toMs || !mayRead(trust, vehicleId, own)) continue;
      const signals = await readAll(telemetry, vehicleId, own);
      const forecasts = await readPromises(telemetry, vehicleId, own);
      marks.push(...compareTrips(signals, forecasts));
    }
    const last = cars.at(-1);
    if (last === undefined || cars.length < PAGE_CARS) return marks;
    afterId = last.vehicleId;
  }
}

const mayRead = (trust: Stores['trust'], vehicleId: string, { fromMs, toMs }: CompareSpan): boolean =>
  trust.decide({
    ...{ purpose: 'service_quality_aggregate', vehicleId, dataClass: 'plain' },
    ...{ actor: { kind: 'service', name: 'compare' }, aboutFromMs: fromMs, aboutToMs: toMs },
  }).kind === 'allow';

async function readAll(
  telemetry: Stores['telemetry'],
  vehicleId: string,
  span: CompareSpan,
): Promise<readonly SaidSignals[]> {
  const query = { vehicleId, paths: [...COMPARED_PATHS], ...span, limit: PAGE_ROWS };
  const rows: SaidSignals[] = [];
  for (let after: string | undefined; ; ) {
    const page = await telemetry.readSignals({ ...query, ...(after !== undefined && { after }) });
    rows.push(...page.rows);
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

/** All of a span, oldest first. */
export async function readPromises(
  telemetry: Stores['telemetry'],
  vehicleId: string,
  { fromMs, toMs }: CompareSpan,
): Promise<readonly ForecastRow[]> {
  const rows: ForecastRow[] = [];
  for (let nextMs = fromMs; ; ) {
    const page = await telemetry.readForecasts({ vehicleId, fromMs: nextMs, toMs, limit: PAGE_ROWS });
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return rows;
    nextMs = last.madeAtMs + 1;
  }
}

/** The same from the engines that the URLs name. @throws what `withStores` throws */
export const compareForecasts = (
  urls: StoreUrls,
  span: CompareSpan,
  tools: { readonly clock: Clock; readonly log: Log },
): Promise<readonly Mark[]> => withStores(urls, tools, (stores) => readMarks(stores, span));

/** For people; says so when there is nothing to compare. */
export function tableOfErrors(errors: readonly ErrorSummary[]): string {
  if (errors.length === 0) return 'No trip of that time has both forecasts: ours and the car\u2019s own.\n';
  const shown = (points: number): string => `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
  const rows = errors.map(({ model, atPct, trips, p10, p50, p90, meanAbsolute }) => [
    `${atPct} %`,
    model,
    `${trips}`,
    ...[p10, p50, p90].map(shown),
    meanAbsolute.toFixed(1),
  ]);
  return alignedTable(['of the way', 'forecast', 'trips', 'p10', 'p50', 'p90', 'mean off'], rows);
}
