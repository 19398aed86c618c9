import type { Role } from './trust-records.ts';

/** A key in somebody's device. Only its public half is known here. */
export interface Passkey {
  /** The device's own id of it, base64url. */
  readonly credentialId: string;
  readonly personId: string;
  /** As whom it signs in. */
  readonly role: Role;
  /** COSE, base64url. */
  readonly publicKey: string;
  /** Grows with each use, on devices that count; a smaller one is a copy's. */
  readonly counter: number;
  readonly createdAtMs: number;
  readonly usedAtMs: number | null;
}

/** Something to sign, once. */
export interface Challenge {
  readonly challenge: string;
  /** Who adds a key; null: somebody who signs in. */
  readonly personId: string | null;
  readonly expiresAtMs: number;
}

export interface Passkeys {
  /** False when the key is there already. */
  insert(passkey: Passkey): Promise<boolean>;
  find(credentialId: string): Promise<Passkey | undefined>;
  /** Oldest first. */
  listOf(personId: string): Promise<readonly Passkey[]>;
  noteUse(credentialId: string, counter: number, atMs: number): Promise<void>;
  /** False when this person has no such key. */
  remove(personId: string, credentialId: string): Promise<boolean>;
  /** False when `countMax` are open; those that are over go first. */
  ask(challenge: Challenge, nowMs: number, countMax: number): Promise<boolean>;
  /** Takes it away: it counts once. Undefined when it was never asked, is over, or was taken. */
  takeChallenge(challenge: string, nowMs: number): Promise<Challenge | undefined>;
}
