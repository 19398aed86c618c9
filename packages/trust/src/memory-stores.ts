import type { StoredAssignment, StoredConsent, StoredKey, StoredOwnership, TrustStores } from './ports.ts';

/** What the tests look at besides the ports. */
export interface MemoryStores extends TrustStores {
  readonly rows: {
    readonly ownerships: StoredOwnership[];
    readonly assignments: Map<string, StoredAssignment>;
    readonly consents: StoredConsent[];
    readonly keys: Map<string, StoredKey>;
    readonly audit: string[];
  };
  /** How often ownerships were read. */
  readCount(): number;
  /** The next read of consents waits for this. */
  delayConsents(until: Promise<void>): void;
}

/** Stores for this package's tests: lists in memory, without transactions. */
export function memoryStores(): MemoryStores {
  const rows: MemoryStores['rows'] = {
    ...{ ownerships: [], assignments: new Map(), consents: [] },
    ...{ keys: new Map(), audit: [] },
  };
  let readCount = 0;
  let delay = Promise.resolve();
  return {
    rows,
    readCount: () => readCount,
    delayConsents(until) {
      delay = until;
    },
    keys: {
      async insert(key) {
        rows.keys.set(key.keyId, key);
      },
      load: async (ids) => [...rows.keys.values()].filter(({ vehicleId }) => ids.includes(vehicleId)),
      async destroy(keyId, atMs) {
        const key = rows.keys.get(keyId);
        if (!key?.secret) return false;
        rows.keys.set(keyId, { ...key, secret: null, destroyedAtMs: atMs });
        return true;
      },
    },
    vehicles: {
      async insertOwnership(ownership) {
        rows.ownerships.push(ownership);
      },
      async endOwnership(vehicleId, personId, toMs) {
        const index = rows.ownerships.findIndex(
          (row) => row.vehicleId === vehicleId && row.personId === personId && row.toMs === null,
        );
        const found = rows.ownerships[index];
        if (found) rows.ownerships[index] = { ...found, toMs };
        return found !== undefined;
      },
      async ownerships(ids) {
        readCount += 1;
        return rows.ownerships.filter(({ vehicleId }) => ids.includes(vehicleId));
      },
    },
    assignments: memoryAssignments(rows.assignments),
    consents: {
      async insert(consent) {
        rows.consents.push(consent);
      },
      async current(ids) {
        const found = newest(rows.consents.filter(({ vehicleId }) => ids.includes(vehicleId)));
        await delay;
        return found;
      },
    },
    quarantineKeys: memoryQuarantineKeys(),
    audit: {
      async append({ atMs, actor, action, purpose, vehicleId }) {
        rows.audit.push([atMs, actor, action, purpose, vehicleId].join(' '));
      },
    },
    transaction: (work) => work(),
  };
}

function newest(consents: readonly StoredConsent[]): StoredConsent[] {
  const byId = new Map<string, StoredConsent>();
  for (const consent of consents) {
    const id = `${consent.personId} ${consent.vehicleId} ${consent.purpose}`;
    if ((byId.get(id)?.atMs ?? 0) <= consent.atMs) byId.set(id, consent);
  }
  return [...byId.values()];
}

function memoryQuarantineKeys(): TrustStores['quarantineKeys'] {
  const quarantine = new Map<string, { readonly secret: Uint8Array; readonly fromMs: number }>();
  return {
    async insert({ keyId, ...key }) {
      if (!quarantine.has(keyId)) quarantine.set(keyId, key);
    },
    find: async (keyId) => quarantine.get(keyId),
    async deleteBefore(fromMs) {
      const old = [...quarantine].filter(([, key]) => key.fromMs < fromMs);
      for (const [keyId] of old) quarantine.delete(keyId);
      return old.length;
    },
  };
}

function memoryAssignments(rows: Map<string, StoredAssignment>): TrustStores['assignments'] {
  const removeWhere = (isGone: (one: StoredAssignment) => boolean): void => {
    for (const [id, one] of [...rows]) if (isGone(one)) rows.delete(id);
  };
  return {
    async insert(assignment) {
      rows.set(assignment.assignmentId, assignment);
    },
    find: async (id) => rows.get(id),
    async end(id, toMs) {
      const found = rows.get(id);
      if (found === undefined || (found.toMs !== null && found.toMs <= toMs)) return false;
      rows.set(id, { ...found, toMs: Math.max(toMs, found.fromMs) });
      return true;
    },
    ofVehicles: async (ids) => [...rows.values()].filter(({ vehicleId }) => ids.includes(vehicleId)),
    removeOver: async (id, beforeMs) =>
      removeWhere(({ vehicleId, toMs }) => vehicleId === id && toMs !== null && toMs < beforeMs),
    removeOfKey: async (id) => removeWhere(({ keyId }) => keyId === id),
  };
}
