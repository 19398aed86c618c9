import {
  type ChargerOnRoute,
  type Conditions,
  GEAR,
  type Position,
  type RoadSegment,
  SIGNAL,
  type SignalValue,
  type Stop,
  type Trip,
} from '@outrider/domain';
import { type VehicleModel, vehicleModel } from '@outrider/energy';
import { emptyCar, emptyWorld, type LiveCar, situationOf } from './car.ts';
import { withConditions, withTrip } from './car-world.ts';
import type { Fact, Facts } from './rule.ts';
import type { Situation } from './situation.ts';
import { foldRecord, type OpenedRecord } from './vehicle-state.ts';

// A car, a plan, a road and the weather, with a default for everything. For tests only.

export const VEHICLE = 'veh_milford0001';
/** A winter noon. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

const ORIGIN = { lat: 41, lon: -73 };
const KX = 111_195 * Math.cos((ORIGIN.lat * Math.PI) / 180);
/** Metres east and north of home. */
export const at = (eastM: number, northM = 0): Position => ({
  lat: ORIGIN.lat + northM / 111_195,
  lon: ORIGIN.lon + eastM / KX,
});

export function modelOf(modelId = 'tesla-model-s-85-2012'): VehicleModel {
  const model = vehicleModel(modelId);
  if (model === undefined) throw new Error(`the catalogue has no ${modelId}`);
  return model;
}

export const stopAt = (stopId: string, eastM: number, change: Partial<Stop> = {}): Stop => ({
  stopId,
  name: stopId,
  ...at(eastM),
  kind: 'destination',
  ...change,
});

/** From home 200 km east to a charger, leaving in an hour, unless told otherwise. */
export const tripOf = (change: Partial<Trip> = {}): Trip => ({
  tripId: 'trip-1',
  vehicleId: VEHICLE,
  revision: 1,
  source: 'driver',
  createdAtMs: NOW_MS - HOUR_MS,
  departAtMs: NOW_MS + HOUR_MS,
  reserveSocPct: 5,
  origin: { name: 'home', ...at(0) },
  stops: [stopAt('there', 200_000, { kind: 'charge', powerKw: 90 })],
  ...change,
});

/** A level road east or west in pieces of a kilometre. */
export function segmentsBetween(
  fromEastM: number,
  toEastM: number,
  change: Partial<RoadSegment> = {},
): RoadSegment[] {
  const pieces = Math.max(1, Math.round(Math.abs(toEastM - fromEastM) / 1_000));
  return Array.from({ length: pieces }, (_, k) => ({
    ...at(fromEastM + ((toEastM - fromEastM) * k) / pieces),
    distanceM: Math.max(1, Math.abs(toEastM - fromEastM) / pieces),
    speedMps: 27,
    climbM: 0,
    bearingDeg: toEastM > fromEastM ? 90 : 270,
    tempC: 0,
    pressureHpa: 1_013,
    windMps: 0,
    windFromDeg: 0,
    isWet: false,
    ...change,
  }));
}

export const charger = (
  locationId: string,
  eastM: number,
  change: Partial<ChargerOnRoute> = {},
): ChargerOnRoute => ({
  locationId,
  name: locationId,
  ...at(eastM),
  alongM: Math.max(0, eastM),
  detourM: 1_000,
  maxPowerKw: 90,
  powerType: 'DC',
  worksProbability: 0.9,
  statusAgeS: null,
  ...change,
});

export interface WorldOptions {
  readonly trip?: Trip | null;
  /** Of the first stretch. */
  readonly chargers?: readonly ChargerOnRoute[];
  readonly nearby?: readonly ChargerOnRoute[];
  readonly segment?: Partial<RoadSegment>;
  readonly change?: Partial<Conditions>;
  /** Home; with it a plan that does not end on a plug has a way home. */
  readonly home?: Position;
}

