import type { Band, Stop } from '@outrider/domain';
import { nextArrivalAt, planAt, type Scenario, type Truth, tripOf, truthAt } from '../scenario/index.ts';
import type { Recording } from './replay.ts';
import type { HeardForecast } from './screen.ts';

/** A forecast as it stood at one place of the drive, beside what came true. */
export interface ForecastRow {
  /** Where the car was, and when. */
  readonly place: string;
  readonly atMs: number;
  /** The stop it is about: SOC on arrival there. */
  readonly to: string;
  readonly arrivalSocPct: Band;
  readonly belowReserveProbability: number;
  /** Absent when the car never got there, or charged on the way: then nothing can be compared. */
  readonly truthSocPct?: number;
}

/** A forecast is made once records left the reorder window. */
const MADE_WITHIN_MS = 10_000;
const MINUTE_MS = 60_000;

/** Moments of a drive that have a name: published places, and where decisions open. */
export function namedMoments(
  scenario: Scenario,
): readonly { readonly atMs: number; readonly place: string }[] {
  const byTime = new Map<number, string>();
  for (const { fromMs, place } of scenario.decisionPoints) byTime.set(fromMs, place.name);
  for (const { atMs, place } of scenario.anchors) if (place !== undefined) byTime.set(atMs, place.name);
  return [...byTime].sort(([a], [b]) => a - b).map(([atMs, place]) => ({ atMs, place }));
}

/** One row per named moment and stop up to the next charge, oldest first. */
export function forecastRows(recording: Recording): readonly ForecastRow[] {
  const { scenario, heard } = recording;
  return namedMoments(scenario).flatMap(({ atMs, place }) => {
    const forecast = forecastAt(heard.forecasts, atMs);
    if (forecast === undefined) return [];
    const ahead = stopsUntilCharge(scenario, forecast, atMs);
    const stops = ahead.flatMap(({ stopId }) => forecast.stops.find((one) => one.stopId === stopId) ?? []);
    const truths = truthsOnArrival(scenario, ahead, atMs);
    return stops.map(({ name, arrivalSocPct, belowReserveProbability }, index) => {
      const truth = truths[index];
      const truthSocPct = truth === undefined ? {} : { truthSocPct: truth.socPct };
      return { place, atMs, to: name, arrivalSocPct, belowReserveProbability, ...truthSocPct };
    });
  });
}

/** The newest forecast a driver could see at `atMs`; undefined when there is none or it is unknown. */
export function forecastAt(forecasts: readonly HeardForecast[], atMs: number): HeardForecast | undefined {
  const newest = forecasts.findLast(({ madeAt }) => madeAt <= atMs + MADE_WITHIN_MS);
  return newest?.unknown === undefined ? newest : undefined;
}

/** Stops that are still ahead in the forecast, up to and including the first where the plan charges. */
export function stopsUntilCharge(
  scenario: Scenario,
  { stops: ahead }: Pick<HeardForecast, 'stops'>,
  atMs: number,
): readonly Stop[] {
  const plan = planAt(scenario, atMs);
  if (plan === undefined) return [];
  const { stops } = tripOf(scenario, plan, 'veh_scenario');
  const left = stops.filter(({ stopId }) => ahead.some((one) => one.stopId === stopId));
  const charge = left.findIndex(({ kind, plugged }) => kind === 'charge' || plugged === true);
  return charge === -1 ? left : left.slice(0, charge + 1);
}

/**
 * How the car really arrived at each of these stops, in order, as far as it drove there from `atMs` without
 * charging. A stop is reached only after the one before it: the car may pass by earlier.
 */
export function truthsOnArrival(
  scenario: Scenario,
  stops: readonly Pick<Stop, 'lat' | 'lon'>[],
  atMs: number,
): readonly (Truth | undefined)[] {
  let before: number | undefined = atMs;
  return stops.map((stop) => {
    const arrival: Truth | undefined =
      before === undefined ? undefined : nextArrivalAt(scenario, stop, before);
    before = arrival?.atMs;
    return arrival !== undefined && !chargesBetween(scenario, atMs, arrival.atMs) ? arrival : undefined;
  });
}

function chargesBetween(scenario: Scenario, fromMs: number, toMs: number): boolean {
  for (let atMs = fromMs; atMs < toMs; atMs += MINUTE_MS) if (truthAt(scenario, atMs).isCharging) return true;
  return false;
}
