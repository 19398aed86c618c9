import { GEAR, kmToM, kwToW, parseInstant, type Quality, SIGNAL, sToMs } from '@outrider/domain';
import { type Format, isObject, type Reject, rejectFrame } from '../format.ts';
import { judgeSignals, kindOf } from '../judge-signals.ts';

/** Rounds to the sensor's resolution, so that a conversion leaves no 88510.00000000001. */
const rounded = (value: number, steps: number): number => Math.round(value * steps) / steps;

/** ABRP counts power and current out of the battery, VSS into it. `0 -` keeps a zero from becoming −0. */
const intoBattery = (outOfBattery: number): number => 0 - outOfBattery;

const same = (value: number): number => value;

interface NumberField {
  readonly path: string;
  readonly toSignal: (value: number) => number;
}

/** ABRP's numbers: what they are in VSS, and how to get there. */
const NUMBERS: Readonly<Record<string, NumberField>> = {
  soc: { path: SIGNAL.socDisplayed, toSignal: same },
  power: { path: SIGNAL.power, toSignal: (kw) => intoBattery(rounded(kwToW(kw), 10)) },
  current: { path: SIGNAL.current, toSignal: intoBattery },
  voltage: { path: SIGNAL.voltage, toSignal: same },
  speed: { path: SIGNAL.speed, toSignal: same },
  lat: { path: SIGNAL.latitude, toSignal: same },
  lon: { path: SIGNAL.longitude, toSignal: same },
  elevation: { path: SIGNAL.altitude, toSignal: same },
  heading: { path: SIGNAL.heading, toSignal: same },
  ext_temp: { path: SIGNAL.airTemp, toSignal: same },
  batt_temp: { path: SIGNAL.batteryTemp, toSignal: same },
  cabin_temp: { path: SIGNAL.cabinTemp, toSignal: same },
  hvac_setpoint: { path: SIGNAL.cabinSetTemp, toSignal: same },
  hvac_power: { path: SIGNAL.hvacPower, toSignal: (kw) => rounded(kwToW(kw), 10) },
  odometer: { path: SIGNAL.odometer, toSignal: (km) => rounded(kmToM(km), 1) },
  est_battery_range: { path: SIGNAL.range, toSignal: (km) => rounded(kmToM(km), 1) },
  capacity: { path: SIGNAL.netCapacity, toSignal: same },
  soe: { path: SIGNAL.currentEnergy, toSignal: same },
  soh: { path: SIGNAL.stateOfHealth, toSignal: same },
  kwh_charged: { path: SIGNAL.energyCharged, toSignal: same },
  tire_pressure_fl: { path: SIGNAL.tireFrontLeft, toSignal: same },
  tire_pressure_fr: { path: SIGNAL.tireFrontRight, toSignal: same },
  tire_pressure_rl: { path: SIGNAL.tireRearLeft, toSignal: same },
  tire_pressure_rr: { path: SIGNAL.tireRearRight, toSignal: same },
};

const FLAGS: Readonly<Record<string, string>> = {
  is_charging: SIGNAL.isCharging,
  is_dcfc: SIGNAL.isFastCharging,
};

/** Known, and of no use here. */
const IGNORED = new Set([
  'utc',
  'is_parked',
  'car_model',
  'tlm_type',
  'ideal_battery_range',
  'model',
  'trim_badging',
]);

/** Faster than this, a car is not on a cable: some senders take regeneration for charging. */
const MOVING_KMH = 5;
/** A parked car on a cable that gives out more has its power sign reversed. */
const REVERSED_KW = 1;

