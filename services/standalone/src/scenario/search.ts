import { distanceM, msToMinutes } from '@outrider/domain';
import { ifIgnored, leave, stationAt, viaStation } from './follow.ts';
import { nextArrivalAt, type Truth, truthAt } from './interpolate.ts';
import { chargeTo, chargeUntil, driveLegs, type Journey, startJourney } from './journey.ts';
import { AT_STOP_M, aheadAt, isCharge, type LegAhead, nextDepartureMs, untilCharge } from './progress.ts';
import { chargeMinutes, stationsOf } from './published.ts';
import type { DecisionPoint, Place, Scenario } from './scenario.ts';

const STEP_MS = 60_000;

export type RemedyFound =
  | { readonly kind: 'none-needed' }
  | { readonly kind: 'hold-speed'; readonly speedMps: number }
  | {
      readonly kind: 'charge-here' | 'charge-at' | 'plug-in';
      readonly locationId: string;
      readonly name: string;
    }
  | { readonly kind: 'turn-back'; readonly name: string };

export interface LastRemedy {
  readonly decisionPointId: string;
  readonly place: Place;
  readonly fromMs: number;
  /** The last minute at which something still helped; absent when nothing helps from the start. */
  readonly lastRemedyAtMs?: number;
  readonly remedy?: RemedyFound;
  /** `window`: something still helped when the decision closed. */
  readonly limitedBy: 'window' | 'energy' | 'hopeless';
  /** Without any remedy the plan ends below the reserve, or the drive fell below it while this was open. */
  readonly isNeeded: boolean;
  /** Where the plan ends if nothing is done. */
  readonly ignoredSocPct: number;
}

/**
 * Brute force, minute by minute, over everything a driver could do with the scenario's chargers and its published
 * consumption. What counts as a remedy is listed in test/scenarios/README.md.
 */
export function lastRemedyAt(scenario: Scenario, point: DecisionPoint): LastRemedy {
  const departsAtMs = Math.min(nextDepartureMs(scenario, point.fromMs) ?? point.fromMs, point.untilMs);
  const ignored = [point.fromMs, departsAtMs].map((atMs) => ifIgnored(scenario, atMs));
  const end = actualEnd(scenario, departsAtMs);
  const base = {
    decisionPointId: point.id,
    place: point.place,
    fromMs: point.fromMs,
    isNeeded:
      ignored.some((ending) => !ending.endsAboveReserve) ||
      fellBelowReserve(scenario, point) ||
      (end !== undefined && end.socPct < scenario.reserveSocPct),
    ignoredSocPct: Math.min(...ignored.map((ending) => ending.arrivalSocPct.p50)),
  };
  // Once the car is where the stretch ends there is nothing left to save, whatever it arrived with.
  const closesAtMs = Math.min(point.untilMs, end?.atMs ?? point.untilMs);
  const steps = Math.ceil((closesAtMs - point.fromMs) / STEP_MS) - 1;
  for (let i = steps; i >= 0; i -= 1) {
    const atMs = point.fromMs + i * STEP_MS;
    const remedy = remedyAt(scenario, atMs);
    if (remedy !== undefined) {
      return { ...base, lastRemedyAtMs: atMs, remedy, limitedBy: i === steps ? 'window' : 'energy' };
    }
  }
  return { ...base, limitedBy: 'hopeless' };
}

/** What really happened while the decision was open; without a plan it is all there is to go by. */
const fellBelowReserve = (scenario: Scenario, point: DecisionPoint): boolean =>
  scenario.anchors.some(
    (anchor) =>
      anchor.atMs > point.fromMs &&
      anchor.atMs < point.untilMs &&
      !anchor.isCharging &&
      anchor.socPct < scenario.reserveSocPct,
  );

/** Where the stretch ends and with what the car really came there, if it did. */
function actualEnd(scenario: Scenario, departsAtMs: number): Truth | undefined {
  const end = untilCharge(aheadAt(scenario, departsAtMs).legs).at(-1)?.end.place;
  return end === undefined ? undefined : nextArrivalAt(scenario, end, departsAtMs);
}

/** `lastRemedyAt` for every decision of the drive, in order. */
export const lastRemedies = (scenario: Scenario): readonly LastRemedy[] =>
  scenario.decisionPoints.map((point) => lastRemedyAt(scenario, point));

/** Minutes between a warning and the last remedy; negative: too late. */
export const leadMinutes = (last: LastRemedy, warnedAtMs: number): number | undefined =>
  last.lastRemedyAtMs === undefined ? undefined : msToMinutes(last.lastRemedyAtMs - warnedAtMs);

