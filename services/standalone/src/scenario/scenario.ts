import type { ChargingLocation, Trip } from '@outrider/domain';
import type { Mark } from './format.ts';
import type { Line } from './geo.ts';

// A scenario as the rest of the code sees it: read, checked, in SI units.

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
}

export interface DecisionPoint {
  readonly id: string;
  readonly place: Place;
  /** The decision is open from here … */
  readonly fromMs: number;
  /** … to here: its own `until`, or where the next decision opens, or the end of the trace. */
  readonly untilMs: number;
  readonly note?: string;
}

export interface TimedText {
  readonly atMs: number;
  readonly text: string;
}

export interface Route {
  readonly id: string;
  readonly line: Line;
}

/** One row of the trace with every gap filled. Values hold at `atMs`; flags hold until the next anchor. */
export interface Anchor {
  readonly atMs: number;
  readonly lat: number;
  readonly lon: number;
  readonly altitudeM?: number;
  readonly route?: Route;
  readonly alongM?: number;
  readonly odometerM: number;
  readonly socPct: number;
  /** Carried apart from the SOC. A log may go below 0; the car then shows 0. */
  readonly rangeM?: number;
  readonly outsideTempC?: number;
  readonly cabinSetC?: number;
  readonly isPlugged: boolean;
  readonly isCharging: boolean;
  readonly chargeLimitPct?: number;
  readonly chargePowerKw?: number;
  readonly gear?: number;
  readonly place?: Place;
}

export interface PlanStop {
  readonly place: Place;
  readonly kind: 'charge' | 'stay' | 'via' | 'destination';
  readonly route: Route;
  readonly speedMps: number;
  readonly arriveAtMs?: number;
  readonly departAtMs?: number;
  readonly isPlugged?: boolean;
  readonly chargeToSocPct?: number;
  readonly powerKw?: number;
  readonly chargerId?: string;
}

export interface Plan {
  readonly atMs: number;
  readonly tripId: string;
  readonly origin: Place;
  readonly departAtMs: number;
  readonly stops: readonly PlanStop[];
}

export interface WeatherEntry {
  readonly issuedAtMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Where it holds; absent: everywhere. */
  readonly area?: { readonly lat: number; readonly lon: number; readonly radiusM: number };
  readonly tempC: number;
  readonly sigmaK: number;
  readonly windMps?: number;
  readonly windFromDeg?: number;
}

/** Published consumption: at one speed and temperature; ratios carry it to others (see published.ts). */
export interface Consumption {
  readonly whPerKm: number;
  readonly atMps: number;
  readonly atTempC: number;
  readonly climbWhPerM: number;
}

export interface Scenario {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  readonly title: string;
  readonly summary: string;
  readonly isSynthetic: boolean;
  readonly vehicle: { readonly modelId: string; readonly label: string };
  readonly driver: {
    readonly units: 'imperial' | 'metric';
    readonly language: string;
    readonly timeZone: string;
  };
  readonly reserveSocPct: number;
  readonly home?: Place;
  readonly usableKwh: number;
  readonly kwhBelowZeroDisplay: number;
  readonly consumption: Consumption;
  readonly standingLossPctPerDay: number;
  /** The slowest speed a remedy may ask for. */
  readonly slowestMps: number;
  readonly chargeCurve?: readonly { readonly socPct: number; readonly powerKw: number }[];
  readonly places: readonly Place[];
  readonly decisionPoints: readonly DecisionPoint[];
  readonly outcome: readonly TimedText[];
  /** What the car itself is known to have said. */
  readonly carMessages: readonly TimedText[];
  readonly sources: readonly { readonly id: string; readonly url?: string; readonly for: string }[];
  readonly routes: readonly Route[];
  readonly anchors: readonly Anchor[];
  readonly plans: readonly Plan[];
  readonly chargers: readonly ChargingLocation[];
  readonly weather: readonly WeatherEntry[];
}

export type { Mark };

/** The plan in force at `atMs`: the newest entered by then. */
export const planAt = (scenario: Scenario, atMs: number): Plan | undefined =>
  scenario.plans.findLast((plan) => plan.atMs <= atMs);

/**
 * A plan as the trip record the API takes. `revision` counts the plans of the same trip up to this one,
 * so a later plan replaces an earlier one.
 */
export function tripOf(scenario: Scenario, plan: Plan, vehicleId: string): Trip {
  const revision = scenario.plans.filter((p) => p.tripId === plan.tripId && p.atMs <= plan.atMs).length;
  const at = (place: Place) => ({ name: place.name, lat: place.lat, lon: place.lon });
  return {
    tripId: plan.tripId,
    vehicleId,
    revision,
    source: 'driver',
    createdAtMs: plan.atMs,
    departAtMs: plan.departAtMs,
    reserveSocPct: scenario.reserveSocPct,
    origin: at(plan.origin),
    stops: plan.stops.map((stop, i) => ({
      stopId: stopId(plan, i),
      ...at(stop.place),
      kind: stop.kind,
      ...(stop.arriveAtMs === undefined ? {} : { arriveAtMs: stop.arriveAtMs }),
      ...(stop.departAtMs === undefined ? {} : { departAtMs: stop.departAtMs }),
      ...(stop.isPlugged === undefined ? {} : { plugged: stop.isPlugged }),
      ...(stop.powerKw === undefined ? {} : { powerKw: stop.powerKw }),
      ...(stop.chargeToSocPct === undefined ? {} : { chargeToSocPct: stop.chargeToSocPct }),
      ...(stop.chargerId === undefined ? {} : { locationId: stop.chargerId }),
    })),
    legs: plan.stops.map((stop) => ({
      points: stop.route.line.points.map((p) => ({ ...p })),
      distanceM: stop.route.line.distanceM,
      speedMps: stop.speedMps,
    })),
  };
}

/** A place may be visited twice: its second visit has its own id. */
function stopId(plan: Plan, index: number): string {
  const placeId = plan.stops[index]?.place.id ?? '';
  const earlier = plan.stops.slice(0, index).filter((stop) => stop.place.id === placeId).length;
  return earlier === 0 ? placeId : `${placeId}-${earlier + 1}`;
}
