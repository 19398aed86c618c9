import type { Band, Stop } from '@outrider/domain';
import { stopsUntilCharge, truthsOnArrival } from '../demo/forecast-rows.ts';
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
  const stretches: {
    readonly key: string;
    readonly to: string;
    readonly stops: readonly Stop[];
    readonly points: { atMs: number; arrivalSocPct: Band }[];
  }[] = [];
  let charges = 0;
  let wasCharging = false;
  for (const forecast of heard.forecasts) {
    const atMs = forecast.madeAt;
    if (atMs > endMsOf(scenario)) break;
    const { isCharging } = truthAt(scenario, atMs);
    if (isCharging && !wasCharging) charges += 1;
    wasCharging = isCharging;
    if (isCharging || forecast.unknown !== undefined) continue;
    const stops = stopsUntilCharge(scenario, forecast, atMs);
    const stop = forecast.stops.find(({ stopId }) => stopId === stops.at(-1)?.stopId);
    if (stop === undefined) continue;
    const plan = planAt(scenario, atMs);
    const key = `${plan?.atMs} ${charges} ${stop.stopId}`;
    const last = stretches.at(-1);
    const point = { atMs, arrivalSocPct: stop.arrivalSocPct };
    if (last?.key === key) last.points.push(point);
    else stretches.push({ key, to: stop.name, stops, points: [point] });
  }
  return stretches.map(({ to, stops, points }) => {
    const arrival = truthsOnArrival(scenario, stops, points[0]?.atMs ?? 0).at(-1);
    return { to, points, ...(arrival === undefined ? {} : { arrival }) };
  });
}