/** Anything that, begun at `atMs`, ends the planned stretch above the reserve; the least trouble first. */
export function remedyAt(scenario: Scenario, atMs: number): RemedyFound | undefined {
  const ahead = aheadAt(scenario, atMs);
  const start = startJourney(scenario, atMs);
  const legs = untilCharge(ahead.legs);
  const isFine = (journey: Journey) =>
    Math.min(journey.lowestPct, journey.socPct.p50) >= scenario.reserveSocPct;
  const goesOn = ahead.isPlanned || ahead.legs.length === 0;
  const left = leave(scenario, start, ahead);
  if (goesOn && isFine(driveLegs(scenario, left, legs))) return { kind: 'none-needed' };
  for (const speedMps of slowerSpeeds(scenario, legs)) {
    if (!isFine(driveLegs(scenario, left, legs, speedMps))) continue;
    const isHome = !goesOn && speedMps >= (legs[0]?.speedMps ?? 0);
    return isHome
      ? { kind: 'turn-back', name: scenario.home?.name ?? 'home' }
      : { kind: 'hold-speed', speedMps };
  }
  return plugInAt(scenario, start, ahead.legs, isFine) ?? chargeSomewhere(scenario, atMs, isFine);
}

/** From the planned speed down to the slowest a remedy may ask for. */
function slowerSpeeds(scenario: Scenario, legs: readonly LegAhead[]): readonly number[] {
  const planned = Math.max(scenario.slowestMps, ...legs.map((leg) => leg.speedMps));
  const count = 8;
  const step = (planned - scenario.slowestMps) / count;
  return Array.from({ length: count + 1 }, (_, i) => planned - i * step);
}

/** On a charger or outlet the scenario lists where the plan lets the car stand anyway. */
function plugInAt(
  scenario: Scenario,
  start: Journey,
  legs: readonly LegAhead[],
  isFine: (journey: Journey) => boolean,
): RemedyFound | undefined {
  const stretch = untilCharge(legs);
  for (const [i, leg] of stretch.entries()) {
    const station = leg.end.kind === 'stay' ? stationAt(scenario, leg.end.place) : undefined;
    if (station === undefined || isCharge(leg.end) || leg.end.departAtMs === undefined) continue;
    for (const capMps of [Number.POSITIVE_INFINITY, scenario.slowestMps]) {
      let journey = driveLegs(scenario, start, stretch.slice(0, i + 1), capMps);
      journey = chargeUntil(scenario, journey, station, leg.end.departAtMs, 100);
      if (isFine(driveLegs(scenario, journey, stretch.slice(i + 1), capMps))) {
        return { kind: 'plug-in', locationId: station.id, name: station.name };
      }
    }
  }
  return undefined;
}

/** Shorter than this, a stretch is as good as driven. */
const SHORT_STRETCH_M = 5_000;

/**
 * Here, ahead, aside or behind: every charger, at the planned speed and at the slowest, charged full. The charger
 * where the stretch ends is no remedy: the car goes there anyway, and may arrive too low.
 */
function chargeSomewhere(
  scenario: Scenario,
  atMs: number,
  isFine: (journey: Journey) => boolean,
): RemedyFound | undefined {
  const ahead = aheadAt(scenario, atMs);
  const here = stationAt(scenario, truthAt(scenario, atMs));
  const stretch = untilCharge(ahead.legs);
  const end = stretch.at(-1)?.end.place;
  const toGoM = stretch.reduce((sum, leg) => sum + leg.distanceM, 0);
  for (const station of stationsOf(scenario)) {
    const isAtEnd = end !== undefined && distanceM(end, station) <= AT_STOP_M;
    if (isAtEnd && (toGoM < SHORT_STRETCH_M || here?.id !== station.id)) continue;
    const trip = viaStation(scenario, atMs, ahead, station);
    for (const capMps of [Number.POSITIVE_INFINITY, scenario.slowestMps]) {
      let journey = driveLegs(scenario, startJourney(scenario, atMs), trip.toStation, capMps);
      if (!isFine(journey) && trip.toStation.length > 0) continue;
      const minutes = chargeMinutes(scenario, station, Math.max(0, journey.socPct.p50), 100);
      journey = driveLegs(scenario, chargeTo(journey, 100, minutes), trip.onward, capMps);
      if (!isFine(journey)) continue;
      const kind = station.id === here?.id ? 'charge-here' : 'charge-at';
      return { kind, locationId: station.id, name: station.name };
    }
  }
  return undefined;
}
