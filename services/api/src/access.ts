import type { Purpose } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import type { Ownership, State } from '@outrider/state';
import type { DenyReason, Role, Trust } from '@outrider/trust';
import { HELPER_ROLES, type Principal } from './credentials.ts';
import { ApiError, notFound } from './errors.ts';

/** Time a person may look at: from inclusive, to exclusive. */
export interface Period {
  readonly keyId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one request may read of one vehicle. */
export interface Grant {
  readonly vehicleId: string;
  readonly purpose: Purpose;
  /** Oldest first; never empty. */
  readonly periods: readonly Period[];
  /** The box's bytes, or undefined when they belong to somebody else's time or can no longer be read. */
  open(keyId: string, box: Uint8Array | string): Uint8Array | undefined;
}

/** How the audit trail names who did something: an id, never a name. */
export const actorOf = ({ personId, role }: Principal): string => `${role} ${personId}`;

/** Later than any record. */
const FOREVER_MS = 7_258_118_400_000;

const isHelper = (role: Role): boolean => (HELPER_ROLES as readonly Role[]).includes(role);

/** Who may touch which vehicle. The decision is packages/trust's; here it becomes an answer or an ApiError. */
export interface Access {
  /**
   * What the principal may read of a vehicle, `action` being the words for the owner's list of reads.
   * @throws ApiError not-found for a vehicle of somebody else, no-consent or erased for one's own
   */
  read(principal: Principal, vehicleId: string, action: string): Promise<Grant>;
  /**
   * What somebody with a part in the car, now or a moment ago, may read of it: what they were told of.
   * @throws ApiError not-found for everybody else
   */
  readPart(principal: Principal, vehicleId: string): Promise<Grant>;
  /**
   * The ownership now, for who may say who has which part in the car: the owner, and helpers while the owner wants
   * to be warned. @throws ApiError not-found for everybody else
   */
  assign(principal: Principal, vehicleId: string): Promise<Ownership>;
  /** The owner now. @throws ApiError not-found for everybody else */
  own(principal: Principal, vehicleId: string): Promise<Ownership>;
  /** @throws ApiError not-found when the key is not that of the ownership now; null is of no ownership */
  refuseSold(vehicleId: string, keyId: string | null): Promise<void>;
  /** As `own`, and some purpose is switched on for which data may be kept. */
  write(principal: Principal, vehicleId: string): Promise<Ownership>;
}

interface Deps {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
}

export function createAccess(deps: Deps): Access {
  const own: Access['own'] = async (principal, vehicleId) => {
    const current = await ownershipNow(deps, vehicleId);
    if (current?.personId !== principal.personId) throw notFound();
    await deps.trust.prepare([vehicleId]);
    return current;
  };
  return {
    read: (principal, vehicleId, action) => read(deps, principal, vehicleId, action),
    async readPart(principal, vehicleId) {
      const keyIds = (await loadParts(deps, principal)).get(vehicleId) ?? new Set();
      const owned = await deps.state.vehicles.ownerships([vehicleId]);
      const periods = owned
        .filter(({ keyId }) => keyIds.has(keyId))
        .map(({ keyId, fromMs, toMs }) => ({ keyId, fromMs, toMs: toMs ?? FOREVER_MS }));
      if (periods.length === 0) throw notFound();
      return grant(deps.trust, vehicleId, 'alert_driver', periods);
    },
    async assign(principal, vehicleId) {
      if (!isHelper(principal.role)) return own(principal, vehicleId);
      const current = await ownershipNow(deps, vehicleId);
      if (current === undefined) throw notFound();
      await deps.trust.prepare([vehicleId]);
      if (sift(deps, principal, 'alert_driver', [current]).periods.length === 0) throw notFound();
      return current;
    },
    own,
    async refuseSold(vehicleId, keyId) {
      const current = await ownershipNow(deps, vehicleId);
      if (current === undefined || (keyId !== null && current.keyId !== keyId)) throw notFound();
    },
    async write(principal, vehicleId) {
      const current = await own(principal, vehicleId);
      const isWanted = (['alert_driver', 'show_driver'] as const).some(
        (purpose) => sift(deps, principal, purpose, [current]).periods.length > 0,
      );
      if (!isWanted) throw new ApiError('no-consent');
      return current;
    },
  };
}

/** How long what somebody was told stays theirs to see after their part ended: long enough to take it back. */
const PART_LINGERS_MS = 3_600_000;

/** Vehicles the person has a part in, or had a moment ago, with the key of the ownership it was given under. */
export async function loadParts(
  { state, trust, eventClock }: Deps,
  { personId, role }: Principal,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const nowMs = eventClock.nowMs();
  const all = await state.assignments.ofPerson(personId, nowMs - PART_LINGERS_MS);
  const begun = all.filter(({ fromMs, toMs }) => fromMs <= nowMs && toMs !== fromMs);
  await trust.prepare(begun.map(({ vehicleId }) => vehicleId));
  const parts = new Map<string, Set<string>>();
  for (const { vehicleId, keyId, fromMs, toMs } of begun) {
    const aboutToMs = Math.min(nowMs, (toMs ?? Number.POSITIVE_INFINITY) - 1);
    const actor = { kind: 'person', personId, role } as const;
    const asked = { purpose: 'alert_driver', vehicleId, actor, aboutFromMs: fromMs, aboutToMs } as const;
    if (trust.decide(asked).kind !== 'allow') continue;
    parts.set(vehicleId, (parts.get(vehicleId) ?? new Set()).add(keyId));
  }
  return parts;
}

async function ownershipNow({ state, eventClock }: Deps, vehicleId: string): Promise<Ownership | undefined> {
  const nowMs = eventClock.nowMs();
  const owned = await state.vehicles.ownerships([vehicleId]);
  return owned.find(({ fromMs, toMs }) => fromMs <= nowMs && (toMs === null || toMs > nowMs));
}

async function read(deps: Deps, principal: Principal, vehicleId: string, action: string): Promise<Grant> {
  const { state, trust, eventClock } = deps;
  const owned = await state.vehicles.ownerships([vehicleId]);
  if (owned.length === 0) throw notFound();
  await trust.prepare([vehicleId]);
  const mine = owned.filter(({ personId }) => personId === principal.personId);
  if (mine.length > 0) {
    const { periods, refusal } = sift(deps, principal, 'show_driver', mine);
    if (periods.length > 0) return grant(trust, vehicleId, 'show_driver', periods);
    throw refuseOwner(refusal);
  }
  if (!isHelper(principal.role)) throw notFound();
  const { periods } = sift(deps, principal, 'alert_driver', owned);
  if (periods.length === 0) throw notFound();
  // First the owner's list of reads, then the read: when it cannot be written nothing is shown.
  await state.audit.append({
    atMs: eventClock.nowMs(),
    actor: actorOf(principal),
    action,
    purpose: 'alert_driver',
    vehicleId,
  });
  return grant(trust, vehicleId, 'alert_driver', periods);
}

/** Periods of `owned` that `purpose` opens to the principal, and the first reason among the others. */
function sift(
  { trust, eventClock }: Deps,
  { personId, role }: Principal,
  purpose: Purpose,
  owned: readonly Ownership[],
): { readonly periods: readonly Period[]; readonly refusal: DenyReason | undefined } {
  const periods: Period[] = [];
  let refusal: DenyReason | undefined;
  for (const { vehicleId, keyId, fromMs, toMs } of owned) {
    const decision = trust.decide({
      purpose,
      vehicleId,
      actor: { kind: 'person', personId, role },
      aboutFromMs: fromMs,
      aboutToMs: toMs ?? Math.max(fromMs, eventClock.nowMs()),
    });
    if (decision.kind === 'allow') periods.push({ keyId, fromMs, toMs: toMs ?? FOREVER_MS });
    else refusal ??= decision.reason;
  }
  return { periods, refusal };
}

function grant(trust: Trust, vehicleId: string, purpose: Purpose, periods: readonly Period[]): Grant {
  const reader = trust.reader(purpose);
  return {
    vehicleId,
    purpose,
    periods,
    open(keyId, box) {
      if (!periods.some((period) => period.keyId === keyId)) return undefined;
      const bytes = typeof box === 'string' ? Buffer.from(box, 'base64url') : box;
      const opened = reader.open(vehicleId, keyId, bytes);
      return opened.kind === 'opened' ? opened.bytes : undefined;
    },
  };
}

function refuseOwner(reason: DenyReason | undefined): ApiError {
  if (reason === 'no-consent') return new ApiError('no-consent');
  if (reason === 'key-destroyed' || reason === 'unreadable') return new ApiError('erased');
  return notFound();
}
