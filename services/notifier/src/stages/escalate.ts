import type { Part, Severity } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import {
  type EscalationSteps,
  hold,
  isTogether,
  PASS,
  type SendFacts,
  suppress,
  type Verdict,
} from '../stage.ts';

/**
 * When somebody who is not the driver is told: so long after the driver was first interrupted and nobody answered.
 * Undefined when they are not: a silent card, nothing that could be done about it, a driver who was not interrupted,
 * or somebody has answered.
 * @param rows of the alert, whoever they are for
 * @param drivers the current drivers' among them, since they have the car
 */
export function escalatesAtMs(
  part: Exclude<Part, 'driver'>,
  { severity, hasRemedy }: { readonly severity: Severity; readonly hasRemedy: boolean },
  rows: readonly NotificationRow[],
  drivers: readonly NotificationRow[],
  steps: EscalationSteps,
): number | undefined {
  if (severity === 'info' || !hasRemedy) return undefined;
  const { dispatcherMs, crewMs } = steps[severity];
  const afterMs = part === 'crew' ? crewMs : dispatcherMs;
  if (afterMs === 0) return undefined;
  const answeredRevision = Math.max(0, ...rows.filter(isRead).map(({ revision }) => revision));
  const unanswered = drivers.filter((row) => isAsking(row) && row.revision > answeredRevision);
  if (unanswered.length === 0) return undefined;
  return Math.min(...unanswered.map(({ createdAtMs }) => createdAtMs)) + afterMs;
}

const isRead = ({ state }: NotificationRow): boolean => state === 'read';

/** It interrupted the driver, by itself or among others, or was to and could not reach them. */
const isAsking = (row: NotificationRow): boolean =>
  row.purpose === 'alert' &&
  (isTogether(row) || (row.interrupts && (row.state !== 'suppressed' || row.reason === 'no-channel')));

/**
 * The next channel, and the next person, is used only when the first went unnoticed. A follow-up to the same person
 * is decided with the message itself, held for the time a receipt may take and for as long as the car moves, and
 * dropped on a receipt. One to somebody else is held for its step, dropped when anybody answered, and waits for its
 * turn when that person was interrupted too often.
 */
export const escalate = {
  name: 'escalate',
  decide({
    nowMs,
    isFollowUp,
    hasReceipt,
    escalation,
  }: Pick<SendFacts, 'nowMs' | 'isFollowUp' | 'hasReceipt' | 'escalation'>): Verdict {
    if (escalation === undefined) return isFollowUp && hasReceipt ? suppress('acknowledged') : PASS;
    const { dueAtMs, interruptedAtMs, rates } = escalation;
    if (dueAtMs === undefined) return suppress('acknowledged');
    if (dueAtMs > nowMs) return hold('escalation', dueAtMs);
    const freeAtMs = rates.map(({ count, windowMs }) => {
      const within = interruptedAtMs.filter((atMs) => nowMs - atMs < windowMs).toSorted((a, b) => a - b);
      // Free when so many have left the window that one less than the rate allows is in it.
      const last = within[within.length - count];
      return last === undefined ? nowMs : last + windowMs;
    });
    const untilMs = Math.max(nowMs, ...freeAtMs);
    return untilMs > nowMs ? hold('escalation', untilMs) : PASS;
  },
};
