import type { Purpose } from '@outrider/domain';
import { permissionFor } from './policy.ts';
import type { StoredAssignment, StoredOwnership } from './ports.ts';
import { isAssignedAt } from './told.ts';
import type { AccessRequest, Decision, DenyReason } from './trust.ts';

/** What is known about a vehicle when somebody asks. */
export interface SubjectFacts {
  /** By `fromMs`, never overlapping. */
  readonly ownerships: readonly StoredOwnership[];
  readonly assignments: readonly StoredAssignment[];
  /** The newest consent of this person for this vehicle and purpose is a yes. */
  isGranted(personId: string, purpose: Purpose): boolean;
}

/**
 * The one decision: role × purpose × ownership period × live consent. Default is deny. A stretch of time is
 * allowed only when every instant of it belongs to an owner for whom the answer is yes.
 */
export function decide(request: AccessRequest, subject: SubjectFacts): Decision {
  const { purpose, actor, aboutFromMs, aboutToMs, dataClass = 'place' } = request;
  const permission = permissionFor(purpose, actor.kind === 'person' ? actor.role : actor.kind);
  if (permission === 'never') return deny('role-may-not');
  if (permission === 'any-but-places' && dataClass !== 'plain') return deny('role-may-not');
  if (subject.ownerships.length === 0) return deny('unknown-vehicle');

  const periods = periodsDuring(subject.ownerships, aboutFromMs, aboutToMs);
  if (periods === undefined) return deny('not-owner');
  if (permission === 'own') {
    const personId = actor.kind === 'person' ? actor.personId : undefined;
    if (periods.some((period) => period.personId !== personId)) return deny('not-owner');
  }
  if (permission === 'assigned') {
    const personId = actor.kind === 'person' ? actor.personId : undefined;
    const mine = subject.assignments.filter(
      (one) => one.personId === personId && isAssignedAt(one, aboutToMs),
    );
    // A part given by one owner opens nothing of the time of another.
    if (!periods.every(({ keyId }) => mine.some((one) => one.keyId === keyId))) return deny('not-assigned');
  }
  if (!periods.every((period) => subject.isGranted(period.personId, purpose))) return deny('no-consent');
  return ALLOW;
}

/** The periods that together cover the stretch without a gap; undefined when there is a gap. */
function periodsDuring(
  ownerships: readonly StoredOwnership[],
  fromMs: number,
  toMs: number,
): readonly StoredOwnership[] | undefined {
  // Also refuses NaN.
  if (!(fromMs <= toMs)) return undefined;
  const periods: StoredOwnership[] = [];
  let coveredToMs = fromMs;
  for (const period of ownerships) {
    const endMs = period.toMs ?? Number.POSITIVE_INFINITY;
    if (period.fromMs > coveredToMs || endMs <= coveredToMs) continue;
    periods.push(period);
    coveredToMs = endMs;
    if (coveredToMs >= toMs) return periods;
  }
  return undefined;
}

const ALLOW: Decision = { kind: 'allow' };
const deny = (reason: DenyReason): Decision => ({ kind: 'deny', reason });
