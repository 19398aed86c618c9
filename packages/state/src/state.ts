import type { Alert, ChannelName, Notification, NotificationState, Purpose } from '@outrider/domain';

/**
 * Operational state: who, what car, which plan, what was said. One set of queries (kysely) for every
 * dialect; each table has one writing service. Bodies that name places are sealed by the caller.
 */
export interface State {
  readonly people: People;
  readonly vehicles: Vehicles;
  readonly keys: Keys;
  readonly quarantineKeys: QuarantineKeys;
  readonly consents: Consents;
  readonly tokens: Tokens;
  readonly trips: Trips;
  readonly alerts: Alerts;
  readonly predictor: PredictorState;
  readonly notifications: Notifications;
  readonly outbox: Outbox;
  readonly audit: Audit;
  /**
   * All of `work` or nothing. Every call made inside `work` uses the same transaction, nested `transaction`
   * calls too; concurrent callers queue. When a nested one fails, all of it fails, even if `work` catches that.
   */
  transaction<T>(work: (state: State) => Promise<T>): Promise<T>;
  /** The database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

// --- people and cars (writer: api) -----------------------------------------------------------------

export interface Person {
  readonly personId: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly webhookUrl: string | null;
  /** Standard Webhooks secret `whsec_…`. */
  readonly webhookSecret: string | null;
  readonly language: string;
  readonly units: 'metric' | 'imperial';
  /** IANA name. */
  readonly timeZone: string;
  /** Local minutes after midnight; null = none. */
  readonly quietFromMinute: number | null;
  readonly quietToMinute: number | null;
  /** Channels the person switched on, best first. */
  readonly channels: readonly ChannelName[];
  readonly createdAtMs: number;
}

export interface People {
  insert(person: Person): Promise<void>;
  update(personId: string, change: Partial<Omit<Person, 'personId' | 'createdAtMs'>>): Promise<boolean>;
  find(personId: string): Promise<Person | undefined>;
}

export interface Vehicle {
  readonly vehicleId: string;
  readonly label: string;
  /** Catalogue id of packages/energy. */
  readonly modelId: string;
  /** Personal; only here. */
  readonly vin: string | null;
  /** Sealed `{lat, lon}` of home, or null. */
  readonly homeSealed: { readonly keyId: string; readonly box: string } | null;
  readonly reserveSocPct: number;
  readonly createdAtMs: number;
}

/** Vehicle × owner × from–to. Data of a period belongs to its owner alone. */
export interface Ownership {
  readonly vehicleId: string;
  readonly personId: string;
  readonly keyId: string;
  readonly fromMs: number;
  /** Exclusive; null = still. */
  readonly toMs: number | null;
}

export interface Vehicles {
  insert(vehicle: Vehicle): Promise<void>;
  update(vehicleId: string, change: Partial<Omit<Vehicle, 'vehicleId' | 'createdAtMs'>>): Promise<boolean>;
  find(vehicleId: string): Promise<Vehicle | undefined>;
  /** All vehicles, by id, after `afterId`. */
  list(afterId: string, limit: number): Promise<readonly Vehicle[]>;
  listOf(personId: string, atMs: number): Promise<readonly Vehicle[]>;
  /** @throws OwnershipOverlap when somebody owns the vehicle during part of that period. */
  insertOwnership(ownership: Ownership): Promise<void>;
  /** Ends the period that is still open; false when this person has none, or it begins after `toMs`. */
  endOwnership(vehicleId: string, personId: string, toMs: number): Promise<boolean>;
  ownerships(vehicleIds: readonly string[]): Promise<readonly Ownership[]>;
}

// --- trust (writer: api) ------------------------------------------------------------------------------

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

export type Token =
  | {
      readonly kind: 'device';
      readonly tokenHash: string;
      readonly vehicleId: string;
      readonly createdAtMs: number;
      readonly revokedAtMs: number | null;
    }
  | {
      readonly kind: 'person';
      readonly tokenHash: string;
      readonly personId: string;
      readonly role: 'driver' | 'crew' | 'operator' | 'product' | 'admin';
      readonly createdAtMs: number;
      readonly revokedAtMs: number | null;
    };

