import { type Band, distanceM, type Position, type TripRemedy } from '@outrider/domain';
import { truthAt } from './interpolate.ts';
import { chargeTo, chargeUntil, drive, driveLegs, type Journey, stand, startJourney } from './journey.ts';
import {
  type Ahead,
  AT_STOP_M,
  aheadAt,
  isCharge,
  type LegAhead,
  roadBetween,
  untilCharge,
} from './progress.ts';
import { chargeMinutes, type Station, stationsOf } from './published.ts';
import type { Scenario } from './scenario.ts';

/** What a remedy says to do; its own forecast of the outcome plays no part here. */
export type Advice = TripRemedy extends infer R
  ? R extends TripRemedy
    ? Omit<R, ForecastKeys>
    : never
  : never;
type ForecastKeys = 'arrivalSocPct' | 'belowReserveProbability' | 'worksProbability';
type AdviceOf<K extends Advice['kind']> = Extract<Advice, { kind: K }>;

/** How the trip ends if advice given at one moment is followed, on the drive's published consumption. */
export interface Followed {
  /** SOC at the next charging stop after the advice, or at the end of the plan; negative: short by so much. */
  readonly arrivalSocPct: Band;
  readonly placeName: string;
  readonly arrivesAtMs: number;
  /** The median is at or above the reserve there and at every arrival on the way. */
  readonly endsAboveReserve: boolean;
  /** False where the scenario lists no charger or outlet for what was advised. */
  readonly isPossible: boolean;
}

/** How long a car stands where nothing says when it leaves. */
const ASSUMED_STAND_MS = 8 * 3_600_000;

/** Plays the advice from `atMs` on. Pure; never uses the forecast's own model. */
export function ifFollowed(scenario: Scenario, atMs: number, advice: Advice): Followed {
  const ahead = aheadAt(scenario, atMs);
  const start = startJourney(scenario, atMs);
  const legs = untilCharge(ahead.legs);
  switch (advice.kind) {
    case 'hold-speed':
      return ended(scenario, driveLegs(scenario, leave(scenario, start, ahead), legs, advice.speedMps), legs);
    case 'precondition':
      // No published figure says what it saves: the drive as planned.
      return ended(scenario, driveLegs(scenario, leave(scenario, start, ahead), legs), legs);
    case 'turn-back':
      return turnedBack(scenario, start, ahead, advice);
    case 'plug-in':
      return pluggedIn(scenario, start, ahead, advice);
    case 'charge-at':
    case 'charge-longer':
      return charged(scenario, start, ahead, advice);
  }
}

/** What happens if nobody does anything: the plan, driven as planned. */
export function ifIgnored(scenario: Scenario, atMs: number): Followed {
  const ahead = aheadAt(scenario, atMs);
  const legs = untilCharge(ahead.legs);
  return ended(
    scenario,
    driveLegs(scenario, leave(scenario, startJourney(scenario, atMs), ahead), legs),
    legs,
  );
}

/** Stands until the planned departure; a car on a plug charges until then, up to its limit. */
export function leave(scenario: Scenario, start: Journey, ahead: Ahead): Journey {
  if (ahead.departAtMs <= start.atMs) return start;
  const here = truthAt(scenario, start.atMs);
  if (!here.isPlugged) return stand(scenario, start, ahead.departAtMs);
  const station = stationAt(scenario, here) ?? { powerKw: Math.max(0.1, here.powerKw ?? 0), isDc: false };
  return chargeUntil(scenario, start, station, ahead.departAtMs, here.chargeLimitPct ?? 100);
}

/** The charger the car stands at. */
export const stationAt = (scenario: Scenario, position: Position): Station | undefined =>
  stationsOf(scenario)
    .map((station) => ({ station, awayM: distanceM(station, position) }))
    .filter(({ awayM }) => awayM <= AT_STOP_M)
    .sort((a, b) => a.awayM - b.awayM)[0]?.station;

function ended(scenario: Scenario, journey: Journey, legs: readonly LegAhead[], isPossible = true): Followed {
  return endedAt(scenario, journey, legs.at(-1)?.end.place.name ?? 'where it stands', isPossible);
}

function endedAt(scenario: Scenario, journey: Journey, placeName: string, isPossible = true): Followed {
  return {
    arrivalSocPct: journey.socPct,
    placeName,
    arrivesAtMs: Math.round(journey.atMs),
    endsAboveReserve: Math.min(journey.lowestPct, journey.socPct.p50) >= scenario.reserveSocPct,
    isPossible,
  };
}

const speedOf = (scenario: Scenario, ahead: Ahead): number =>
  ahead.legs[0]?.speedMps ?? scenario.consumption.atMps;

