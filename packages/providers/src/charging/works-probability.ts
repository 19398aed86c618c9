import type { ChargingLocation, EvseStatus } from '@outrider/domain';

/**
 * Share of visits to public chargers that succeed: 80–87 % in the J.D. Power surveys 2021–2025
 * (13–20 % of visits failed). The prior for one EVSE about which nothing is known.
 */
const PRIOR = 0.84;
/** A place as a whole can be closed, without power or full: no number of posts makes it surer than this. */
const PLACE_CAP = 0.97;
/** What a status says when it is new; it decays to the prior with age. */
const WHEN_FRESH: Readonly<Record<EvseStatus, number>> = {
  AVAILABLE: 0.97,
  CHARGING: 0.6,
  RESERVED: 0.4,
  BLOCKED: 0.3,
  UNKNOWN: PRIOR,
  PLANNED: 0,
  REMOVED: 0,
  INOPERATIVE: 0.05,
  OUTOFORDER: 0.05,
};
/** After this long a status is half forgotten. */
const HALF_LIFE_S = 3_600;

/** Not there (yet), whatever time passes. */
export const isGone = (status: EvseStatus): boolean => status === 'PLANNED' || status === 'REMOVED';

/** Probability that at least one of these EVSEs works on arrival, and the age of the newest thing known. */
export function worksProbability(
  evses: readonly ChargingLocation['evses'][number][],
  nowMs: number,
): { readonly probability: number; readonly statusAgeS: number | null } {
  let noneWorks = 1;
  let newestMs: number | undefined;
  for (const evse of evses) {
    const fresh = WHEN_FRESH[evse.status];
    const ageS = Math.max(0, (nowMs - evse.lastUpdatedAtMs) / 1000);
    const trust = 0.5 ** (ageS / HALF_LIFE_S);
    noneWorks *= 1 - (isGone(evse.status) ? 0 : PRIOR + (fresh - PRIOR) * trust);
    if (evse.status !== 'UNKNOWN') newestMs = Math.max(newestMs ?? 0, evse.lastUpdatedAtMs);
  }
  return {
    probability: Math.min(PLACE_CAP, 1 - noneWorks),
    statusAgeS: newestMs === undefined ? null : Math.max(0, (nowMs - newestMs) / 1000),
  };
}
