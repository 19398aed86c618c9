import type { Purpose, SignalClass } from '@outrider/domain';

/**
 * Who may read what, decided in one place. Every read of a person's data names a purpose from the closed
 * list; places are sealed with one key per ownership period (vehicle × owner × from–to), so destroying a
 * key erases the places of that period everywhere.
 */
export interface Trust {
  /**
   * Loads keys and consents of these vehicles and refreshes old ones; then the calls below are synchronous.
   * Call it before every batch: it costs nothing while what is loaded is fresh, and without it readers are
   * refused after a minute (`cacheMs`), so that a withdrawn consent cannot live on in a long-running process.
   */
  prepare(vehicleIds: Iterable<string>): Promise<void>;
  /** @throws UnknownSubject when the vehicle has no key for `atMs` (not registered, not prepared, or erased). */
  seal(vehicleId: string, atMs: number, bytes: Uint8Array): Sealed;
  /** A reader bound to one purpose; it asks `decide` for every box. */
  reader(purpose: Purpose): Reader;
  /** The one decision. Default is deny. */
  decide(request: AccessRequest): Decision;
}

export interface Sealed {
  readonly keyId: string;
  readonly box: Uint8Array;
}

export interface Reader {
  open(vehicleId: string, keyId: string, box: Uint8Array): Opened;
}

export type Opened =
  | { readonly kind: 'opened'; readonly bytes: Uint8Array }
  | { readonly kind: 'denied'; readonly reason: DenyReason };

export interface AccessRequest {
  readonly purpose: Purpose;
  readonly vehicleId: string;
  /** Who asks: the service itself, or a person with a role. */
  readonly actor: Actor;
  /** The time the data is about: ownership is temporal. */
  readonly aboutFromMs: number;
  /** Exclusive; equal to `aboutFromMs` for a single instant. */
  readonly aboutToMs: number;
  /** `place` (the default): positions, routes, destinations and whatever tells them. */
  readonly dataClass?: SignalClass;
}

export type Actor =
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'person'; readonly personId: string; readonly role: Role };

export type Role = 'driver' | 'crew' | 'operator' | 'product' | 'admin';

export type Decision = { readonly kind: 'allow' } | { readonly kind: 'deny'; readonly reason: DenyReason };

export type DenyReason =
  /** Not prepared, or too long ago: prepare and ask again. */
  | 'not-prepared'
  | 'unknown-vehicle'
  | 'no-consent'
  | 'not-owner'
  /** Has no part in the vehicle, or not by then. */
  | 'not-assigned'
  | 'role-may-not'
  | 'key-destroyed'
  | 'unreadable';
