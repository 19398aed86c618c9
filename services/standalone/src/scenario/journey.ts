import type { Band } from '@outrider/domain';
import { truthAt } from './interpolate.ts';
import type { LegAhead, RoadStretch } from './progress.ts';
import { chargedSocPct, standingSocPct, stretchSocPct } from './published.ts';
import type { Scenario } from './scenario.ts';

/**
 * Spread of a drive's consumption around its published mean: p10 uses 8 % more, p90 8 % less.
 * Controlled tests of one car on one road differ by about that much from day to day.
 */
export const SPREAD_RATIO = 0.08;

/** A car somewhere in an imagined continuation: the time and how full it may be. */
export interface Journey {
  readonly atMs: number;
  readonly socPct: Band;
  /** Lowest median SOC at any arrival so far; infinite before the first. */
  readonly lowestPct: number;
}

const eachOf = (band: Band, change: (socPct: number) => number): Band => ({
  p10: change(band.p10),
  p50: change(band.p50),
  p90: change(band.p90),
});

export const startJourney = (scenario: Scenario, atMs: number): Journey => {
  const { socPct } = truthAt(scenario, atMs);
  return { atMs, socPct: { p10: socPct, p50: socPct, p90: socPct }, lowestPct: Number.POSITIVE_INFINITY };
};

/** Drives a stretch on published consumption. A negative SOC says by how much it is not enough. */
export function drive(scenario: Scenario, from: Journey, road: RoadStretch, speedMps: number): Journey {
  const tempC = truthAt(scenario, from.atMs).outsideTempC ?? scenario.consumption.atTempC;
  const used = stretchSocPct(scenario, road, speedMps, tempC);
  const spread = Math.abs(used) * SPREAD_RATIO;
  const socPct = {
    p10: from.socPct.p10 - used - spread,
    p50: from.socPct.p50 - used,
    p90: from.socPct.p90 - used + spread,
  };
  return {
    atMs: from.atMs + (1000 * road.distanceM) / speedMps,
    socPct,
    lowestPct: Math.min(from.lowestPct, socPct.p50),
  };
}

/** Stands unplugged until `untilMs`. */
export function stand(scenario: Scenario, from: Journey, untilMs: number): Journey {
  if (untilMs <= from.atMs) return from;
  const lost = standingSocPct(scenario, untilMs - from.atMs);
  return { ...from, atMs: untilMs, socPct: eachOf(from.socPct, (soc) => soc - lost) };
}

/** Charges to at least `toPct`; `minutes` for the clock. */
export const chargeTo = (from: Journey, toPct: number, minutes: number): Journey => ({
  ...from,
  atMs: from.atMs + minutes * 60_000,
  socPct: eachOf(from.socPct, (soc) => Math.max(soc, toPct)),
});

/** Is on a plug until `untilMs`, but not above `toPct`. */
export function chargeUntil(
  scenario: Scenario,
  from: Journey,
  station: { readonly powerKw: number; readonly isDc: boolean },
  untilMs: number,
  toPct: number,
): Journey {
  const durationMs = Math.max(0, untilMs - from.atMs);
  const charged = (soc: number) =>
    Math.max(soc, Math.min(toPct, chargedSocPct(scenario, station, soc, durationMs)));
  return { ...from, atMs: from.atMs + durationMs, socPct: eachOf(from.socPct, charged) };
}

/** Drives planned legs one after another, standing at unplugged stops until their departure. */
export function driveLegs(
  scenario: Scenario,
  from: Journey,
  legs: readonly LegAhead[],
  capMps = Number.POSITIVE_INFINITY,
): Journey {
  let journey = from;
  for (const [i, leg] of legs.entries()) {
    journey = drive(scenario, journey, leg, Math.min(leg.speedMps, capMps));
    const isLast = i === legs.length - 1;
    if (!isLast && leg.end.departAtMs !== undefined) journey = stand(scenario, journey, leg.end.departAtMs);
  }
  return journey;
}