/** What the world says of a plan: a straight road from stop to stop. */
export function conditionsOf(options: WorldOptions = {}): Conditions {
  const { trip = tripOf(), chargers = [], nearby = [], segment = {}, change = {}, home } = options;
  const eastOf = ({ lon }: Position) => (lon - ORIGIN.lon) * KX;
  const stops = trip?.stops ?? [];
  const stretches: Conditions['stretches'] = stops.map((stop, i) => ({
    stopId: stop.stopId,
    segments: segmentsBetween(eastOf(stops[i - 1] ?? trip?.origin ?? at(0)), eastOf(stop), segment),
    chargers: i === 0 ? [...chargers] : [],
    routeSource: 'planner-route',
  }));
  return {
    snapshotId: 'snapshot-1',
    vehicleId: VEHICLE,
    asOfMs: NOW_MS - 10 * MINUTE_MS,
    ...(trip === null ? {} : { tripId: trip.tripId, tripRevision: trip.revision }),
    stretches,
    nearby: [...nearby],
    ...(home === undefined ? {} : { home: { ...home, distanceM: 0 } }),
    standing: [
      { fromMs: NOW_MS, toMs: NOW_MS + 24 * HOUR_MS, tempC: 0, sigmaK: 2, source: 'car-thermometer' },
    ],
    sigma: { tempK: 1.5, windMps: 1.5, speedRatio: 0.05, climbM: 10 },
    weatherSource: 'car-thermometer',
    weatherAgeS: 600,
    ...change,
  };
}

let made = 0;
export const record = (
  atMs: number,
  values: Readonly<Record<string, SignalValue>>,
  change: Partial<OpenedRecord> = {},
): OpenedRecord => ({
  recordId: `record-${String(++made).padStart(6, '0')}`,
  observedAtMs: atMs,
  receivedAtMs: atMs,
  values,
  cleared: [],
  ...change,
});

export const placeOf = (eastM: number, northM = 0): Record<string, number> => {
  const { lat, lon } = at(eastM, northM);
  return { [SIGNAL.latitude]: lat, [SIGNAL.longitude]: lon };
};
export const DRIVING = { [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 97 } as const;
export const PARKED = { [SIGNAL.gear]: GEAR.park, [SIGNAL.speed]: 0 } as const;
export const CHARGING = { ...PARKED, [SIGNAL.isPlugged]: true, [SIGNAL.isCharging]: true } as const;

export interface CarOptions extends WorldOptions {
  readonly socPct?: number | null;
  readonly eastM?: number;
  readonly values?: Readonly<Record<string, SignalValue>>;
  readonly observedAtMs?: number;
  readonly modelId?: string;
}

/** A car that spoke once, standing at home, with its plan and its road. */
export function liveCar(options: CarOptions = {}): LiveCar {
  const { socPct = 80, eastM = 0, values = PARKED, observedAtMs = NOW_MS - MINUTE_MS } = options;
  const trip = options.trip === undefined ? tripOf() : options.trip;
  const empty: LiveCar = {
    car: emptyCar(VEHICLE),
    world: emptyWorld,
    view: null,
    vehicle: modelOf(options.modelId),
    reserveSocPct: 5,
  };
  const spoken = record(observedAtMs, {
    ...placeOf(eastM),
    [SIGNAL.airTemp]: 0,
    ...(socPct === null ? {} : { [SIGNAL.soc]: socPct }),
    ...values,
  });
  const car = { ...empty.car, state: foldRecord(empty.car.state, spoken), judgedToMs: observedAtMs };
  const planned = trip === null ? empty : withTrip(empty, trip);
  return withConditions({ ...planned, car }, conditionsOf({ ...options, trip }));
}

export const situation = (options: CarOptions = {}, nowMs = NOW_MS): Situation =>
  situationOf(liveCar(options), nowMs);

/** A fact's value; the reason in brackets when it is unknown, so that a test shows it. */
export function factValue(facts: Facts | undefined, name: string): Extract<Fact, { kind: 'known' }>['value'] {
  const fact = facts?.[name];
  if (fact === undefined) return '(absent)';
  return fact.kind === 'known' ? fact.value : `(${fact.reason})`;
}

export const numberOf = (facts: Facts | undefined, name: string): number => {
  const value = factValue(facts, name);
  if (typeof value !== 'number') throw new Error(`${name} is ${value}`);
  return value;
};
