import type { Purpose } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import type { SubjectFacts } from './decide.ts';
import type { StoredAssignment, StoredConsent, StoredKey, StoredOwnership, TrustStores } from './ports.ts';
import { type SealingKey, sealingKey } from './seal.ts';

/** One vehicle's owners, consents and keys, as read at one moment. */
export interface Subject extends SubjectFacts {
  /** Undefined: no such key; null: destroyed. */
  key(keyId: string): SealingKey | null | undefined;
}

/** What was read of the stores, kept for a short time so that sealing and deciding need not wait. */
export interface Subjects {
  /** Reads what is missing or has spent half of its time, so that a batch after it has the other half. */
  prepare(vehicleIds: Iterable<string>): Promise<void>;
  /** Not older than `cacheMs`, for decisions. */
  fresh(vehicleId: string): Subject | undefined;
  /** As last read, for sealing: to seal for an owner of a minute ago loses nothing. */
  lastRead(vehicleId: string): Subject | undefined;
  /** The next `prepare` reads it again. */
  expire(vehicleId: string): void;
  /** As if it had never been read. */
  forget(vehicleId: string): void;
}

interface Entry {
  readonly subject: Subject;
  readonly readAtMs: number;
  isExpired: boolean;
}

/** Vehicles nobody prepared for this many times `cacheMs` leave the memory. */
const KEPT_CACHE_TIMES = 10;

type ReadStores = Pick<TrustStores, 'keys' | 'consents' | 'vehicles' | 'assignments'>;

export function createSubjects(stores: ReadStores, realClock: Clock, cacheMs: number): Subjects {
  const entries = new Map<string, Entry>();
  let changes = 0;
  let sweptAtMs = realClock.nowMs();
  const ageMs = (entry: Entry): number => realClock.nowMs() - entry.readAtMs;

  const needsReading = (vehicleId: string): boolean => {
    const entry = entries.get(vehicleId);
    if (entry === undefined || entry.isExpired || ageMs(entry) >= cacheMs / 2) return true;
    // A vehicle without owner may be registered any moment, and its first frame should not wait.
    return entry.subject.ownerships.length === 0;
  };

  function sweep(): void {
    if (realClock.nowMs() - sweptAtMs < cacheMs) return;
    sweptAtMs = realClock.nowMs();
    for (const [id, entry] of entries) if (ageMs(entry) >= cacheMs * KEPT_CACHE_TIMES) entries.delete(id);
  }

  return {
    async prepare(vehicleIds) {
      sweep();
      const ids = [...new Set(vehicleIds)].filter(needsReading);
      if (ids.length === 0) return;
      let changesBefore: number;
      let subjects: ReadonlyMap<string, Subject>;
      let readAtMs: number;
      do {
        // What was changed while it was read may have been read as it was before: read again.
        changesBefore = changes;
        readAtMs = realClock.nowMs();
        subjects = await readSubjects(stores, ids);
      } while (changes !== changesBefore);
      for (const [id, subject] of subjects) entries.set(id, { subject, readAtMs, isExpired: false });
    },
    fresh(vehicleId) {
      const entry = entries.get(vehicleId);
      return entry && ageMs(entry) < cacheMs ? entry.subject : undefined;
    },
    lastRead: (vehicleId) => entries.get(vehicleId)?.subject,
    expire(vehicleId) {
      const entry = entries.get(vehicleId);
      if (entry) entry.isExpired = true;
    },
    forget(vehicleId) {
      changes += 1;
      entries.delete(vehicleId);
    },
  };
}

async function readSubjects(
  stores: ReadStores,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  // Ownerships first: a period that is seen has its key already.
  const ownerships = Map.groupBy(await stores.vehicles.ownerships(ids), ({ vehicleId }) => vehicleId);
  const keys = Map.groupBy(await stores.keys.load(ids), ({ vehicleId }) => vehicleId);
  const assigned = Map.groupBy(await stores.assignments.ofVehicles(ids), ({ vehicleId }) => vehicleId);
  const consents = Map.groupBy(await stores.consents.current(ids), ({ vehicleId }) => vehicleId);
  return new Map(
    ids.map((id) => [
      id,
      createSubject({
        ownerships: ownerships.get(id) ?? [],
        assignments: assigned.get(id) ?? [],
        storedKeys: keys.get(id) ?? [],
        consents: consents.get(id) ?? [],
      }),
    ]),
  );
}

interface Stored {
  readonly ownerships: readonly StoredOwnership[];
  readonly assignments: readonly StoredAssignment[];
  readonly storedKeys: readonly StoredKey[];
  readonly consents: readonly StoredConsent[];
}

function createSubject({ ownerships, assignments, storedKeys, consents }: Stored): Subject {
  const keys = new Map(
    storedKeys.map(({ keyId, vehicleId, secret }) => [keyId, secret && sealingKey(keyId, vehicleId, secret)]),
  );
  const granted = new Map<string, Set<Purpose>>();
  for (const { personId, purpose, isGranted } of consents)
    if (isGranted) granted.set(personId, (granted.get(personId) ?? new Set()).add(purpose));
  return {
    ownerships: ownerships.toSorted((one, other) => one.fromMs - other.fromMs),
    assignments,
    isGranted: (personId, purpose) => granted.get(personId)?.has(purpose) ?? false,
    key: (keyId) => keys.get(keyId),
  };
}
