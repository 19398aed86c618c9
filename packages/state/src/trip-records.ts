// Written by the api.

export interface TripRow {
  readonly tripId: string;
  readonly vehicleId: string;
  readonly revision: number;
  readonly departAtMs: number;
  readonly isWithdrawn: boolean;
  /** Where it comes from and is moved by; null once a person made or changed it. */
  readonly sourceId: string | null;
  /** The domain `Trip` as JSON, sealed. */
  readonly keyId: string;
  readonly box: string;
}

/** Where a list of trips goes on. */
export type TripCursor = Pick<TripRow, 'departAtMs' | 'tripId'>;

export interface Trips {
  /** Inserts or replaces when `revision` is newer; false when the stored one is as new. */
  upsert(row: TripRow): Promise<boolean>;
  find(tripId: string): Promise<TripRow | undefined>;
  /** Latest departure first, then by id; those behind `after`. */
  listOf(vehicleId: string, limit: number, after?: TripCursor): Promise<readonly TripRow[]>;
  /**
   * Those that departed before `beforeMs`, earliest first, but for revisions whose end is in the outbox already
   * under `endOutboxId`.
   */
  listEnded(vehicleId: string, beforeMs: number, limit: number): Promise<readonly TripRow[]>;
  /** Those of a source that are not withdrawn and depart at `fromMs` or later, latest first. */
  listOfSource(sourceId: string, fromMs: number): Promise<readonly TripRow[]>;
}

/** The outbox row that ends a revision of a plan for all readers. */
export const endOutboxId = ({ tripId, revision }: Pick<TripRow, 'tripId' | 'revision'>): string =>
  `${tripId}/${revision}/end`;

/** A calendar or a weekly habit that trips of a car come from. */
export interface TripSourceRow {
  readonly sourceId: string;
  readonly vehicleId: string;
  readonly kind: 'ical' | 'weekly';
  readonly createdAtMs: number;
  /** What the driver said of it, a calendar's secret address included, as JSON, sealed. */
  readonly keyId: string;
  readonly box: string;
}

export interface TripSources {
  insert(row: TripSourceRow): Promise<void>;
  find(sourceId: string): Promise<TripSourceRow | undefined>;
  /** False when it is not there. */
  remove(sourceId: string): Promise<boolean>;
  listOf(vehicleId: string): Promise<readonly TripSourceRow[]>;
  /** All of them, by id, after `afterId`. */
  list(afterId: string, limit: number): Promise<readonly TripSourceRow[]>;
}
