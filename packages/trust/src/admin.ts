import { randomBytes } from 'node:crypto';
import { type Part, PURPOSES, type Purpose } from '@outrider/domain';
import { type Clock, randomId } from '@outrider/runtime';
import { isPurpose } from './policy.ts';
import type { StoredAssignment, TrustStores } from './ports.ts';
import { isAssignedAt } from './told.ts';

/** Changes of trust. Each is one transaction, is written to the audit trail, and holds in this process at once. */
export interface TrustAdmin {
  /**
   * A new ownership period with its own key; every purpose is off unless `consents` switches it on.
   * Person and vehicle exist already. Rejects when somebody owns the vehicle during that period.
   */
  registerOwnership(registration: Registration): Promise<{ readonly keyId: string }>;
  /** @throws RangeError for a purpose that is not on the list */
  recordConsent(consent: ConsentChange): Promise<void>;
  /** The data stays its owner's; a next period gets a new key. False when this person owns it no longer. */
  endOwnership(end: OwnershipEnd): Promise<boolean>;
  /**
   * Destroys the keys of all periods of this person and vehicle, and ends the one that is still open: places
   * of those periods cannot be read again anywhere. Says how many keys it destroyed.
   */
  eraseOwnership(erasure: Erasure): Promise<number>;
  /**
   * Gives a person a part in the vehicle for a time, under the ownership there is when it begins. The person exists
   * already. What was over a month ago is removed. Undefined when nobody owns the vehicle then.
   * @throws RangeError when it ends before it begins
   */
  assign(assignment: NewAssignment): Promise<StoredAssignment | undefined>;
  /** Whoever had the part has it no longer. False when it is over already, or of another vehicle. */
  endAssignment(end: AssignmentEnd): Promise<boolean>;
}

interface Change {
  readonly vehicleId: string;
  readonly personId: string;
  /** Who does it, for the audit trail: an id, never a name. */
  readonly actor: string;
  /** When; event time now unless given. */
  readonly atMs?: number;
}

export interface Registration extends Change {
  readonly fromMs: number;
  readonly consents: Partial<Readonly<Record<Purpose, boolean>>>;
  /** Which text the person saw. */
  readonly textVersion: string;
}

export interface ConsentChange extends Change {
  readonly purpose: Purpose;
  readonly isGranted: boolean;
  readonly textVersion: string;
}

export interface OwnershipEnd extends Change {
  /** Exclusive. */
  readonly toMs: number;
}

export type Erasure = Change;

/** `personId` is who gets the part. */
export interface NewAssignment extends Change {
  readonly part: Part;
  readonly fromMs: number;
  /** Exclusive; null = until it is ended. */
  readonly toMs: number | null;
}

export interface AssignmentEnd extends Omit<Change, 'personId'> {
  readonly assignmentId: string;
}

/** Who drove when is kept no longer than trips are. */
const ASSIGNMENTS_KEPT_MS = 30 * 86_400_000;

