import { findDefects, runsOf } from './defects.ts';
import { readHeater } from './heater.ts';
import { judgeHeights } from './heights.ts';
import type { Cut, LoggedTrip, TripColumns } from './logged-trip.ts';
import { readFollowsDirectly, readPayload, type TripNotes } from './overview.ts';
import type { TripLog } from './trip-log.ts';

/** A log that is no trip any more once its defects are cut out. */
export interface DroppedTrip {
  readonly name: string;
  readonly reason: string;
  readonly cuts: readonly Cut[];
}

export type CleanedTrip = { readonly trip: LoggedTrip } | { readonly dropped: DroppedTrip };

/** Less than this much of the log left, and what is left is not the drive that was meant. */
const KEPT_MIN_RATIO = 0.5;
const KEPT_MIN_S = 180;
const KEPT_MIN_M = 1_000;
/** The heater's season and the air conditioning's: between the means of both halves of the year. */
const SUMMER_MIN_C = 15;

/** Cuts out what cannot be true, keeps the longest stretch in one piece, and mends the heater's signal. */
export function cleanTrip(log: TripLog, notes: TripNotes): CleanedTrip {
  const defects = findDefects(log);
  const kept = longestSound(log, defects);
  const cuts = cutsAround(log, kept, defects);
  const reason = whyTooLittle(log, kept);
  if (reason !== null) return { dropped: { name: log.name, reason, cuts } };
  const columns = keepColumns(log, kept);
  const meanC = columns.ambientC.reduce((sum, value) => sum + value, 0) / columns.ambientC.length;
  const { startedAtMs, setTempC, weather, note } = notes;
  return {
    trip: {
      name: log.name,
      startedAtMs: startedAtMs === null ? null : startedAtMs + 1_000 * kept.fromS,
      // Without any temperature nothing else of it can be used either: summer is the milder mistake.
      season: meanC < SUMMER_MIN_C ? 'winter' : 'summer',
      ...{ setTempC, weather, note, payloadKg: readPayload(note) },
      followsDirectly: readFollowsDirectly(note) && kept.fromS === 0,
      heights: judgeHeights(columns),
      cuts,
      ...columns,
    },
  };
}

interface Stretch {
  readonly fromS: number;
  readonly toS: number;
}

const lengthOf = ({ fromS, toS }: Stretch): number => toS - fromS;

/** The longest stretch without a defect; the first of equals. */
function longestSound(log: TripLog, defects: readonly Cut[]): Stretch {
  const isSound = (i: number): boolean => !defects.some(({ fromS, toS }) => fromS <= i && i < toS);
  const none: Stretch = { fromS: 0, toS: 0 };
  return runsOf(log.durationS, isSound).reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a), none);
}

/** All that is left out, by the rule that objected: what lies between a defect and the far end goes with it. */
function cutsAround(log: TripLog, kept: Stretch, defects: readonly Cut[]): readonly Cut[] {
  const sides = [
    { fromS: 0, toS: kept.fromS },
    { fromS: kept.toS, toS: log.durationS },
  ];
  return sides.flatMap((side) => {
    const reasons = defects.filter(({ fromS, toS }) => fromS < side.toS && toS > side.fromS);
    if (lengthOf(side) === 0 || reasons.length === 0) return [];
    return [{ rule: [...new Set(reasons.map(({ rule }) => rule))].join('+'), ...side }];
  });
}

function whyTooLittle(log: TripLog, kept: Stretch): string | null {
  const leftS = lengthOf(kept);
  const distanceM = log.columns.speedMps
    .subarray(kept.fromS, kept.toS)
    .reduce((sum, speed) => sum + (Number.isNaN(speed) ? 0 : speed), 0);
  if (leftS < KEPT_MIN_RATIO * log.durationS) return `only ${leftS} of ${log.durationS} s are sound`;
  if (leftS < KEPT_MIN_S) return `only ${leftS} s long`;
  return distanceM < KEPT_MIN_M ? `only ${Math.round(distanceM)} m long` : null;
}

function keepColumns(log: TripLog, kept: Stretch): TripColumns {
  const keep = (values: Float64Array): Float64Array => fillGaps(values.slice(kept.fromS, kept.toS));
  const { columns } = log;
  return {
    timeS: Float64Array.from({ length: lengthOf(kept) }, (_, i) => i),
    speedMps: keep(columns.speedMps),
    elevationM: keep(columns.elevationM),
    batteryW: keep(columns.batteryW),
    socPct: keep(columns.socPct),
    displayedSocPct: keep(columns.displayedSocPct),
    heaterW: keep(readHeater(log)),
    airConW: keep(columns.airConW),
    ambientC: keep(columns.ambientC),
    cabinC: keep(columns.cabinC),
    batteryC: keep(columns.batteryC),
    motorNm: keep(columns.motorNm),
  };
}

/** A short gap holds the value before it, one at the start the value behind it; an empty column stays empty. */
function fillGaps(values: Float64Array): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  return values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
}
