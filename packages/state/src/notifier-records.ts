import type {
  ChannelName,
  Notification,
  NotificationState,
  NotUsefulBecause,
  OpinionCount,
} from '@outrider/domain';

// Written by the notifier.

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
  /** Newest first, whichever vehicle they are about. */
  listOfPerson(personId: string, sinceMs: number, limit: number): Promise<readonly NotificationRow[]>;
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

/** A warning that somebody found not useful. `opinionId` names warning and person to nobody. */
export interface OpinionRow {
  readonly opinionId: string;
  /** Start of the UTC day on which it was said. */
  readonly dayMs: number;
  readonly ruleId: string;
  readonly because: NotUsefulBecause | null;
  readonly isSynthetic: boolean;
}

export interface RuleOpinions {
  /** Said again it counts once, with the reason given last. */
  put(opinion: OpinionRow): Promise<void>;
  countSince(fromDayMs: number, options: { readonly isSynthetic: boolean }): Promise<readonly OpinionCount[]>;
}