export function createTrustAdmin(
  stores: TrustStores,
  eventClock: Clock,
  forget: (vehicleId: string) => void,
): TrustAdmin {
  /** Forgets at the end even when it failed: a lost answer to the commit does not say that nothing changed. */
  async function change<T>({ vehicleId }: Pick<Change, 'vehicleId'>, work: () => Promise<T>): Promise<T> {
    try {
      return await stores.transaction(work);
    } finally {
      forget(vehicleId);
    }
  }
  const now = ({ atMs }: Pick<Change, 'atMs'>): number => atMs ?? eventClock.nowMs();
  const note = (by: Omit<Change, 'personId'>, action: string, purpose: Purpose | null = null) =>
    stores.audit.append({ atMs: now(by), actor: by.actor, action, purpose, vehicleId: by.vehicleId });

  async function insertConsent(by: Change, purpose: Purpose, isGranted: boolean, textVersion: string) {
    const { personId, vehicleId } = by;
    await stores.consents.insert({ personId, vehicleId, purpose, isGranted, textVersion, atMs: now(by) });
    await note(by, isGranted ? 'consent-granted' : 'consent-refused', purpose);
  }

  return {
    registerOwnership: (registration) =>
      change(registration, async () => {
        const { vehicleId, personId, fromMs, consents, textVersion } = registration;
        refuseUnknownPurposes(Object.keys(consents));
        const keyId = randomId('key');
        const createdAtMs = now(registration);
        await stores.keys.insert({
          keyId,
          vehicleId,
          secret: randomBytes(32),
          createdAtMs,
          destroyedAtMs: null,
        });
        await stores.vehicles.insertOwnership({ vehicleId, personId, keyId, fromMs, toMs: null });
        await note(registration, 'ownership-registered');
        for (const purpose of Object.keys(PURPOSES) as Purpose[]) {
          await insertConsent(registration, purpose, consents[purpose] === true, textVersion);
        }
        return { keyId };
      }),
    recordConsent: (consent) =>
      change(consent, async () => {
        refuseUnknownPurposes([consent.purpose]);
        await insertConsent(consent, consent.purpose, consent.isGranted === true, consent.textVersion);
      }),
    endOwnership: (end) =>
      change(end, async () => {
        const isEnded = await stores.vehicles.endOwnership(end.vehicleId, end.personId, end.toMs);
        if (isEnded) await note(end, 'ownership-ended');
        return isEnded;
      }),
    eraseOwnership: (erasure) => change(erasure, () => erase(stores, erasure, now(erasure), note)),
    assign: (wanted) =>
      change(wanted, async () => {
        const assignment = await insertAssignment(stores, wanted, now(wanted));
        if (assignment !== undefined) await note(wanted, `assigned ${wanted.part} ${wanted.personId}`);
        return assignment;
      }),
    endAssignment: (end) =>
      change(end, async () => {
        const found = await stores.assignments.find(end.assignmentId);
        if (found?.vehicleId !== end.vehicleId) return false;
        const isEnded = await stores.assignments.end(end.assignmentId, now(end));
        if (isEnded) await note(end, `assignment-ended ${found.part} ${found.personId}`);
        return isEnded;
      }),
  };
}

async function insertAssignment(
  stores: TrustStores,
  { vehicleId, personId, part, fromMs, toMs }: NewAssignment,
  nowMs: number,
): Promise<StoredAssignment | undefined> {
  if (toMs !== null && toMs <= fromMs) throw new RangeError('an assignment ends before it begins');
  const owned = (await stores.vehicles.ownerships([vehicleId])).find((one) => isAssignedAt(one, fromMs));
  if (owned === undefined) return undefined;
  await stores.assignments.removeOver(vehicleId, nowMs - ASSIGNMENTS_KEPT_MS);
  const assignmentId = randomId('asg');
  const assignment = { assignmentId, vehicleId, personId, part, keyId: owned.keyId, fromMs, toMs };
  await stores.assignments.insert(assignment);
  return assignment;
}

async function erase(
  stores: TrustStores,
  erasure: Erasure,
  atMs: number,
  note: (by: Change, action: string) => Promise<void>,
): Promise<number> {
  const { vehicleId, personId } = erasure;
  const all = await stores.vehicles.ownerships([vehicleId]);
  let destroyedCount = 0;
  for (const period of all.filter((ownership) => ownership.personId === personId)) {
    if (period.toMs === null) {
      // A period that would begin only later ends where it begins.
      await stores.vehicles.endOwnership(vehicleId, personId, Math.max(atMs, period.fromMs));
      await note(erasure, 'ownership-ended');
    }
    await stores.assignments.removeOfKey(period.keyId);
    if (await stores.keys.destroy(period.keyId, atMs)) {
      await note(erasure, 'key-destroyed');
      destroyedCount += 1;
    }
  }
  return destroyedCount;
}

function refuseUnknownPurposes(words: readonly string[]): void {
  const unknown = words.find((word) => !isPurpose(word));
  if (unknown !== undefined) throw new RangeError(`"${unknown}" is not a purpose data may be used for`);
}
