import type { Alert, Forecast } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import { freshNumber, isCharging, isDriving, isPlugged, type ViewStretch } from '@outrider/energy';
import type { Situation } from './situation.ts';

// Follows one stretch of a plan from judgement to judgement, so that its end says what the warnings were worth.
// Pure. What it remembers goes with the car, sealed; what leaves it is a label without car, place or hour.

/** A warning that interrupted, about the stop that `stopId` names. */
export interface WatchedWarning {
  readonly ruleId: string;
  /** Of the first one; absent in checkpoints from before. */
  readonly ruleVersion?: string;
  readonly stopId: string;
  /** Of its newest episode. */
  readonly alertId: string;
  /** Episodes of it. */
  readonly times: number;
  readonly firstAtMs: number;
  /** Last moment at which the first one's advice worked; null: nobody knows one. */
  readonly deadlineAtMs: number | null;
  /** At some step there was advice that still worked. */
  readonly cameInTime: boolean;
  /** So long before the failure its rule asked it to come; absent: it did not say, and in checkpoints from before. */
  readonly leadTimeS?: number;
  /** Charge on arrival as it was expected then. */
  readonly expectedSocPct: number | null;
  /** The speed that was advised, where the car was faster then. */
  readonly advisedMps: number | null;
  /** Time on the road since, and of that faster than advised. */
  readonly drivenMs: number;
  readonly fastMs: number;
}

export interface StretchWatch {
  readonly tripId: string;
  readonly stopId: string;
  readonly hasDriven: boolean;
  /** Newest word of the car that was taken in. */
  readonly heardMs: number;
  readonly wasDriving: boolean;
  readonly hasGap: boolean;
  readonly socPct: number | null;
  /** The plan charges to here where the stretch begins: that much is no answer to a warning. */
  readonly plannedSocPct: number | null;
  /** Charged beyond the plan since the first warning, in points. */
  readonly chargedPct: number;
  /** The forecast with which the drive began; `isSpoilt`: the car was charged since. */
  readonly forecast: ForecastAtStart | null;
  readonly warnings: readonly WatchedWarning[];
}

interface ForecastAtStart {
  readonly p10: number;
  readonly p90: number;
  readonly belowReserveProbability: number;
  readonly isSpoilt: boolean;
}

/** Silent for longer on the road, and nobody knows what happened. */
const GAP_MS = 10 * 60_000;
/** A resting battery gains less by itself. */
const CHARGED_PCT = 2;
/** Over an advised speed by less is keeping to it. */
const SPEED_TOLERANCE_MPS = 1;

/** One of an alert's steps, as a judgement says it. */
export interface SaidStep {
  readonly alert: Alert;
  readonly isShadow: boolean;
  readonly leadTimeS?: number | undefined;
}

/** A stretch begins to be watched when the car drives on it, or somebody is warned about it. */
export function beginWatch(
  { view, memory, state, soc }: Situation,
  carried: Pick<StretchWatch, 'warnings' | 'chargedPct'> | null,
): StretchWatch | null {
  const { trip, stretches } = view ?? { trip: null, stretches: [] };
  const index = memory.progress?.stretch ?? -1;
  const target: ViewStretch | undefined = stretches[index];
  if (trip === null || trip.isGuess === true || target?.planned == null) return null;
  return {
    tripId: trip.tripId,
    stopId: target.stopId,
    hasDriven: false,
    heardMs: state.observedToMs,
    wasDriving: isDriving(state),
    hasGap: false,
    socPct: soc?.value ?? null,
    plannedSocPct: stretches[index - 1]?.planned?.chargeToSocPct ?? null,
    chargedPct: carried?.chargedPct ?? 0,
    forecast: null,
    warnings: carried?.warnings ?? [],
  };
}

/** Takes in what the judgement at this moment rests on and says. */
export function moveWatch(
  watch: StretchWatch,
  situation: Situation,
  forecast: Forecast,
  said: readonly SaidStep[],
): StretchWatch {
  const moved = takeCharge(takeTime(watch, situation), situation);
  const started = takeForecast(moved, situation, forecast);
  return said.reduce((now, step) => takeWarning(now, step, situation), started);
}

