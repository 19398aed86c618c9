import {
  type ChargingStation,
  carStateOf,
  chargeMinutesFor,
  chargerHere,
  outsideC,
  parkHere,
  type RouteView,
  stagesTo,
  standingTempC,
} from '@outrider/energy';
import { ENOUGH_PROBABILITY } from './remedy.ts';
import type { Situation } from './situation.ts';

/** After six days on any outlet nothing changes any more. */
const LONGEST_MIN = 6 * 24 * 60;
/** The weakest household outlet in use, 12 A at 120 V: what a night on any outlet gives at least. */
const OUTLET_KW = 1.44;

/** A plug where the car stands, as far as anybody knows of one, and what it takes there until the drive is likely. */
export interface PlugHere {
  readonly name: string;
  readonly deadlinePlace: string;
  readonly station: ChargingStation;
  readonly airTempC: number;
  /** Until the departure; whole minutes. */
  readonly minutes: number;
  /** Charging that is enough; null where the time there is is not. */
  readonly needed: { readonly minutes: number; readonly socPct: number } | null;
}

/** Null where there is no minute left to charge in. */
export function plugHere(
  situation: Situation,
  view: RouteView,
  to: number,
  departAtMs: number,
): PlugHere | null {
  const { nowMs, car, reserveSocPct } = situation;
  const minutes = Math.min(LONGEST_MIN, Math.floor((departAtMs - nowMs) / 60_000));
  if (minutes < 1) return null;
  const at = situation.memory.progress?.atStop;
  const stop = at === null || at === undefined || at < 0 ? undefined : view.trip?.stops[at];
  const place = chargerHere(situation);
  const station: ChargingStation = {
    kind: place?.powerType === 'DC' ? 'dc' : 'ac',
    maxPowerKw: place?.maxPowerKw ?? stop?.powerKw ?? OUTLET_KW,
  };
  const airTempC = standingTempC(view.conditions, stop?.stopId) ?? outsideC(situation);
  const needed = chargeMinutesFor({
    ...{ car, station, airTempC, reserveSocPct },
    state: carStateOf(situation),
    before: parkHere(situation, nowMs),
    after: stagesTo(situation, view, to),
    maxProbability: ENOUGH_PROBABILITY,
    maxMinutes: minutes,
  });
  return {
    name: place?.name ?? stop?.name ?? 'here',
    deadlinePlace: stop?.name ?? 'here',
    ...{ station, airTempC, minutes },
    needed: needed.kind === 'charge' ? { minutes: needed.minutes, socPct: needed.socAfterPct } : null,
  };
}
