import type { Purpose } from '@outrider/domain';

// Keys, consents, tokens, audit; written by the api.

export interface SubjectKey {
  readonly keyId: string;
  readonly vehicleId: string;
  /** 32 bytes; null once destroyed: what it sealed cannot be read again. */
  readonly secret: Uint8Array | null;
  readonly createdAtMs: number;
  readonly destroyedAtMs: number | null;
}

export interface Keys {
  insert(key: SubjectKey): Promise<void>;
  load(vehicleIds: readonly string[]): Promise<readonly SubjectKey[]>;
  destroy(keyId: string, atMs: number): Promise<boolean>;
}

/** For what came without a known subject: one key for everybody and a stretch of time, deleted early. */
export interface QuarantineKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** Begin of the stretch of time it seals. */
  readonly fromMs: number;
}

export interface QuarantineKeys {
  /** A key whose id exists is left alone: processes agree on the first. */
  insert(key: QuarantineKey): Promise<void>;
  find(keyId: string): Promise<QuarantineKey | undefined>;
  /** Deletes the keys that began before `fromMs`; what they sealed cannot be read again. */
  deleteBefore(fromMs: number): Promise<number>;
}

/** Append-only: the newest row of (person, vehicle, purpose) holds. */
export interface Consent {
  readonly personId: string;
  readonly vehicleId: string;
  readonly purpose: Purpose;
  readonly isGranted: boolean;
  /** Which text the person saw. */
  readonly textVersion: string;
  readonly atMs: number;
}

export interface Consents {
  insert(consent: Consent): Promise<void>;
  /** Newest per (person, vehicle, purpose). */
  current(vehicleIds: readonly string[]): Promise<readonly Consent[]>;
}

export type Role = 'driver' | 'crew' | 'operator' | 'product' | 'admin';

export type Token =
  | {
      readonly kind: 'device';
      readonly tokenHash: string;
      readonly vehicleId: string;
      readonly createdAtMs: number;
      readonly revokedAtMs: number | null;
    }
  | {
      /** A program's; a page's, until it is too old; what begins a page's once. */
      readonly kind: 'person' | 'session' | 'sign-in';
      readonly tokenHash: string;
      readonly personId: string;
      readonly role: Role;
      readonly createdAtMs: number;
      readonly revokedAtMs: number | null;
    };

export interface Tokens {
  insert(token: Token): Promise<void>;
  findByHash(tokenHash: string): Promise<Token | undefined>;
  /** Revokes by hash. */
  revoke(tokenHash: string, atMs: number): Promise<boolean>;
  listOfVehicle(vehicleId: string): Promise<readonly Token[]>;
  /** Roles of which the person has a token that holds. */
  rolesOf(personId: string): Promise<readonly Role[]>;
  /** Everybody who has a token of one of these roles that holds, once per role, by id. */
  holdersOf(roles: readonly Role[]): Promise<readonly { readonly personId: string; readonly role: Role }[]>;
  /** Those of programs: whoever has only a page open may lose it. */
  countAdmins(): Promise<number>;
  /** Forgets what of that kind a person was given before `createdBeforeMs`. */
  prune(personId: string, kind: 'session' | 'sign-in', createdBeforeMs: number): Promise<void>;
}

/** Every read of a person's data by somebody else, and every change of trust. */
export interface AuditEntry {
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly purpose: Purpose | null;
  readonly vehicleId: string | null;
}

export interface Audit {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(vehicleId: string, limit: number): Promise<readonly AuditEntry[]>;
}
