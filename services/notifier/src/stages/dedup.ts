import type { Alert } from '@outrider/domain';
import {
  type Basis,
  type Facts,
  isStepUp,
  isTogether,
  isTold,
  type Limits,
  PASS,
  type Saying,
  suppress,
  type Told,
  type Verdict,
} from '../stage.ts';

/** What this person was told before a step of an alert, newest first, without messages that still wait. */
export interface ToldBefore {
  readonly aboutAlert: readonly Told[];
  /** About the same stop, whichever rule spoke; this alert's messages included. */
  readonly aboutStop: readonly Told[];
  /** What they said to this advice, and how likely the failure was then. */
  readonly answer: Facts['answer'];
}

/** So many messages about one decision, unless there is new advice. */
const MESSAGES_PER_DECISION = 2;

/**
 * What a step of an alert has to say to somebody who was told `told` before. A stop interrupts the first time,
 * whichever rule speaks; again only with advice that was not given yet, when the probability doubled or grew
 * by a step since an answer, or once
 * when half of the time to the advice's deadline has passed – and never within the minimum gap.
 */
export function sayingOf(
  alert: Pick<Alert, 'alertId' | 'state' | 'severity' | 'probability' | 'remedies' | 'repeatsAtHalfLead'>,
  basis: Basis,
  told: ToldBefore,
  nowMs: number,
  limits: Pick<Limits, 'minGapMs' | 'decisionMs' | 'declineStep'>,
): Saying {
  const reached = told.aboutAlert.filter(isTold);
  if (alert.state === 'resolved') return reached.length > 0 ? 'resolve' : 'never-told';
  const newest = reached[0];
  const silently = newest === undefined ? 'card' : isSame(newest, alert, basis) ? 'nothing-new' : 'update';
  if (alert.severity === 'info') return silently;
  // Whoever was interrupted by a bundle or a digest was interrupted by each of its alerts.
  const interrupted = told.aboutStop.filter(
    (one) =>
      (isTogether(one) || (isTold(one) && (one.interrupts || one.reason === 'bundled'))) &&
      (one.alertId === alert.alertId || nowMs - one.atMs < limits.decisionMs),
  );
  const last = interrupted[0];
  if (last === undefined) return 'interrupt';
  if (nowMs - last.atMs < limits.minGapMs) return silently;
  // Whoever was told and can do nothing about it is not helped by hearing it again.
  const isWorthIt =
    basis.remedyKey !== 'none' &&
    (isNewAdvice(basis, interrupted) ||
      isWorseThanAnswered(alert, told.answer, limits.declineStep) ||
      hasDoubled(alert, interrupted) ||
      isHalfWayToDeadline(alert, interrupted, last, nowMs));
  return isWorthIt ? 'interrupt' : silently;
}

/** Turning back to where one was told to stay is not new. */
function isNewAdvice(basis: Basis, interrupted: readonly Told[]): boolean {
  const offered = interrupted.flatMap((one) => one.basis?.offered ?? []);
  if (offered.includes(basis.remedyKey)) return false;
  const [kind, target] = basis.remedyKey.split(':', 2);
  return kind !== 'turn-back' || !offered.some((key) => key.split(':', 2)[1] === target);
}

function hasDoubled(alert: Pick<Alert, 'alertId' | 'probability'>, interrupted: readonly Told[]): boolean {
  const before = interrupted.find((one) => one.alertId === alert.alertId)?.basis?.probability;
  return before != null && alert.probability !== undefined && alert.probability >= 2 * before;
}

/** They answered to a smaller risk than this. */
const isWorseThanAnswered = (
  { probability }: Pick<Alert, 'probability'>,
  answer: ToldBefore['answer'],
  step: number,
): boolean =>
  answer !== undefined && probability !== undefined && isStepUp(answer.probability, probability, step);

/** Half of the time from the last message to the last moment of the advice has passed. */
function isHalfWayToDeadline(
  alert: Pick<Alert, 'remedies' | 'repeatsAtHalfLead'>,
  interrupted: readonly Told[],
  last: Told,
  nowMs: number,
): boolean {
  const deadlineAtMs = alert.remedies[0]?.deadlineAtMs;
  if (alert.repeatsAtHalfLead !== true || deadlineAtMs === undefined || deadlineAtMs <= nowMs) return false;
  const messages = new Set(interrupted.map((one) => `${one.alertId} ${one.revision}`));
  return messages.size < MESSAGES_PER_DECISION && nowMs - last.atMs >= deadlineAtMs - nowMs;
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
