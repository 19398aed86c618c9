import type { Alert } from '@outrider/domain';
import {
  type Basis,
  type Facts,
  isTold,
  PASS,
  type Saying,
  severityRank,
  suppress,
  type Told,
  type Verdict,
} from '../stage.ts';

/**
 * What a step of an alert has to say to somebody who was told `told` about this alert (newest first, without
 * messages that still wait). It interrupts the first time, and again only if it got graver, the remedy is
 * another one or the probability doubled – and never within the minimum gap, unless it became critical.
 */
export function sayingOf(
  alert: Pick<Alert, 'state' | 'severity' | 'probability'>,
  basis: Basis,
  told: readonly Told[],
  nowMs: number,
  minGapMs: number,
): Saying {
  const reached = told.filter(isTold);
  if (alert.state === 'resolved') return reached.length > 0 ? 'resolve' : 'never-told';
  const newest = reached[0];
  if (alert.severity === 'info') {
    if (newest === undefined) return 'card';
    return isSame(newest, alert, basis) ? 'nothing-new' : 'update';
  }
  // Whoever was interrupted by a bundle was interrupted by each of its alerts.
  const last = reached.find((one) => one.interrupts || one.reason === 'bundled');
  if (last === undefined) return 'interrupt';
  if (hasReasonToInterrupt(last, alert, basis)) {
    const becameCritical = alert.severity === 'critical' && last.severity !== 'critical';
    if (becameCritical || nowMs - last.atMs >= minGapMs) return 'interrupt';
  }
  return newest !== undefined && isSame(newest, alert, basis) ? 'nothing-new' : 'update';
}

function hasReasonToInterrupt(
  last: Told,
  alert: Pick<Alert, 'severity' | 'probability'>,
  basis: Basis,
): boolean {
  if (severityRank(alert.severity) > severityRank(last.severity)) return true;
  if (last.basis === undefined || basis.remedyKey !== last.basis.remedyKey) return true;
  const before = last.basis.probability;
  return before !== null && alert.probability !== undefined && alert.probability >= 2 * before;
}

const isSame = (told: Told, alert: Pick<Alert, 'severity'>, basis: Basis): boolean =>
  told.severity === alert.severity && told.basis?.says === basis.says;

export const dedup = {
  name: 'dedup',
  decide({ saying }: Pick<Facts, 'saying'>): Verdict {
    if (saying === 'nothing-new') return suppress('duplicate');
    if (saying === 'never-told') return suppress('resolved-silently');
    return PASS;
  },
};
