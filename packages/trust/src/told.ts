import type { Part } from '@outrider/domain';
import type { StoredAssignment, StoredOwnership } from './ports.ts';

/** Somebody who may be told of a vehicle's warnings, and as what. */
export interface Recipient {
  readonly personId: string;
  /** An owner without a driver on shift is their own driver. */
  readonly part: Part;
  /** Since when they have that part; what others were told before is not theirs. */
  readonly sinceMs: number;
}

/** From is inclusive, to is not. */
export const isAssignedAt = (assignment: Pick<StoredAssignment, 'fromMs' | 'toMs'>, atMs: number): boolean =>
  assignment.fromMs <= atMs && (assignment.toMs === null || atMs < assignment.toMs);

/**
 * THE decision who may be told of what happened at these instants (a warning's beginning and change, and now):
 * nobody when the car was sold in between. Else whoever has a part in the car NOW, whenever the warning began: who
 * takes over a car takes over its warnings. With a driver on shift the owner is not told. Whether the owner agreed
 * to any of it is `decide`'s answer for `alert_driver`.
 */
export function whoMayBeTold(
  ownerships: readonly StoredOwnership[],
  assignments: readonly StoredAssignment[],
  instantsMs: readonly number[],
  nowMs: number,
): readonly Recipient[] {
  const owned = ownerships.find((period) =>
    [...instantsMs, nowMs].every((atMs) => isAssignedAt(period, atMs)),
  );
  if (owned === undefined) return [];
  const assigned = assignments
    .filter((one) => one.keyId === owned.keyId && isAssignedAt(one, nowMs))
    .toSorted((one, other) => PART_ORDER.indexOf(one.part) - PART_ORDER.indexOf(other.part))
    .map(({ personId, part, fromMs }): Recipient => ({ personId, part, sinceMs: fromMs }));
  const hasDriver = assigned.some(({ part }) => part === 'driver');
  const owner: Recipient = { personId: owned.personId, part: 'driver', sinceMs: owned.fromMs };
  const all = hasDriver ? assigned : [owner, ...assigned];
  // Whoever has two parts is told as the nearer to the wheel.
  return all.filter((one, at) => all.findIndex(({ personId }) => personId === one.personId) === at);
}

const PART_ORDER: readonly Part[] = ['driver', 'co-driver', 'dispatcher', 'crew'];