/** One point of Iternio's telemetry API (ABRP): flat JSON, `utc` in epoch seconds, power positive out of the battery. */
export const abrp: Format = {
  name: 'abrp',
  decode(value) {
    if (!isObject(value)) return rejectFrame('bad-shape', 'a point is a JSON object');
    const observedAtMs =
      typeof value.utc === 'number' ? parseInstant(Math.round(sToMs(value.utc))) : undefined;
    if (observedAtMs === undefined) return rejectFrame('bad-shape', 'utc is epoch seconds, as a number');
    const { candidates, rejects } = convert(value);
    const placeholders = findPlaceholders(value, candidates);
    for (const path of placeholders) candidates.delete(path);
    const judged = judgeSignals(candidates);
    rejects.push(...judged.rejects);
    for (const path of placeholders)
      rejects.push({ reason: 'placeholder', detail: '0 while the car says it has charge left', path });
    // "Not parked" is no gear, but the last one we heard no longer holds.
    const cleared = readFlag(value.is_parked) === false ? [SIGNAL.gear] : [];
    const quality = {
      ...judged.quality,
      ...Object.fromEntries(placeholders.map((path) => [path, 'placeholder' as const])),
      ...findContradictions(value),
    };
    if (Object.keys(judged.values).length + cleared.length > 0)
      return { kind: 'decoded', frame: { observedAtMs, values: judged.values, cleared, quality }, rejects };
    return rejects.length > 0
      ? { kind: 'rejected', rejects }
      : rejectFrame('no-signals', 'the point says nothing');
  },
};

function convert(point: Readonly<Record<string, unknown>>): {
  readonly candidates: Map<string, unknown>;
  readonly rejects: Reject[];
} {
  const candidates = new Map<string, unknown>();
  const rejects: Reject[] = [];
  const unknown: string[] = [];
  for (const key in point) {
    const said = point[key];
    // Senders write null for "not known"; that says nothing about what was known before.
    if (said === null) continue;
    const number = Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined;
    const flag = Object.hasOwn(FLAGS, key) ? FLAGS[key] : undefined;
    if (number !== undefined)
      candidates.set(number.path, typeof said === 'number' ? number.toSignal(said) : said);
    else if (flag !== undefined) candidates.set(flag, readFlag(said) ?? said);
    else if (!IGNORED.has(key)) unknown.push(key);
  }
  if (readFlag(point.is_parked) === true) candidates.set(SIGNAL.gear, GEAR.park);
  else if (
    point.is_parked !== undefined &&
    point.is_parked !== null &&
    readFlag(point.is_parked) === undefined
  )
    rejects.push({
      reason: 'wrong-type',
      detail: `wants a boolean, got ${kindOf(point.is_parked)}`,
      path: 'is_parked',
    });
  const [first] = unknown;
  if (first !== undefined)
    rejects.push({
      reason: 'unknown-signal',
      detail: `${unknown.length} keys ABRP does not have`,
      path: first,
    });
  return { candidates, rejects };
}

/** true, false, 1 or 0; undefined for everything else. */
function readFlag(said: unknown): boolean | undefined {
  if (said === true || said === 1) return true;
  if (said === false || said === 0) return false;
  return undefined;
}

/** `soc: 0` from a car that has range or energy left is a gap in the sender, not an empty battery. */
function findPlaceholders(
  point: Readonly<Record<string, unknown>>,
  candidates: ReadonlyMap<string, unknown>,
): readonly string[] {
  if (candidates.get(SIGNAL.socDisplayed) !== 0) return [];
  return isAbove(point.est_battery_range, 0) || isAbove(point.soe, 0) ? [SIGNAL.socDisplayed] : [];
}

function findContradictions(point: Readonly<Record<string, unknown>>): Record<string, Quality> {
  if (readFlag(point.is_charging) !== true) return {};
  if (isAbove(point.speed, MOVING_KMH)) return { [SIGNAL.isCharging]: 'suspect' };
  if (readFlag(point.is_parked) === true && isAbove(point.power, REVERSED_KW))
    return { [SIGNAL.power]: 'suspect' };
  return {};
}

const isAbove = (value: unknown, limit: number): boolean => typeof value === 'number' && value > limit;
