import type { Cut } from './logged-trip.ts';
import type { TripLog } from './trip-log.ts';

/** A rule names the seconds of a log that cannot be what the car did. */
interface Rule {
  readonly name: string;
  /** Up to this long it is left alone. */
  readonly minS: number;
  readonly isBad: (log: TripLog) => (second: number) => boolean;
}

/** Without voltage, current or speed for longer than this, what was used in between is a guess. */
const SILENT_MIN_S = 10;
/**
 * In healthy logs voltage and current repeat themselves for at most 16 s (a car that stands) and follow a slope
 * for at most 10 s; a logger that hung, or a gap that somebody filled, does so for minutes.
 */
const STRAIGHT_MIN_S = 30;
/** Above the rounding of means over a second, below anything a driven car does. */
const STRAIGHT_VOLTS = 0.03;
const STRAIGHT_AMPS = 0.03;
/** A slope below this is none: the logger repeats itself. */
const LEVEL_AMPS = 0.001;
/** The heater has 5.5 kW; healthy logs show up to 7.04. */
const HEATER_MAX_W = 10_000;
/** A single spike of the signal says nothing about voltage and current. */
const HEATER_MIN_S = 5;
/** Standing, the car can only gain from a plug. */
const STANDING_MPS = 0.2;
const CHARGING_W = -1_000;
const CHARGING_MIN_S = 30;

const isSilent =
  ({ columns }: TripLog) =>
  (i: number): boolean =>
    Number.isNaN(columns.batteryW[i]) || Number.isNaN(columns.speedMps[i]);

const isHeaterImpossible =
  ({ columns }: TripLog) =>
  (i: number): boolean =>
    columns.heaterLinW[i]! > HEATER_MAX_W || columns.heaterCanW[i]! > HEATER_MAX_W;

const isCharging =
  ({ columns }: TripLog) =>
  (i: number): boolean =>
    columns.speedMps[i]! < STANDING_MPS && columns.batteryW[i]! < CHARGING_W;

/** Where voltage and current go on over three seconds as if drawn with a ruler: each of the three. */
const onStraights = (isPart: (log: TripLog) => (second: number) => boolean) => (log: TripLog) => {
  const ends = Array.from({ length: log.durationS + 2 }, (_, i) => isStraightAt(log, i) && isPart(log)(i));
  return (i: number): boolean => ends[i] === true || ends[i + 1] === true || ends[i + 2] === true;
};

const isStraightAt = ({ columns: { voltageV, currentA } }: TripLog, i: number): boolean =>
  Math.abs(bendAt(voltageV, i)) < STRAIGHT_VOLTS && Math.abs(bendAt(currentA, i)) < STRAIGHT_AMPS;

const bendAt = (values: Float64Array, i: number): number =>
  i < 2 ? Number.NaN : values[i]! - 2 * values[i - 1]! + values[i - 2]!;

const isLevel =
  ({ columns: { currentA } }: TripLog) =>
  (i: number): boolean =>
    Math.abs(currentA[i]! - currentA[i - 1]!) < LEVEL_AMPS;

const isSloping =
  (log: TripLog) =>
  (i: number): boolean =>
    !isLevel(log)(i);

const RULES: readonly Rule[] = [
  { name: 'silent', minS: SILENT_MIN_S, isBad: isSilent },
  { name: 'frozen', minS: STRAIGHT_MIN_S, isBad: onStraights(isLevel) },
  { name: 'interpolated', minS: STRAIGHT_MIN_S, isBad: onStraights(isSloping) },
  { name: 'heater-impossible', minS: HEATER_MIN_S, isBad: isHeaterImpossible },
  { name: 'charging', minS: CHARGING_MIN_S, isBad: isCharging },
];

/** Everything in a log that the rules object to; they may overlap. */
export function findDefects(log: TripLog): readonly Cut[] {
  return RULES.flatMap(({ name, minS, isBad }) =>
    runsOf(log.durationS, isBad(log))
      .filter(({ fromS, toS }) => toS - fromS > minS)
      // The seconds at both ends are partly within.
      .map(({ fromS, toS }) => ({
        rule: name,
        fromS: Math.max(0, fromS - 1),
        toS: Math.min(log.durationS, toS + 1),
      })),
  );
}

/** Stretches of seconds that hold: from the first to behind the last. */
export function runsOf(
  durationS: number,
  holds: (second: number) => boolean,
): readonly { readonly fromS: number; readonly toS: number }[] {
  const runs: { fromS: number; toS: number }[] = [];
  for (let i = 0; i < durationS; i++) {
    if (!holds(i)) continue;
    const last = runs.at(-1);
    if (last?.toS === i) last.toS = i + 1;
    else runs.push({ fromS: i, toS: i + 1 });
  }
  return runs;
}
