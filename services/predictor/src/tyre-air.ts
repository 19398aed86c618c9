import { SIGNAL } from '@outrider/domain';
import { freshNumber, tyreColdLeft, tyreColdRatio, type VehicleState } from '@outrider/energy';
import type { CarMemory } from './car-memory.ts';

// How much air is in a tyre, whatever the weather. The volume of a tyre hardly changes, so by the ideal gas law its
// absolute pressure goes with its absolute temperature: what was measured is told as it would be at 20 °C.

/** Where each tyre tells its pressure, and the car warns of it. */
export const TYRES = [
  { name: 'frontLeft', beside: 'frontRight', path: SIGNAL.tireFrontLeft, isLow: SIGNAL.isTireFrontLeftLow },
  { name: 'frontRight', beside: 'frontLeft', path: SIGNAL.tireFrontRight, isLow: SIGNAL.isTireFrontRightLow },
  { name: 'rearLeft', beside: 'rearRight', path: SIGNAL.tireRearLeft, isLow: SIGNAL.isTireRearLeftLow },
  { name: 'rearRight', beside: 'rearLeft', path: SIGNAL.tireRearRight, isLow: SIGNAL.isTireRearRightLow },
] as const;
export type TyreName = (typeof TYRES)[number]['name'];

/** The most that a tyre had on the drives of a few days, by itself and beside the others. */
interface Peak {
  readonly fromMs: number;
  readonly kpaAt20C: number;
  readonly besideKpa: number;
}

/** One tyre as it was measured last, and what it had before. Gauge pressures. */
export interface TyreAir {
  readonly kpaAt20C: number;
  readonly atMs: number;
  /** False: nobody knew how warm the air outside was. */
  readonly isTempKnown: boolean;
  /** Oldest first, at most two. */
  readonly peaks: readonly Peak[];
}

export type TyresAir = Readonly<Partial<Record<TyreName, TyreAir>>>;

const AIR_KPA = 101.325;
const ZERO_C_IN_K = 273.15;
const REFERENCE_K = ZERO_C_IN_K + 20;
/** Where nobody knows how warm it is outside. */
const MILD_C = 10;
/** Driven, a tyre gets so much warmer than the air: 4 psi more in one of 35 psi are 23 K. Judgement: a little less. */
const DRIVEN_WARMER_K = 20;
/** Two pressures further apart than this are of a cold tyre and a warm one. */
export const SAME_MOMENT_MS = 30 * 60_000;
/** Judgement: so much the warmth of a drive may add beyond what is modelled, to all four alike. */
const WARMTH_KPA = 14;
/** What a tyre lost is counted from the peak of this time and of that before it. */
const PERIOD_MS = 4 * 24 * 3_600_000;

/** Gauge pressure at 20 °C of a tyre that has `kpa` at `tempC`. */
export const kpaAt20C = (kpa: number, tempC: number): number =>
  ((kpa + AIR_KPA) * REFERENCE_K) / (ZERO_C_IN_K + tempC) - AIR_KPA;

/** What is known of the tyres after a record with these `values`; undefined while nobody told anything. */
export function tyresAirAfter(
  memory: Pick<CarMemory, 'tyres' | 'trip' | 'tyresAir'>,
  now: VehicleState,
  values: Readonly<Record<string, unknown>>,
): TyresAir | undefined {
  const atMs = now.observedToMs;
  // A sensor that sleeps says 0; a tyre that is flat was low before.
  const told = TYRES.filter(({ path }) => Number(values[path]) > 0);
  if (told.length === 0) return memory.tyresAir;
  const outsideC = freshNumber(now, SIGNAL.airTemp, atMs)?.value;
  const tempC = (outsideC ?? MILD_C) + warmerK(memory, now);
  const airs: Partial<Record<TyreName, TyreAir>> = { ...memory.tyresAir };
  for (const { name, path } of told)
    airs[name] = {
      kpaAt20C: kpaAt20C(Number(values[path]), tempC),
      atMs,
      isTempKnown: outsideC !== undefined,
      peaks: airs[name]?.peaks ?? [],
    };
  // Standing, the sun warms one side only; and what was filled in is told by the first drive with it.
  if (now.phase?.motion === 'driving')
    for (const { name } of told) {
      const air = airs[name];
      const besideKpa = besideOthers(airs, name);
      if (air !== undefined && besideKpa !== undefined)
        airs[name] = { ...air, peaks: withPeak(air.peaks, { ...air, besideKpa, fromMs: atMs }) };
    }
  return airs;
}

/** How much warmer than the air the tyres are. */
function warmerK({ tyres, trip }: Pick<CarMemory, 'tyres' | 'trip'>, now: VehicleState): number {
  const atMs = now.observedToMs;
  if (now.phase?.motion !== 'driving') return DRIVEN_WARMER_K * (1 - tyreColdRatio(tyres, atMs));
  const sinceMs = trip?.startedAtMs ?? now.phase.sinceMs;
  const startRatio = trip?.startTyreColdRatio ?? tyreColdRatio(tyres, sinceMs);
  return DRIVEN_WARMER_K * (1 - startRatio * tyreColdLeft(Math.max(0, atMs - sinceMs) / 1000));
}

/** What a tyre has more than the median of the others then; undefined when none of them was measured near that time. */
function besideOthers(airs: TyresAir, name: TyreName): number | undefined {
  const own = airs[name];
  if (own === undefined) return undefined;
  const others = TYRES.flatMap((one) => {
    const air = one.name === name ? undefined : airs[one.name];
    return air === undefined || Math.abs(air.atMs - own.atMs) > SAME_MOMENT_MS ? [] : [air.kpaAt20C];
  }).toSorted((a, b) => a - b);
  const [low, high] = [others[(others.length - 1) >> 1], others[others.length >> 1]];
  return low === undefined || high === undefined ? undefined : own.kpaAt20C - (low + high) / 2;
}

function withPeak(peaks: readonly Peak[], { fromMs, kpaAt20C: kpa, besideKpa }: Peak): readonly Peak[] {
  const last = peaks.at(-1);
  if (last === undefined || fromMs - last.fromMs >= PERIOD_MS)
    return [...peaks.slice(-1), { fromMs, kpaAt20C: kpa, besideKpa }];
  const higher = {
    fromMs: last.fromMs,
    kpaAt20C: Math.max(last.kpaAt20C, kpa),
    besideKpa: Math.max(last.besideKpa, besideKpa),
  };
  return [...peaks.slice(0, -1), higher];
}

/**
 * What a tyre lost beside the others since the drives of the last four to eight days, in kPa at 20 °C: the weather
 * takes from all alike. Its own loss bounds that: who fills the others takes nothing from this one. Undefined where
 * there is nothing to compare with.
 */
export function lostKpa(airs: TyresAir, name: TyreName): number | undefined {
  const air = airs[name];
  const besideKpa = besideOthers(airs, name);
  const peaks = air?.peaks.filter(({ fromMs }) => air.atMs - fromMs <= 2 * PERIOD_MS) ?? [];
  if (air === undefined || besideKpa === undefined || peaks.length === 0) return undefined;
  const own = Math.max(...peaks.map((peak) => peak.kpaAt20C)) - air.kpaAt20C;
  const beside = Math.max(...peaks.map((peak) => peak.besideKpa)) - besideKpa;
  return Math.max(0, Math.min(beside, own + WARMTH_KPA));
}
