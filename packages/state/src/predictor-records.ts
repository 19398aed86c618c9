import type {
  Alert,
  NewRestraint,
  RestraintAnswer,
  RuleLoad,
  RuleRestraint,
  StretchLabel,
} from '@outrider/domain';

// Checkpoints and alerts, written by the predictor; the outbox of every writer.

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
  /** Stretches that ended; each is written once. */
  readonly labels: readonly LabelRow[];
  /** Alerts that interrupt; of each the first counts. Absent: none. */
  readonly firings?: readonly FiringRow[];
  /** Alerts whose warnings people turned out to have acted on: who heard them doubts their rule no more. Absent: none. */
  readonly heeded?: readonly string[];
}

export interface PredictorState {
  readCheckpoint(partition: number): Promise<Checkpoint | undefined>;
  readVehicles(partition: number): Promise<readonly VehicleBlob[]>;
  /** Of one vehicle: the blobs kept under these ids, as they were checkpointed last. */
  findVehicles(ids: readonly string[]): Promise<readonly VehicleBlob[]>;
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

/** An alert that interrupts, and when. */
export interface FiringRow {
  readonly alertId: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly vehicleId: string;
  /** Event time. */
  readonly atMs: number;
}

export interface RuleFirings {
  /** Cars for which alerts of this text of a rule interrupted first in that time, both ends included. */
  countCars(asked: {
    readonly ruleId: string;
    readonly ruleVersion: string;
    readonly fromMs: number;
    readonly toMs: number;
  }): Promise<number>;
}

/** What the warnings of one stretch were worth. `labelId` names the stretch to nobody. */
export interface LabelRow {
  readonly labelId: string;
  readonly label: StretchLabel;
  /** Of a car that does not exist; absent: of a real one. */
  readonly isSynthetic?: boolean;
}

export interface QualityLabels {
  /**
   * Of this day and later, the newest days first; `onlyWarned`: of stretches with a warning. Of real cars unless
   * `isSynthetic`: never of both.
   */
  listSince(
    fromDayMs: number,
    limit: number,
    options?: { readonly onlyWarned?: boolean; readonly isSynthetic?: boolean },
  ): Promise<readonly StretchLabel[]>;
  /** How many there are of this day and later. */
  countSince(fromDayMs: number, options: { readonly isSynthetic: boolean }): Promise<number>;
}

/** Rules that may raise silent cards only: decided by the predictor, answered by operators. */
export interface Restraints {
  /** Newest first, each with the newest answer; over ones too. */
  list(limit: number): Promise<readonly RuleRestraint[]>;
  /** One that is there stays as it is: false. */
  raise(restraint: NewRestraint): Promise<boolean>;
  /** Another text of its rule runs. False when it is not there, or over. */
  end(restraintId: string, atMs: number): Promise<boolean>;
  answer(restraintId: string, answer: RestraintAnswer): Promise<void>;
}

/** Folders of rules that were read; written by the predictor. */
export interface RuleLoads {
  /** One that is there stays as it is. */
  append(load: RuleLoad): Promise<void>;
  /** Newest first; `beforeMs`: only older ones. */
  list(options: { readonly limit: number; readonly beforeMs?: number }): Promise<readonly RuleLoad[]>;
  /** The newest that was not refused. */
  newestTaken(): Promise<RuleLoad | undefined>;
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
  /**
   * Runs `work`, which publishes this writer's rows, while no other process does: rows of two processes would
   * mix, and an old one come after a new one. Rejects when its turn does not come within some seconds.
   */
  inTurn<T>(writer: OutboxRow['writer'], work: () => Promise<T>): Promise<T>;
  /** Ids that exist, published or not, are left alone. */
  insert(rows: readonly OutboxRow[]): Promise<void>;
  /** Oldest first, in order of writing. */
  pending(writer: OutboxRow['writer'], limit: number): Promise<readonly OutboxRow[]>;
  /** Keeps the id, forgets what was published. */
  markPublished(outboxIds: readonly string[]): Promise<void>;
}