function takeTime(watch: StretchWatch, { state, nowMs }: Situation): StretchWatch {
  const passedMs = Math.max(0, state.observedToMs - watch.heardMs);
  const hasGap = watch.hasGap || (watch.wasDriving && passedMs > GAP_MS);
  const driving = isDriving(state);
  const drivenMs = watch.wasDriving && passedMs <= GAP_MS ? passedMs : 0;
  const speedMps = Math.abs(freshNumber(state, SIGNAL.speed, nowMs)?.value ?? 0) / 3.6;
  const warnings =
    drivenMs === 0
      ? watch.warnings
      : watch.warnings.map((one) => ({
          ...one,
          drivenMs: one.drivenMs + drivenMs,
          fastMs:
            one.fastMs +
            (speedMps > (one.advisedMps ?? Number.POSITIVE_INFINITY) + SPEED_TOLERANCE_MPS ? drivenMs : 0),
        }));
  const hasDriven = watch.hasDriven || driving;
  return { ...watch, warnings, hasGap, hasDriven, wasDriving: driving, heardMs: state.observedToMs };
}

/** Points that came by a cable, beyond what the plan charges here. Downhill is no charge. */
function takeCharge(watch: StretchWatch, { state, soc }: Situation): StretchWatch {
  if (soc === undefined) return watch;
  const socPct = soc.value;
  const before = watch.socPct ?? socPct;
  const byCable = !isDriving(state) && (isPlugged(state) || isCharging(state));
  const gainedPct = socPct - before;
  if (gainedPct <= 0 || !(byCable || gainedPct > CHARGED_PCT)) return { ...watch, socPct };
  const beyondPlan = Math.max(0, socPct - Math.max(before, watch.plannedSocPct ?? 0));
  return {
    ...watch,
    socPct,
    chargedPct: watch.chargedPct + (watch.warnings.length > 0 ? beyondPlan : 0),
    forecast: watch.forecast && { ...watch.forecast, isSpoilt: true },
  };
}

function takeForecast(watch: StretchWatch, { state }: Situation, forecast: Forecast): StretchWatch {
  if (watch.forecast !== null || !isDriving(state)) return watch;
  const stop = forecast.stops.find(({ stopId }) => stopId === watch.stopId);
  if (stop === undefined) return watch;
  const { p10, p90 } = stop.arrivalSocPct;
  const { belowReserveProbability } = stop;
  return { ...watch, forecast: { p10, p90, belowReserveProbability, isSpoilt: false } };
}

/** Whether a step interrupts its driver about reaching a stop of the plan. */
export const interrupts = ({ alert, isShadow }: SaidStep): boolean =>
  !isShadow && alert.state === 'firing' && alert.severity !== 'info' && alert.tripId !== undefined;

function takeWarning(watch: StretchWatch, step: SaidStep, situation: Situation): StretchWatch {
  const { alert } = step;
  const isAboutStop = situation.view?.stretches.some(({ stopId }) => stopId === alert.subject) === true;
  // What is about the car and no stop, such as a cold battery, is not judged by the charge on arrival.
  if (!interrupts(step) || alert.tripId !== watch.tripId || !isAboutStop) return watch;
  const isSame = (one: WatchedWarning) => one.ruleId === alert.ruleId && one.stopId === alert.subject;
  const known = watch.warnings.find(isSame);
  const deadlineAtMs = alert.deadlineAtMs ?? null;
  const cameInTime = alert.remedies.length > 0 && (deadlineAtMs ?? alert.changedAtMs + 1) > alert.changedAtMs;
  const now: WatchedWarning =
    known === undefined
      ? firstWarning(step, situation, { cameInTime, deadlineAtMs })
      : {
          ...known,
          alertId: alert.alertId,
          times: known.times + (known.alertId === alert.alertId ? 0 : 1),
          cameInTime: known.cameInTime || cameInTime,
          deadlineAtMs: known.deadlineAtMs ?? deadlineAtMs,
        };
  return { ...watch, warnings: [...watch.warnings.filter((one) => !isSame(one)), now] };
}

function firstWarning(
  { alert, leadTimeS }: SaidStep,
  { state, nowMs }: Situation,
  said: Pick<WatchedWarning, 'cameInTime' | 'deadlineAtMs'>,
): WatchedWarning {
  const speedMps = Math.abs(freshNumber(state, SIGNAL.speed, nowMs)?.value ?? 0) / 3.6;
  const advised = alert.remedies.find((one) => one.kind === 'hold-speed')?.speedMps;
  const wasFaster = advised !== undefined && speedMps > advised + SPEED_TOLERANCE_MPS;
  return {
    ruleId: alert.ruleId,
    ruleVersion: alert.evidence.ruleVersion,
    stopId: alert.subject,
    alertId: alert.alertId,
    times: 1,
    firstAtMs: alert.changedAtMs,
    ...said,
    ...(leadTimeS !== undefined && { leadTimeS }),
    expectedSocPct: alert.arrivalSocPct?.p50 ?? null,
    advisedMps: wasFaster ? advised : null,
    drivenMs: 0,
    fastMs: 0,
  };
}
