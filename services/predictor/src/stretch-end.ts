import type { Forecast, StretchLabel } from '@outrider/domain';
import { isCharging, isDriving, isPlugged } from '@outrider/energy';
import { contentId } from '@outrider/runtime';
import type { Situation } from './situation.ts';
import { labelOf, type StretchEnd } from './stretch-label.ts';
import { beginWatch, interrupts, moveWatch, type SaidStep, type StretchWatch } from './stretch-watch.ts';

/** Standing on the way for so long below the reserve, without a cable, the car is going nowhere. */
const STRANDED_MS = 30 * 60_000;
/** Standing away from its road for so long, it has gone somewhere else. */
const ELSEWHERE_MS = 30 * 60_000;
/** A drive that rests for longer is another drive. */
const LONGEST_REST_MS = 12 * 3_600_000;

/** Named by what it was, so that it counts once; the name tells nobody which it was. */
export interface EndedStretch {
  readonly labelId: string;
  readonly label: StretchLabel;
  /** Alerts that were acted on; none unless that is what became of the stretch. Never part of the label. */
  readonly heeded: readonly string[];
}

export interface Watched {
  readonly watch: StretchWatch | null;
  /** The stretch that has just ended. */
  readonly ended: EndedStretch | null;
}

/** Moves the watch on by one judgement: what it rested on, the forecast and the steps it made. */
export function watchStretch(
  before: StretchWatch | null,
  situation: Situation,
  forecast: Forecast,
  said: readonly SaidStep[],
): Watched {
  if (before === null) return { watch: begun(situation, forecast, said, null), ended: null };
  const end = endOf(before, situation);
  if (end === null) return { watch: moveWatch(before, situation, forecast, said), ended: null };
  const isSamePlan = situation.view?.trip?.tripId === before.tripId;
  const later = before.warnings.filter(({ stopId }) => stopId !== before.stopId);
  const carried = isSamePlan && later.length > 0 ? { ...before, warnings: later } : null;
  // A stretch that was planned and never begun is no case.
  const { vehicleId } = situation.state;
  const labelId = contentId('stretch', vehicleId, before.tripId, before.stopId, end.atMs);
  const ended = before.hasDriven ? endedAs(labelId, before, labelOf(before, end)) : null;
  return { watch: begun(situation, forecast, said, carried), ended };
}

function endedAs(labelId: string, { warnings, stopId }: StretchWatch, label: StretchLabel): EndedStretch {
  const own = warnings.filter((one) => one.stopId === stopId && one.cameInTime);
  return { labelId, label, heeded: label.outcome === 'acted' ? own.map(({ alertId }) => alertId) : [] };
}

function begun(
  situation: Situation,
  forecast: Forecast,
  said: readonly SaidStep[],
  carried: StretchWatch | null,
): StretchWatch | null {
  const isOnRoad = isDriving(situation.state) && situation.memory.progress?.isOffRoute !== true;
  if (!isOnRoad && !said.some(interrupts) && carried === null) return null;
  const watch = beginWatch(situation, carried);
  return watch === null ? null : moveWatch(watch, situation, forecast, said);
}

/** Null while the stretch goes on. */
function endOf(watch: StretchWatch, situation: Situation): StretchEnd | null {
  const { view, memory, state, soc, nowMs, reserveSocPct } = situation;
  // Between a plan and its road nothing is known; the next snapshot tells.
  if (view === null) return null;
  const end = { atMs: nowMs, socPct: soc?.value ?? null, reserveSocPct };
  const index = view.stretches.findIndex(({ stopId }) => stopId === watch.stopId);
  if (view.trip?.tripId !== watch.tripId || index < 0) return { ...end, censoredBecause: 'plan-changed' };
  if (memory.progress === null) return null;
  if (memory.progress.stretch > index) return end;
  if (isDriving(state) || state.phase === null) return null;
  const standsMs = nowMs - state.phase.sinceMs;
  if (memory.progress.isOffRoute && standsMs >= ELSEWHERE_MS) return { ...end, censoredBecause: 'off-route' };
  if (!watch.hasDriven || memory.progress.atStop !== null) return null;
  if (standsMs >= LONGEST_REST_MS) return { ...end, censoredBecause: 'plan-changed' };
  const isOnCable = isPlugged(state) || isCharging(state);
  const isStranded = standsMs >= STRANDED_MS && !isOnCable && soc !== undefined && soc.value < reserveSocPct;
  return isStranded ? end : null;
}