export interface Tokens {
  insert(token: Token): Promise<void>;
  findByHash(tokenHash: string): Promise<Token | undefined>;
  /** Revokes by hash. */
  revoke(tokenHash: string, atMs: number): Promise<boolean>;
  listOfVehicle(vehicleId: string): Promise<readonly Token[]>;
  countAdmins(): Promise<number>;
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

// --- trips (writer: api) ---------------------------------------------------------------------------

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

// --- predictor: checkpoint and alerts (writer: predictor) --------------------------------------------

export interface Checkpoint {
  readonly partition: number;
  /** Who wrote it; a newer owner of the partition has a larger one. */
  readonly generation: number;
  /** Next offset per topic. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly savedAtMs: number;
}

export interface VehicleBlob {
  readonly vehicleId: string;
  readonly version: number;
  /** Sealed. */
  readonly keyId: string;
  readonly box: Uint8Array;
}

export interface CheckpointWrite {
  readonly partition: number;
  /** The row must still be as it was read (undefined = no row yet): otherwise nothing is written. */
  readonly previous:
    | { readonly generation: number; readonly offsets: ReadonlyMap<string, number> }
    | undefined;
  readonly next: Checkpoint;
  /** Vehicles whose state changed since the last checkpoint. */
  readonly vehicles: readonly VehicleBlob[];
  /**
   * New or changed alerts; each is also an outbox row for `alerts.v1`. A stored alert is replaced by a newer
   * revision, or by a later change within the same revision; otherwise it stays.
   */
  readonly alerts: readonly AlertRow[];
  readonly outbox: readonly OutboxRow[];
}

export interface PredictorState {
  readCheckpoint(partition: number): Promise<Checkpoint | undefined>;
  readVehicles(partition: number): Promise<readonly VehicleBlob[]>;
  /** One transaction. False when somebody else moved the checkpoint: drop the memory and read again. */
  writeCheckpoint(write: CheckpointWrite): Promise<boolean>;
}

export interface AlertRow {
  readonly alertId: string;
  readonly vehicleId: string;
  readonly revision: number;
  readonly ruleId: string;
  readonly subject: string;
  readonly state: Alert['state'];
  readonly severity: Alert['severity'];
  readonly startedAtMs: number;
  readonly changedAtMs: number;
  readonly expiresAtMs: number;
  /** The domain `Alert` as JSON, sealed. */
  readonly keyId: string;
  readonly box: string;
}

export interface Alerts {
  find(alertId: string): Promise<AlertRow | undefined>;
  /** Newest first, by start; `before` continues a list after the `startedAtMs` it ended with. */
  listOf(
    vehicleId: string,
    options: { readonly limit: number; readonly onlyFiring?: boolean; readonly before?: number },
  ): Promise<readonly AlertRow[]>;
  /** Of all vehicles, latest change first. */
  listFiring(limit: number): Promise<readonly AlertRow[]>;
}

/** A record that must reach the bus; written with the state it belongs to, published by a relay. */
export interface OutboxRow {
  /** Also the record's dedupe id: writing it again changes nothing. */
  readonly outboxId: string;
  readonly writer: 'predictor' | 'api' | 'notifier';
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

export interface Outbox {
  /** Ids that exist, published or not, are left alone. */
  insert(rows: readonly OutboxRow[]): Promise<void>;
  /** Oldest first, in order of writing. */
  pending(writer: OutboxRow['writer'], limit: number): Promise<readonly OutboxRow[]>;
  /** Keeps the id, forgets what was published. */
  markPublished(outboxIds: readonly string[]): Promise<void>;
}

// --- notifier (writer: notifier) ---------------------------------------------------------------------

export interface NotificationRow {
  readonly notificationId: string;
  readonly alertId: string;
  readonly revision: number;
  readonly vehicleId: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly personId: string | null;
  readonly channel: ChannelName | null;
  readonly state: NotificationState;
  readonly severity: Notification['severity'];
  readonly interrupts: boolean;
  readonly purpose: Notification['purpose'];
  readonly reason: string | null;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly expiresAtMs: number;
  /** Not to be tried before this, event time. */
  readonly notBeforeMs: number;
  readonly attempts: number;
  /** What the channel sends, as JSON, sealed; null when nothing is to be sent. */
  readonly keyId: string | null;
  readonly box: string | null;
}

export interface ClaimedNotification {
  readonly row: NotificationRow;
  readonly leaseId: string;
}

export interface Notifications {
  /** Rows whose id exists are left alone: the same alert step decides once. */
  insert(rows: readonly NotificationRow[]): Promise<void>;
  find(notificationId: string): Promise<NotificationRow | undefined>;
  /** Waiting rows that are due (event time) and not leased (real time), oldest first, leased until `leaseUntilMs`. */
  claim(options: {
    readonly nowMs: number;
    readonly realNowMs: number;
    readonly leaseUntilMs: number;
    readonly leaseId: string;
    readonly limit: number;
  }): Promise<readonly ClaimedNotification[]>;
  /**
   * Only the holder of the lease may finish, which ends the lease; false when it went to somebody else.
   * Null finishes a row that nobody holds.
   */
  finish(
    notificationId: string,
    leaseId: string | null,
    change: {
      readonly state: NotificationState;
      readonly reason: string | null;
      readonly changedAtMs: number;
      readonly attempts: number;
      readonly notBeforeMs?: number;
      /** Not to be claimed before this, real clock: the delay of a retry. Absent = at once. */
      readonly leaseUntilMs?: number;
    },
  ): Promise<boolean>;
  /** Newest first. */
  listOfVehicle(vehicleId: string, sinceMs: number, limit: number): Promise<readonly NotificationRow[]>;
  listOfAlert(alertId: string): Promise<readonly NotificationRow[]>;
  countWaiting(): Promise<number>;
  /** The notifier's own offsets, stored with its rows. */
  readOffsets(partition: number): Promise<ReadonlyMap<string, number>>;
  writeOffset(partition: number, topic: string, nextOffset: number): Promise<void>;
  /** Declined advice: stays silent unless the margin worsens. */
  insertDecline(decline: {
    readonly vehicleId: string;
    readonly ruleId: string;
    readonly subject: string;
    readonly atMs: number;
    readonly probability: number;
  }): Promise<void>;
  /** The newest. */
  findDecline(
    vehicleId: string,
    ruleId: string,
    subject: string,
  ): Promise<{ readonly atMs: number; readonly probability: number } | undefined>;
}
