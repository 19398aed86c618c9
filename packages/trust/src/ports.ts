import type { Part, Purpose } from '@outrider/domain';

// What trust needs from a store. The state package's `keys`, `consents`, `vehicles` … satisfy these as they are.

export interface StoredKey {
  readonly keyId: string;
  readonly vehicleId: string;
  /** 32 bytes; null once destroyed. */
  readonly secret: Uint8Array | null;
  readonly createdAtMs: number;
  readonly destroyedAtMs: number | null;
}

export interface KeyStore {
  insert(key: StoredKey): Promise<void>;
  load(vehicleIds: readonly string[]): Promise<readonly StoredKey[]>;
  destroy(keyId: string, atMs: number): Promise<boolean>;
}

export interface StoredOwnership {
  readonly vehicleId: string;
  readonly personId: string;
  readonly keyId: string;
  readonly fromMs: number;
  /** Exclusive; null = still. */
  readonly toMs: number | null;
}

export interface OwnershipStore {
  insertOwnership(ownership: StoredOwnership): Promise<void>;
  endOwnership(vehicleId: string, personId: string, toMs: number): Promise<boolean>;
  ownerships(vehicleIds: readonly string[]): Promise<readonly StoredOwnership[]>;
}

/** Who has which part in a vehicle for a time, under the ownership of `keyId`. */
export interface StoredAssignment {
  readonly assignmentId: string;
  readonly vehicleId: string;
  readonly personId: string;
  readonly part: Part;
  readonly keyId: string;
  readonly fromMs: number;
  /** Exclusive; null = still. */
  readonly toMs: number | null;
}

export interface AssignmentStore {
  insert(assignment: StoredAssignment): Promise<void>;
  find(assignmentId: string): Promise<StoredAssignment | undefined>;
  end(assignmentId: string, toMs: number): Promise<boolean>;
  ofVehicles(vehicleIds: readonly string[]): Promise<readonly StoredAssignment[]>;
  removeOver(vehicleId: string, beforeMs: number): Promise<void>;
  removeOfKey(keyId: string): Promise<void>;
}

export interface StoredConsent {
  readonly personId: string;
  readonly vehicleId: string;
  readonly purpose: Purpose;
  readonly isGranted: boolean;
  readonly textVersion: string;
  readonly atMs: number;
}

export interface ConsentStore {
  insert(consent: StoredConsent): Promise<void>;
  /** Newest per (person, vehicle, purpose). */
  current(vehicleIds: readonly string[]): Promise<readonly StoredConsent[]>;
}

export interface QuarantineKeyStore {
  /** Leaves an existing id alone. */
  insert(key: {
    readonly keyId: string;
    readonly secret: Uint8Array;
    readonly fromMs: number;
  }): Promise<void>;
  find(keyId: string): Promise<{ readonly secret: Uint8Array; readonly fromMs: number } | undefined>;
  deleteBefore(fromMs: number): Promise<number>;
}

export interface AuditTrail {
  append(entry: {
    readonly atMs: number;
    readonly actor: string;
    readonly action: string;
    readonly purpose: Purpose | null;
    readonly vehicleId: string | null;
  }): Promise<void>;
}

export interface TrustStores {
  readonly keys: KeyStore;
  readonly consents: ConsentStore;
  readonly vehicles: OwnershipStore;
  readonly assignments: AssignmentStore;
  readonly quarantineKeys: QuarantineKeyStore;
  readonly audit: AuditTrail;
  /** All of `work` or nothing; the stores' calls made inside are part of it. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
}
