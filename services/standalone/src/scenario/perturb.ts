import { SIGNAL } from '@outrider/domain';
import { FRAME_INTERVALS, type Frame, type FrameIntervals, framesOf } from './interpolate.ts';
import { COLD_PER_K } from './published.ts';
import type { Anchor, Scenario } from './scenario.ts';

/** How far a perturbation may go; each factor is uniform within ± its bound. */
export const PERTURBATION_BOUNDS = {
  tempK: 3,
  consumptionRatio: 0.05,
  /** Head- (+) or tailwind along the whole drive. */
  windMps: 2,
  /** Error of the SOC the car reports; the truth keeps its value. */
  socPct: 2,
  dropShare: 0.1,
  lateShare: 0.1,
  lateMaxMs: 120_000,
} as const;

/** 5 m/s of headwind at 110 km/h costs 20 %, and 35 % of the aerodynamic part: that part is 4/7 of the whole. */
const AERO_SHARE = 20 / 35;

export interface Factors {
  readonly tempK: number;
  readonly consumptionRatio: number;
  readonly windMps: number;
  readonly socErrorPct: number;
  /** Everything together: what driving stretches cost compared with the published drive. */
  readonly driveRatio: number;
}

export interface DeliveredFrame extends Frame {
  /** When it reaches the gateway; `atMs` is when the car observed it. */
  readonly deliveredAtMs: number;
}

export interface Perturbed {
  readonly seed: number;
  readonly factors: Factors;
  /** The drive as it really goes under these factors: anchors, consumption and weather shifted. */
  readonly scenario: Scenario;
  /** What the car reports, in order of delivery. */
  readonly frames: readonly DeliveredFrame[];
}

/** A variation of a drive; the same seed gives the same one. Pure. */
export function perturb(
  scenario: Scenario,
  seed: number,
  intervals: FrameIntervals = FRAME_INTERVALS,
): Perturbed {
  const next = randomFrom(seed);
  const within = (bound: number) => (2 * next() - 1) * bound;
  const tempK = within(PERTURBATION_BOUNDS.tempK);
  const consumptionRatio = 1 + within(PERTURBATION_BOUNDS.consumptionRatio);
  const windMps = within(PERTURBATION_BOUNDS.windMps);
  const socErrorPct = within(PERTURBATION_BOUNDS.socPct);
  const windRatio = 1 + AERO_SHARE * ((1 + windMps / scenario.consumption.atMps) ** 2 - 1);
  const driveRatio = consumptionRatio * windRatio * COLD_PER_K ** -tempK;
  const shifted = shift(scenario, tempK, driveRatio, consumptionRatio * windRatio);
  const frames = framesOf(shifted, intervals).flatMap((frame): DeliveredFrame[] => {
    const [dropped, late, delay] = [next(), next(), next()];
    if (dropped < PERTURBATION_BOUNDS.dropShare) return [];
    const delayMs = late < PERTURBATION_BOUNDS.lateShare ? delay * PERTURBATION_BOUNDS.lateMaxMs : 0;
    return [{ ...withSocError(frame, socErrorPct), deliveredAtMs: Math.round(frame.atMs + delayMs) }];
  });
  const factors = { tempK, consumptionRatio, windMps, socErrorPct, driveRatio };
  const delivered = frames.toSorted((a, b) => a.deliveredAtMs - b.deliveredAtMs || a.atMs - b.atMs);
  return { seed, factors, scenario: shifted, frames: delivered };
}

const clampSoc = (socPct: number): number => Math.min(100, Math.max(0, socPct));

function withSocError(frame: Frame, socErrorPct: number): Frame {
  const soc = frame.signals[SIGNAL.soc];
  if (typeof soc !== 'number') return frame;
  const reported = Number(clampSoc(soc + socErrorPct).toFixed(2));
  return { ...frame, signals: { ...frame.signals, [SIGNAL.soc]: reported } };
}

function shift(scenario: Scenario, tempK: number, driveRatio: number, useRatio: number): Scenario {
  const { consumption } = scenario;
  return {
    ...scenario,
    anchors: shiftAnchors(scenario.anchors, tempK, driveRatio),
    // Its temperature dependence is in the published ratio already: only the rest scales.
    consumption: {
      ...consumption,
      whPerKm: consumption.whPerKm * useRatio,
      climbWhPerM: consumption.climbWhPerM * useRatio,
    },
    weather: scenario.weather.map((entry) => ({ ...entry, tempC: entry.tempC + tempK })),
  };
}

/**
 * Driving costs × `driveRatio`, in SOC and in shown range. Standing losses stay. A charge that ended at the
 * car's limit ends there again; any other charge adds what it added. The SOC stays within 0 to 100.
 */
function shiftAnchors(anchors: readonly Anchor[], tempK: number, driveRatio: number): readonly Anchor[] {
  const shifted: Anchor[] = [];
  for (const [i, anchor] of anchors.entries()) {
    const before = anchors[i - 1];
    const moved = shifted[i - 1];
    const warmer = anchor.outsideTempC === undefined ? {} : { outsideTempC: anchor.outsideTempC + tempK };
    if (before === undefined || moved === undefined) {
      shifted.push({ ...anchor, ...warmer });
      continue;
    }
    const ratio = anchor.odometerM > before.odometerM ? driveRatio : 1;
    const isAtLimit =
      before.isCharging && anchor.socPct >= (before.chargeLimitPct ?? 100) - 0.5 && !anchor.isCharging;
    const step = (value: number, from: number, to: number) => value + (to - from) * ratio;
    const socPct = isAtLimit ? anchor.socPct : clampSoc(step(moved.socPct, before.socPct, anchor.socPct));
    const hasRange = anchor.rangeM !== undefined && before.rangeM !== undefined && moved.rangeM !== undefined;
    const rangeM = isAtLimit || !hasRange ? anchor.rangeM : step(moved.rangeM, before.rangeM, anchor.rangeM);
    shifted.push({ ...anchor, ...warmer, socPct, ...(rangeM === undefined ? {} : { rangeM }) });
  }
  return shifted;
}

/** mulberry32: small, seeded, good enough to vary a drive. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