function turnedBack(
  scenario: Scenario,
  start: Journey,
  ahead: Ahead,
  advice: AdviceOf<'turn-back'>,
): Followed {
  const here = truthAt(scenario, start.atMs);
  const target =
    scenario.places.find((place) => place.name === advice.name) ??
    stationsOf(scenario).find((station) => station.name === advice.name) ??
    scenario.home;
  const road =
    target === undefined
      ? { distanceM: advice.distanceM, upM: 0, downM: 0 }
      : roadBetween(scenario, here, target);
  const journey = drive(scenario, start, road, speedOf(scenario, ahead));
  return endedAt(scenario, journey, target?.name ?? advice.name);
}

/** On a plug where the car stands, or at the next stop where it will stand for a while. */
function pluggedIn(scenario: Scenario, start: Journey, ahead: Ahead, advice: AdviceOf<'plug-in'>): Followed {
  const here = truthAt(scenario, start.atMs);
  const stayIndex = here.isMoving ? ahead.legs.findIndex((leg) => leg.end.kind === 'stay') : -1;
  const toPlug = ahead.legs.slice(0, stayIndex + 1);
  const onward = untilCharge(ahead.legs.slice(stayIndex + 1));
  const place = ahead.legs[stayIndex]?.end.place ?? here;
  let journey = driveLegs(scenario, start, toPlug);
  const planned = stayIndex === -1 ? ahead.departAtMs : ahead.legs[stayIndex]?.end.departAtMs;
  const untilMs = planned !== undefined && planned > journey.atMs ? planned : journey.atMs + ASSUMED_STAND_MS;
  const plug = { powerKw: advice.powerKw, isDc: false };
  journey = chargeUntil(scenario, journey, plug, untilMs, advice.untilSocPct);
  journey = driveLegs(scenario, journey, onward);
  return ended(scenario, journey, onward, stationAt(scenario, place) !== undefined);
}

/** To the charger, charging there to the SOC the advice names, then on to the next planned charge. */
function charged(
  scenario: Scenario,
  start: Journey,
  ahead: Ahead,
  advice: AdviceOf<'charge-at'> | AdviceOf<'charge-longer'>,
): Followed {
  const here = truthAt(scenario, start.atMs);
  const named = stationsOf(scenario).find((station) => station.id === advice.locationId);
  const nextCharge = ahead.legs.find((leg) => isCharge(leg.end))?.end.place;
  const isHere = advice.kind === 'charge-longer' && advice.locationId === undefined;
  const station =
    named ??
    (isHere ? stationAt(scenario, here) : undefined) ??
    (isHere && nextCharge !== undefined ? stationAt(scenario, nextCharge) : undefined);
  if (station === undefined) return { ...ifIgnored(scenario, start.atMs), isPossible: false };
  const trip = viaStation(scenario, start.atMs, ahead, station);
  const isThere = trip.toStation.length === 0;
  let journey = isThere ? leave(scenario, start, ahead) : driveLegs(scenario, start, trip.toStation);
  const toPct = Math.max(advice.untilSocPct, journey.socPct.p50);
  journey = chargeTo(
    journey,
    toPct,
    chargeMinutes(scenario, station, Math.max(0, journey.socPct.p50), toPct),
  );
  journey = driveLegs(scenario, journey, trip.onward);
  return endedAt(scenario, journey, trip.onward.at(-1)?.end.place.name ?? station.name);
}

export interface ViaStation {
  /** Empty when the car stands at the station. */
  readonly toStation: readonly LegAhead[];
  /** From the station to the next planned charge; empty when the station is where the plan ends. */
  readonly onward: readonly LegAhead[];
}

/** The way over a charger: to it by the shortest known road, and from it to the first planned stop not yet made. */
export function viaStation(scenario: Scenario, atMs: number, ahead: Ahead, station: Station): ViaStation {
  const here = truthAt(scenario, atMs);
  const isThere = distanceM(here, station) <= AT_STOP_M;
  const speedMps = speedOf(scenario, ahead);
  const stopIndex = ahead.legs.findIndex((leg) => distanceM(leg.end.place, station) <= AT_STOP_M);
  const isNextCharge = stopIndex !== -1 && untilCharge(ahead.legs).length === stopIndex + 1;
  // The planned way to it where it is the next planned charge, stops on the way included.
  if (!isThere && isNextCharge) {
    return {
      toStation: ahead.legs.slice(0, stopIndex + 1),
      onward: untilCharge(ahead.legs.slice(stopIndex + 1)),
    };
  }
  const end: LegAhead['end'] = { place: station, kind: 'charge' };
  const toStation = isThere ? [] : [{ ...roadBetween(scenario, here, station), speedMps, end }];
  const [first, ...rest] = ahead.legs;
  if (first === undefined || isThere) return { toStation, onward: untilCharge(ahead.legs) };
  const onward = { ...first, ...roadBetween(scenario, station, first.end.place) };
  return { toStation, onward: untilCharge([onward, ...rest]) };
}
