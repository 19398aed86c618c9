import type { ChargingLocation, EvseStatus } from '@outrider/domain';

/**
 * A post about which nothing is known. Visits to public chargers that succeeded: 80–87 % in the J.D. Power surveys
 * 2021–2025; ports that delivered in the Bay Area in 2022: 72.5 % (UC Berkeley, 657 CCS ports). The surveys are newer and
 * wider, so theirs.
 */
const PRIOR = 0.84;
/** A place as a whole can be closed, without power or full: no number of posts makes it surer than this. */
const PLACE_CAP = 0.97;
/**
 * What a status says when it is new; it decays to the prior with age. Judgement, except that a post called available
 * still fails at times: operators claimed 95–98 % of what Berkeley found to work less often.
 */
const WHEN_FRESH: Readonly<Record<EvseStatus, number>> = {
  AVAILABLE: 0.97,
  CHARGING: 0.6,
  RESERVED: 0.4,
  BLOCKED: 0.3,
  UNKNOWN: PRIOR,
  PLANNED: 0,
  REMOVED: 0,
  // Not in use, but not broken.
  INOPERATIVE: 0.15,
  OUTOFORDER: 0.05,
};
/** After this long a status is half forgotten: cars come and go, a fault waits for somebody to mend it. Judgement. */
const OCCUPANCY_HALF_LIFE_S = 3_600;
const FAULT_HALF_LIFE_S = 24 * 3_600;
/** Hours in feeds are wrong at times; somebody who stands before a gate knows better. Judgement. */
const WHEN_CLOSED = 0.1;

/** Not there (yet), whatever time passes. */
export const isGone = (status: EvseStatus): boolean => status === 'PLANNED' || status === 'REMOVED';

const isFault = (status: EvseStatus): boolean => status === 'INOPERATIVE' || status === 'OUTOFORDER';

/** A place that its hours say is closed works less likely, however good its posts are. */
export const whenClosed = (probability: number): number => probability * WHEN_CLOSED;

/**
 * Probability that at least one of these EVSEs works on arrival, and the age now of the newest thing known.
 * What is said now is as old as the way there when the car arrives.
 */
export function worksProbability(
  evses: readonly ChargingLocation['evses'][number][],
  nowMs: number,
  arriveAtMs: number = nowMs,
): { readonly probability: number; readonly statusAgeS: number | null } {
  let noneWorks = 1;
  let newestMs: number | undefined;
  for (const evse of evses) {
    const fresh = WHEN_FRESH[evse.status];
    const ageS = Math.max(0, (arriveAtMs - evse.lastUpdatedAtMs) / 1000);
    const trust = 0.5 ** (ageS / (isFault(evse.status) ? FAULT_HALF_LIFE_S : OCCUPANCY_HALF_LIFE_S));
    noneWorks *= 1 - (isGone(evse.status) ? 0 : PRIOR + (fresh - PRIOR) * trust);
    if (evse.status !== 'UNKNOWN') newestMs = Math.max(newestMs ?? 0, evse.lastUpdatedAtMs);
  }
  return {
    probability: Math.min(PLACE_CAP, 1 - noneWorks),
    statusAgeS: newestMs === undefined ? null : Math.max(0, (nowMs - newestMs) / 1000),
  };
}
