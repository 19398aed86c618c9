import { isDeepStrictEqual } from 'node:util';
import { decodeRouteLine, fieldOf, pathsOf, TESLA } from '@outrider/ingest';
import type { ExpectedDatum } from './recordings.ts';

// What must be stored of one datum, told from the truth beside the recordings. Units are listed here once more, so
// that a wrong factor in the decoder shows.

export type Value = number | string | boolean;

/** Paths whose values, taken together, are the datum. */
export interface Truth {
  readonly paths: readonly string[];
  /** What the recordings call the parts, in the order of the paths. */
  readonly names?: readonly string[];
  isRight(values: readonly (Value | undefined)[]): boolean;
}

const MILE_KM = 1.609344;
const PER_MILE_M = MILE_KM * 1000;
const FACTORS: readonly (readonly [fields: RegExp, factor: number])[] = [
  [/^(VehicleSpeed|CurrentLimitMph|ChargeRateMilePerHour)$/, MILE_KM],
  [/^(Odometer|RatedRange|EstBatteryRange|IdealBatteryRange|MilesToArrival)$/, PER_MILE_M],
  [/^(MilesSinceReset|SelfDrivingMilesSinceReset)$/, PER_MILE_M],
  [/^(Semitruck)?TpmsPressure/, 101.325],
  [/^(TimeToFullCharge|EstimatedHoursToChargeTermination|PowershareHoursLeft)$/, 3600],
  [/^(MinutesToArrival|RouteTrafficMinutesDelay|SoftwareUpdateExpectedDurationMinutes)$/, 60],
];
const GEARS: Readonly<Record<string, number>> = { P: 126, R: -1, N: 0, D: 127 };
const DOOR = 'Vehicle.Cabin.Door.Row';
const DOORS: Readonly<Record<string, string>> = {
  DriverFront: `${DOOR}1.DriverSide.IsOpen`,
  DriverRear: `${DOOR}2.DriverSide.IsOpen`,
  PassengerFront: `${DOOR}1.PassengerSide.IsOpen`,
  PassengerRear: `${DOOR}2.PassengerSide.IsOpen`,
  TrunkFront: 'Vehicle.Body.Trunk.Front.IsOpen',
  TrunkRear: 'Vehicle.Body.Trunk.Rear.IsOpen',
};
const WHEEL = 'Vehicle.Chassis.Axle.Row';
const WHEELS: Readonly<Record<string, string>> = {
  frontLeft: `${WHEEL}1.Wheel.Left.Tire.IsPressureLow`,
  frontRight: `${WHEEL}1.Wheel.Right.Tire.IsPressureLow`,
  rearLeft: `${WHEEL}2.Wheel.Left.Tire.IsPressureLow`,
  rearRight: `${WHEEL}2.Wheel.Right.Tire.IsPressureLow`,
};

export const factorOf = (field: string): number => FACTORS.find(([fields]) => fields.test(field))?.[1] ?? 1;

/**
 * Where the truth of a datum may be stored, the likeliest place first; empty when there is no truth. Where the
 * server has rewritten a text, what it wrote is all that can be known.
 */
export function truthsOf(datum: ExpectedDatum): readonly Truth[] {
  const { field, no } = datum;
  if (datum.value === undefined) return polylineIn(datum);
  const known = fieldOf(no) ?? fieldOf(field);
  const paths = known === undefined ? [TESLA + field] : pathsOf(known);
  if (isObject(datum.value)) return compound(datum, datum.value, paths);
  return paths.map((path) => ({ paths: [path], isRight: ([value]) => isScalar(datum, path, value) }));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The one route whose points are only told in words. */
function polylineIn({ field, note = '' }: ExpectedDatum): readonly Truth[] {
  const points = [...note.matchAll(/\((-?[\d.]+), ?(-?[\d.]+)\)/g)].map(([, lat, lon]) =>
    [lat, lon].map(Number),
  );
  if (field !== 'RouteLine' || points.length === 0) return [];
  const same = (text: Value | undefined): boolean =>
    JSON.stringify(decodeRouteLine(String(text))?.map(({ lat, lon }) => [lat, lon])) ===
    JSON.stringify(points);
  return [{ paths: [`${TESLA}RouteLine`], isRight: ([value]) => same(value) }];
}

function compound(
  { field }: ExpectedDatum,
  truth: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): readonly Truth[] {
  if ('latitude' in truth)
    return pairs([...paths, ...coordinatesAt(TESLA + field)]).map((pair) => ({
      paths: pair,
      names: ['latitude', 'longitude'],
      isRight: ([lat, lon]) => isNear(lat, truth.latitude) && isNear(lon, truth.longitude),
    }));
  const asText: Truth = {
    paths: [TESLA + field],
    isRight: ([value]) => {
      const { hour, minute, second } = truth;
      const clock = [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
      if (hour !== undefined && value === clock) return true;
      return isSameObject(value, truth);
    },
  };
  const where = field === 'TpmsSoftWarnings' ? WHEELS : field === 'DoorState' ? DOORS : {};
  // Of a lorry's axles only those that warn are stored.
  const names = Object.keys(truth).filter((name) => !name.startsWith('semi') || truth[name] === true);
  const each: Truth = {
    paths: names.map((name) => where[name] ?? `${TESLA}${field}.${name}`),
    names,
    isRight: (values) => values.every((value, index) => value === truth[names[index] as string]),
  };
  return 'hour' in truth ? [asText] : [each, asText];
}

function isSameObject(value: Value | undefined, truth: object): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(String(value)), truth);
  } catch {
    return false;
  }
}

const coordinatesAt = (at: string): readonly string[] => [`${at}.Latitude`, `${at}.Longitude`];

function pairs(paths: readonly string[]): readonly (readonly string[])[] {
  const at = paths.map((path) => path.replace(/\.(Latitude|Longitude)$/, ''));
  return [...new Set(at)].map(coordinatesAt);
}

const isNear = (value: unknown, truth: unknown): boolean =>
  typeof value === 'number' && typeof truth === 'number' && Math.abs(value - truth) < 1e-9;

function isScalar(datum: ExpectedDatum, path: string, value: Value | undefined): boolean {
  const { field, sent } = datum;
  const truth = datum.written?.stringValue ?? datum.value;
  if (value === undefined) return false;
  if (field === 'Gear' && path.endsWith('.SelectedGear')) return value === GEARS[String(truth)];
  if (typeof value === 'number') {
    const said = typeof truth === 'string' && /\d/.test(truth) ? Number(truth) : truth;
    if (typeof said !== 'number' || Number.isNaN(said))
      return isSameInstant(secondText(value), String(truth));
    const inTeslas = value / factorOf(field);
    if (sent === 'floatValue' && Math.fround(inTeslas) === Math.fround(said)) return true;
    return Math.abs(inTeslas - said) <= 1e-12 * Math.abs(said);
  }
  if (value === truth || (datum.written !== undefined && `"${value}"` === truth)) return true;
  return typeof value === 'string' && typeof truth === 'string' && isSameInstant(value, truth);
}

const secondText = (seconds: number): string =>
  Math.abs(seconds) < 1e11 ? new Date(seconds * 1000).toISOString() : '';

const ZONE = /(Z|[+-]\d\d:\d\d)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/** Texts without a zone are compared as if they had one, because their car did not name it. */
function isSameInstant(value: string, truth: string): boolean {
  if (!INSTANT.test(value) || !INSTANT.test(truth)) return false;
  const at = (text: string): number => Date.parse(ZONE.test(text) ? text : `${text}Z`);
  return at(value) === at(truth);
}
