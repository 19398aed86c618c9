import type { Band } from '@outrider/domain';
import { forecastAt, stopsUntilCharge, truthsOnArrival } from '../demo/forecast-rows.ts';
import type { Recording } from '../demo/replay.ts';
import { endMsOf, planAt, type Truth, truthAt } from '../scenario/index.ts';

/** What was forecast about one stop, moment after moment, and what came true. */
export interface ForecastStretch {
  readonly to: string;
  readonly points: readonly { readonly atMs: number; readonly arrivalSocPct: Band }[];
  /** Absent when the car never got there. */
  readonly arrival?: Truth;
}

/**
 * The forecasts of a drive as bands: one per plan and charge, each about the stop where the next charge or the
 * end of the trip is. While the car charges there is none: "if unplugged now" is another question.
 */
export function forecastStretches({ scenario, heard }: Recording): readonly ForecastStretch[] {
  const stretches: { key: string; to: string; points: { atMs: number; arrivalSocPct: Band }[] }[] = [];
  let charges = 0;
  let wasCharging = false;
  for (const { madeAt: atMs } of heard.forecasts) {
    if (atMs > endMsOf(scenario)) break;
    const { isCharging } = truthAt(scenario, atMs);
    if (isCharging && !wasCharging) charges += 1;
    wasCharging = isCharging;
    const target = stopsUntilCharge(scenario, atMs).at(-1);
    const forecast = forecastAt(heard.forecasts, atMs - FORECAST_IS_NOW_MS);
    const stop = forecast?.stops.find(({ stopId }) => stopId === target?.stopId);
    if (isCharging || stop === undefined) continue;
    const plan = planAt(scenario, atMs);
    const key = `${plan?.atMs} ${charges} ${stop.stopId}`;
    const last = stretches.at(-1);
    const point = { atMs, arrivalSocPct: stop.arrivalSocPct };
    if (last?.key === key) last.points.push(point);
    else stretches.push({ key, to: stop.name, points: [point] });
  }
  return stretches.map(({ to, points }) => {
    const first = points[0]?.atMs ?? 0;
    const stops = stopsUntilCharge(scenario, first);
    const arrival = truthsOnArrival(scenario, stops, first).at(-1);
    return { to, points, ...(arrival === undefined ? {} : { arrival }) };
  });
}
/** `forecastAt` looks ahead by the reorder window; here the forecast of that very moment is meant. */
const FORECAST_IS_NOW_MS = 10_000;
