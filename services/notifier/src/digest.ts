import type { Alert, Severity } from '@outrider/domain';
import type { AskedAlert, NotificationRow } from '@outrider/state';
import { type Limits, severityRank } from './stage.ts';

// One message about many cars, to whoever looks after them: when, about which, and whether it interrupts. Pure.

/** `digest`: warnings of a kind that may wait for the others; `flood`: more than anybody can take in. */
export type DigestKind = 'digest' | 'flood';

/** What somebody has to do with a car, and how many more they have. */
export interface Care {
  /** Cars they own or have a part in. */
  readonly cars: number;
  /** Helps, and does not drive: dispatcher or crew. */
  readonly isStaff: boolean;
  /** Sits in the car, or may: what is about it is about them. */
  readonly isInside: boolean;
}

/**
 * A flood begins beyond the rate and ends below half of it, as process industry does it (EEMUA 191: more than 10
 * alarms in 10 minutes, until fewer than 5).
 */
export function isFlood(
  asked: readonly AskedAlert[],
  alertId: string,
  nowMs: number,
  { count, windowMs }: Limits['flood'],
): boolean {
  const others = asked.filter(
    (one) => one.alertId !== alertId && one.askedAtMs <= nowMs && nowMs - one.askedAtMs < windowMs,
  );
  return others.length >= count || (others.some((one) => one.isFlood) && others.length >= count / 2);
}

/** How a person is told of an alert that would interrupt them; undefined: by itself, as ever. */
export function digestKindOf(
  alert: Pick<Alert, 'alertId' | 'severity' | 'isDrill' | 'digestForS' | 'deadlineAtMs'>,
  care: Care,
  asked: readonly AskedAlert[],
  nowMs: number,
  { digestCars, flood }: Pick<Limits, 'digestCars' | 'flood'>,
): DigestKind | undefined {
  const hasMany = care.cars > digestCars;
  if (alert.isDrill === true || care.isInside || !(care.isStaff || hasMany)) return undefined;
  if (isFlood(asked, alert.alertId, nowMs, flood)) return 'flood';
  if (!hasMany || alert.severity !== 'warning' || alert.digestForS === undefined) return undefined;
  // Half of the time there is must be left when it is told.
  const leadMs = (alert.deadlineAtMs ?? Number.POSITIVE_INFINITY) - nowMs;
  return leadMs >= 2 * alert.digestForS * 1000 ? 'digest' : undefined;
}

/** What a digest is about now: warnings of one rule that this person was asked about and that still stand. */
export const membersOf = (
  asked: readonly AskedAlert[],
  ruleId: string,
  nowMs: number,
): readonly AskedAlert[] =>
  asked.filter(
    (one) => one.ruleId === ruleId && !one.isOver && one.askedAtMs <= nowMs && one.expiresAtMs > nowMs,
  );

/** What a digest said, kept with it so that the next one can be compared. */
export interface DigestSaid {
  /** Cars it is about. */
  readonly count: number;
  /** Cars it was about when it interrupted last. */
  readonly interruptedCount: number;
  /** Where all of them are needed, as their warnings call it. */
  readonly place?: string | undefined;
  /** When the first of them has to be decided on, where that is known. */
  readonly byMs?: number | undefined;
}

/** A digest there is: its newest word, and what that said where it can still be read. */
export interface DigestBefore {
  readonly row: NotificationRow;
  readonly said: DigestSaid | undefined;
  /** When it interrupted last; undefined: it has not yet. */
  readonly interruptedAtMs: number | undefined;
}

/** What a digest does now; `notBeforeMs` in event time. */
export type DigestStep =
  | { readonly kind: 'nothing' }
  /** Nobody was told yet, and nothing is left to tell. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'interrupt'; readonly notBeforeMs: number; readonly interruptedCount: number }
  | { readonly kind: 'update' | 'resolve'; readonly interruptedCount: number };

/**
 * It interrupts when it begins, again when it is about twice as many cars or has become graver, and never within the
 * minimum gap; what has changed since the last word and waits is told with it. All else is a silent update.
 * @param waitMs how long a new one waits for others
 */
export function digestStep(
  before: DigestBefore | undefined,
  now: { readonly count: number; readonly severity: Severity; readonly leadVehicleId: string },
  waitMs: number,
  nowMs: number,
  { minGapMs }: Pick<Limits, 'minGapMs'>,
): DigestStep {
  const { count } = now;
  if (before === undefined)
    return count === 0
      ? { kind: 'nothing' }
      : { kind: 'interrupt', notBeforeMs: nowMs + waitMs, interruptedCount: count };
  const { row, said, interruptedAtMs } = before;
  if (row.state === 'waiting' && row.interrupts) {
    if (count === 0) return interruptedAtMs === undefined ? { kind: 'drop' } : end(count);
    if (isSame(before, now)) return { kind: 'nothing' };
    const notBeforeMs = Math.min(row.notBeforeMs, nowMs + waitMs);
    return { kind: 'interrupt', notBeforeMs, interruptedCount: count };
  }
  if (count === 0) return end(said?.interruptedCount ?? 0);
  const interruptedCount = said?.interruptedCount ?? count;
  const isGraver = severityRank(now.severity) > severityRank(row.severity);
  if (isGraver || count >= 2 * interruptedCount) {
    const notBeforeMs = Math.max(nowMs, (interruptedAtMs ?? Number.NEGATIVE_INFINITY) + minGapMs);
    return { kind: 'interrupt', notBeforeMs, interruptedCount: count };
  }
  return isSame(before, now) ? { kind: 'nothing' } : { kind: 'update', interruptedCount };
}

const end = (interruptedCount: number): DigestStep => ({ kind: 'resolve', interruptedCount });

const isSame = (
  { row, said }: DigestBefore,
  now: { readonly count: number; readonly severity: Severity; readonly leadVehicleId: string },
): boolean =>
  said?.count === now.count && row.severity === now.severity && row.vehicleId === now.leadVehicleId;
