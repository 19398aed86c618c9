// Written by the api.

export interface TripRow {
  readonly tripId: string;
  readonly vehicleId: string;
  readonly revision: number;
  readonly departAtMs: number;
  readonly isWithdrawn: boolean;
  /** The domain `Trip` as JSON, sealed. */
  readonly keyId: string;
  readonly box: string;
}

export interface Trips {
  /** Inserts or replaces when `revision` is newer; false when the stored one is as new. */
  upsert(row: TripRow): Promise<boolean>;
  find(tripId: string): Promise<TripRow | undefined>;
  /** Latest departure first. */
  listOf(vehicleId: string, limit: number): Promise<readonly TripRow[]>;
}
