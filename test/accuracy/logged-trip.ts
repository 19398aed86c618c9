/** Seconds of a log that a rule found unusable, counted from the log's start. */
export interface Cut {
  readonly rule: string;
  readonly fromS: number;
  readonly toS: number;
}

export type Season = 'summer' | 'winter';

/** What was measured: one value per second, all of the same length; NaN only where a column is missing. */
export interface TripColumns {
  /** Seconds since the start of what is left after cleaning. */
  readonly timeS: Float64Array;
  readonly speedMps: Float64Array;
  readonly elevationM: Float64Array;
  /** Mean over the second, positive out of the battery. Never missing. */
  readonly batteryW: Float64Array;
  /** As the battery reports it, not as the driver sees it. */
  readonly socPct: Float64Array;
  readonly displayedSocPct: Float64Array;
  readonly heaterW: Float64Array;
  readonly airConW: Float64Array;
  readonly ambientC: Float64Array;
  /** The sensor reads neither below 10 nor above 39.8 °C: see `isCabinSaturated`. */
  readonly cabinC: Float64Array;
  readonly batteryC: Float64Array;
  readonly motorNm: Float64Array;
}

/** One drive, cleaned. */
export interface LoggedTrip extends TripColumns {
  /** As the file: `TripA01`. */
  readonly name: string;
  /** The wall clock where the car was, read as if it were UTC: good for order and for the hour of day. */
  readonly startedAtMs: number | null;
  readonly season: Season;
  readonly setTempC: number | null;
  /** On top of driver and car, where the note tells. */
  readonly payloadKg: number | null;
  readonly weather: string;
  readonly note: string;
  /** Cabin and battery still are as the drive before left them. */
  readonly followsDirectly: boolean;
  /** `ends`: the heights along the way contradict the motor; only start and end can be used. */
  readonly heights: 'profile' | 'ends';
  readonly cuts: readonly Cut[];
}

const CABIN_FLOOR_C = 10;
const CABIN_TOP_C = 39.8;

/** The cabin may be colder or hotter than this reading: the sensor is at its end. */
export const isCabinSaturated = (cabinC: number): boolean => cabinC <= CABIN_FLOOR_C || cabinC >= CABIN_TOP_C;

export interface TripTotals {
  readonly durationS: number;
  readonly distanceKm: number;
  readonly drivenKwh: number;
  /** Raw points; negative when the battery gained. */
  readonly drivenSocPct: number;
}

const JOULES_PER_KWH = 3.6e6;

/** What was driven and used; every value stands for one second. */
export function totalsOf(trip: LoggedTrip): TripTotals {
  return {
    durationS: trip.timeS.length,
    distanceKm: sum(trip.speedMps) / 1_000,
    drivenKwh: sum(trip.batteryW) / JOULES_PER_KWH,
    drivenSocPct: trip.socPct[0]! - trip.socPct.at(-1)!,
  };
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
