import {
  type Quality,
  type Refusal,
  refuseSignal,
  SIGNAL,
  SIGNALS,
  type SignalValue,
} from '@outrider/domain';
import type { Reject } from './format.ts';

export interface Judged {
  readonly values: Record<string, SignalValue>;
  readonly quality: Record<string, Quality>;
  readonly rejects: Reject[];
}

/** A position is two numbers of one moment; half of one would be joined with half of another. */
const PAIRS = [
  [SIGNAL.latitude, SIGNAL.longitude],
  [SIGNAL.destinationLatitude, SIGNAL.destinationLongitude],
] as const;

const TIRES = [SIGNAL.tireFrontLeft, SIGNAL.tireFrontRight, SIGNAL.tireRearLeft, SIGNAL.tireRearRight];
/** No car drives on a tyre of less than 10 kPa that is not flat: this is bar or atmospheres. */
const TIRE_DOUBT_KPA = 10;

/** What every format has in common: catalogue bounds, positions that are none, values that show a wrong unit. */
export function judgeSignals(candidates: Iterable<readonly [path: string, value: unknown]>): Judged {
  const judged: Judged = { values: {}, quality: {}, rejects: [] };
  for (const [path, value] of candidates) {
    const refusal = refuseSignal(path, value);
    if (refusal === undefined) judged.values[path] = value === 0 ? 0 : (value as SignalValue);
    else judged.rejects.push({ reason: refusal, detail: explain(refusal, path, value), path });
  }
  for (const [lat, lon] of PAIRS) judgePosition(judged, lat, lon);
  for (const tire of TIRES) {
    const kpa = judged.values[tire];
    if (typeof kpa === 'number' && kpa > 0 && kpa < TIRE_DOUBT_KPA) judged.quality[tire] = 'suspect';
  }
  return judged;
}

function judgePosition({ values, rejects }: Judged, lat: string, lon: string): void {
  const hasLat = values[lat] !== undefined;
  if (hasLat !== (values[lon] !== undefined)) {
    const path = hasLat ? lat : lon;
    delete values[path];
    rejects.push({ reason: 'bad-shape', detail: 'latitude and longitude come together', path });
  } else if (hasLat && values[lat] === 0 && values[lon] === 0) {
    // The Gulf of Guinea is where receivers without a fix are.
    delete values[lat];
    delete values[lon];
    rejects.push({ reason: 'placeholder', detail: 'latitude and longitude 0 mean no fix', path: lat });
  }
}

function explain(refusal: Refusal, path: string, value: unknown): string {
  const signal = SIGNALS[path];
  if (signal === undefined || refusal === 'unknown-signal') return 'not in the signal catalogue';
  if (refusal === 'wrong-type') return `wants a ${signal.type}, got ${kindOf(value)}`;
  if (signal.type === 'number') return `outside ${signal.min} … ${signal.max} ${signal.unit}`.trimEnd();
  return signal.type === 'string' ? `longer than ${signal.maxLength} characters` : 'refused';
}

export const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
