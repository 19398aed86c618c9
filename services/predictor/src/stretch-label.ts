import type { CensoredBecause, Outcome, StretchLabel } from '@outrider/domain';
import type { StretchWatch, WatchedWarning } from './stretch-watch.ts';

// What a stretch that has ended says about its warnings and its forecast. Pure.

/** How a stretch ended. `socPct`: charge then; null when it is not known. */
export interface StretchEnd {
  readonly atMs: number;
  readonly socPct: number | null;
  readonly reserveSocPct: number;
  /** Set when it did not end at its stop, or nobody saw it. */
  readonly censoredBecause?: CensoredBecause;
}

const DAY_MS = 24 * 3_600_000;
/** Less charge than this was no answer to a warning. */
const CHARGED_MIN_PCT = 1;
/** An advised speed was kept to when the car drove on for so long, and no more of that faster. */
const KEPT_MIN_MS = 5 * 60_000;
const FASTER_RATIO = 0.1;

/** A label about this stop; warnings about later ones wait for theirs. */
export function labelOf(watch: StretchWatch, end: StretchEnd): StretchLabel {
  const own = watch.warnings.filter(({ stopId }) => stopId === watch.stopId);
  const { outcome, because } = outcomeOf(watch, own, end);
  const { forecast } = watch;
  const { socPct, reserveSocPct } = end;
  const isScored = because === undefined && forecast !== null && !forecast.isSpoilt && socPct !== null;
  return {
    dayMs: Math.floor(end.atMs / DAY_MS) * DAY_MS,
    outcome,
    ...(because !== undefined && { censoredBecause: because }),
    warnings: own.map((one) => warningOf(one, end)),
    ...(isScored && {
      forecast: {
        belowReserveProbability: forecast.belowReserveProbability,
        isBelowReserve: socPct < reserveSocPct,
        isWithinBand: socPct >= forecast.p10 && socPct <= forecast.p90,
      },
    }),
  };
}

/** Late is what came with less lead than its rule asks for, or when nothing worked any more. */
function warningOf(
  { ruleId, ruleVersion, times, firstAtMs, deadlineAtMs, cameInTime, leadTimeS }: WatchedWarning,
  end: StretchEnd,
): StretchLabel['warnings'][number] {
  const leadMs = Math.max(0, (deadlineAtMs ?? end.atMs) - firstAtMs);
  return {
    ruleId,
    ...(ruleVersion !== undefined && { ruleVersion }),
    times,
    leadS: Math.round(leadMs / 1000),
    ...(leadTimeS !== undefined && { isLate: !cameInTime || leadMs < leadTimeS * 1000 }),
  };
}

function outcomeOf(
  watch: StretchWatch,
  warnings: readonly WatchedWarning[],
  { socPct, reserveSocPct, censoredBecause }: StretchEnd,
): { readonly outcome: Outcome; readonly because?: CensoredBecause } {
  const because = censoredBecause ?? (watch.hasGap ? 'data-gap' : undefined);
  if (because !== undefined) return { outcome: 'censored', because };
  if (socPct === null) return { outcome: 'censored', because: 'charge-unknown' };
  const inTime = warnings.filter(({ cameInTime }) => cameInTime);
  if (socPct < reserveSocPct) {
    if (warnings.length === 0) return { outcome: 'missed' };
    return { outcome: inTime.length > 0 ? 'ignored' : 'late' };
  }
  if (warnings.length === 0) return { outcome: 'uneventful' };
  const wasNeeded =
    (watch.chargedPct >= CHARGED_MIN_PCT && socPct - watch.chargedPct < reserveSocPct) ||
    inTime.some((one) => slowedDown(one) && (one.expectedSocPct ?? reserveSocPct) < reserveSocPct);
  return { outcome: inTime.length > 0 && wasNeeded ? 'acted' : 'false-alarm' };
}

const slowedDown = ({ advisedMps, drivenMs, fastMs }: WatchedWarning): boolean =>
  advisedMps !== null && drivenMs >= KEPT_MIN_MS && fastMs <= drivenMs * FASTER_RATIO;
