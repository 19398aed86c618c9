import { kmhToMps, type Position } from '@outrider/domain';
import type { RoadStretch } from './progress.ts';
import type { Consumption, Scenario } from './scenario.ts';

// What published figures alone say about energy. Never the forecast's own model: this is what it is judged by.

/** 90 → 120 km/h costs × 1.37 (constant-speed tests): use grows with speed to this power. */
const SPEED_POWER = Math.log(1.37) / Math.log(120 / 90);
/** 20 → 4 °C costs × 1.09 at steady speed: per kelvin. */
export const COLD_PER_K = 1.09 ** (1 / 16);
/** Below this the tests say nothing; slower saves no more. */
const SLOWEST_TESTED_MPS = kmhToMps(50);
/** Share of the climb's energy that the way down gives back. */
const DESCENT_RETURN = 0.7;
/** Battery side of an AC charge. DC power is published at the battery. */
const AC_EFFICIENCY = 0.9;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export const whPerKmAt = (use: Consumption, speedMps: number, tempC: number): number =>
  use.whPerKm *
  (Math.max(speedMps, SLOWEST_TESTED_MPS) / use.atMps) ** SPEED_POWER *
  COLD_PER_K ** (use.atTempC - tempC);

/** SOC points a stretch costs. */
export function stretchSocPct(
  scenario: Scenario,
  road: RoadStretch,
  speedMps: number,
  tempC: number,
): number {
  const use = scenario.consumption;
  const driveKwh = ((road.distanceM / 1000) * whPerKmAt(use, speedMps, tempC)) / 1000;
  const climbKwh = (use.climbWhPerM * (road.upM - DESCENT_RETURN * road.downM)) / 1000;
  return ((driveKwh + climbKwh) / scenario.usableKwh) * 100;
}

export const standingSocPct = (scenario: Scenario, durationMs: number): number =>
  (scenario.standingLossPctPerDay * durationMs) / DAY_MS;

/** Power into the battery at a charger, kW. */
export function chargePowerKw(scenario: Scenario, stationKw: number, isDc: boolean, socPct: number): number {
  if (!isDc) return stationKw * AC_EFFICIENCY;
  return Math.min(stationKw, curveKw(scenario, socPct));
}

function curveKw(scenario: Scenario, socPct: number): number {
  const curve = scenario.chargeCurve;
  if (curve === undefined) return Number.POSITIVE_INFINITY;
  const above = curve.find((point) => point.socPct >= socPct) ?? curve.at(-1);
  const below = curve.findLast((point) => point.socPct <= socPct) ?? above;
  if (above === undefined || below === undefined) return Number.POSITIVE_INFINITY;
  const span = above.socPct - below.socPct;
  const share = span > 0 ? (socPct - below.socPct) / span : 0;
  return below.powerKw + (above.powerKw - below.powerKw) * share;
}

/** Minutes from one SOC to another at a charger, in steps of one point. */
export function chargeMinutes(
  scenario: Scenario,
  station: { readonly powerKw: number; readonly isDc: boolean },
  fromPct: number,
  toPct: number,
): number {
  let hours = 0;
  for (let soc = fromPct; soc < toPct; soc += 1) {
    const step = Math.min(1, toPct - soc);
    const powerKw = chargePowerKw(scenario, station.powerKw, station.isDc, soc + step / 2);
    hours += ((step / 100) * scenario.usableKwh) / powerKw;
  }
  return hours * 60;
}

/** SOC after `durationMs` at a charger. */
export function chargedSocPct(
  scenario: Scenario,
  station: { readonly powerKw: number; readonly isDc: boolean },
  fromPct: number,
  durationMs: number,
): number {
  let soc = fromPct;
  let leftHours = durationMs / HOUR_MS;
  while (soc < 100 && leftHours > 0) {
    const step = Math.min(1, 100 - soc);
    const powerKw = chargePowerKw(scenario, station.powerKw, station.isDc, soc + step / 2);
    const hours = ((step / 100) * scenario.usableKwh) / powerKw;
    if (hours > leftHours) return soc + (step * leftHours) / hours;
    leftHours -= hours;
    soc += step;
  }
  return soc;
}

export interface Station extends Position {
  readonly id: string;
  readonly name: string;
  readonly powerKw: number;
  readonly isDc: boolean;
}

/** The scenario's chargers, each with its strongest connector. */
export const stationsOf = (scenario: Scenario): readonly Station[] =>
  scenario.chargers.map((location) => {
    const connectors = location.evses.flatMap((evse) => evse.connectors);
    const best = connectors.reduce((a, b) => (b.maxPowerKw > a.maxPowerKw ? b : a));
    return {
      id: location.locationId,
      name: location.name,
      lat: location.lat,
      lon: location.lon,
      powerKw: best.maxPowerKw,
      isDc: best.powerType === 'DC',
    };
  });
