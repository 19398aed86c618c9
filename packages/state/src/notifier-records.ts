import type {
  ChannelName,
  Notification,
  NotificationState,
  NotUsefulBecause,
  OpinionCount,
  SuppressReason,
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

/** What comes to be known of a message besides what its sender sees; `atMs` in event time. */
export type Word =
  /** A provider's or a person's. */
  | { readonly kind: 'delivered' | 'undelivered' | 'seen'; readonly atMs: number }
  /** Ours: it is not to be sent any more. */
  | { readonly kind: 'dropped'; readonly reason: SuppressReason; readonly atMs: number };

/** What a person said to advice of a rule: it stays silent for them unless it gets worse. */
export interface AnswerRow {
  readonly personId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly kind: 'on-it' | 'declined';
  readonly atMs: number;
  /** Of what the rule warns of, when they answered. */
  readonly probability: number;
}

/** Warnings of a rule that a person called not useful, one after the other. */
export interface DoubtRow {
  readonly personId: string;
  readonly ruleId: string;
  readonly times: number;
  /** The newest of them: said twice of one warning it counts once. */
  readonly alertId: string;
  readonly atMs: number;
  /** The highest of what those warned of. */
  readonly probability: number;
}

/** An alert that a person was interrupted with, or would have been, had others not come before it. */
export interface AskedAlert {
  readonly alertId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  /** The highest it had. */
  readonly severity: Notification['severity'];
  /** When they were asked last, or it came to their turn; event time. It may lie ahead. */
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  /** It was taken back since. */
  readonly isOver: boolean;
  /** Held back by a flood, among others. */
  readonly isFlood: boolean;
}

export interface ClaimedNotification {
  readonly row: NotificationRow;
  readonly leaseId: string;
  /** Noted under a lease that nobody ended. */
  readonly words: readonly Word[];
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
   * Null finishes a row that nobody holds. What was noted is forgotten: it is heeded by then.
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
      /** What the provider calls the message, where it says so. */
      readonly providerId?: string;
    },
  ): Promise<boolean>;
  /** Keeps a word for whoever is sending the row: they alone may change it. False when nobody is. */
  note(notificationId: string, word: Word): Promise<boolean>;
  /** What was noted since the row was claimed first, oldest first; read in the transaction that finishes. */
  words(notificationId: string): Promise<readonly Word[]>;
  /** Newest first. */
  listOfVehicle(vehicleId: string, sinceMs: number, limit: number): Promise<readonly NotificationRow[]>;
  /** Newest first, whichever vehicle they are about. */
  listOfPerson(personId: string, sinceMs: number, limit: number): Promise<readonly NotificationRow[]>;
  listOfAlert(alertId: string): Promise<readonly NotificationRow[]>;
  /**
   * What a person was asked about, one entry per alert, the longest ago first. Who decides on it within a transaction
   * is alone with that person until its end.
   */
  listAsked(personId: string, sinceMs: number): Promise<readonly AskedAlert[]>;
  /** Of one person and rule about one subject, whichever the vehicle, oldest first. */
  listOfSubject(
    of: Pick<NotificationRow, 'ruleId' | 'subject'> & { readonly personId: string },
    sinceMs: number,
  ): Promise<readonly NotificationRow[]>;
  /** What its provider calls the newest message to this person about the alert on this channel. */
  providerIdOf(message: {
    readonly alertId: string;
    readonly personId: string;
    readonly channel: ChannelName;
  }): Promise<string | undefined>;
  countWaiting(): Promise<number>;
  /** Given up for good, the newest first; `beforeSequence` continues a list after the one it ended with. */
  listFailed(page: {
    readonly beforeSequence?: number | undefined;
    readonly limit: number;
  }): Promise<readonly { readonly sequence: number; readonly notificationId: string }[]>;
  /** One that was given up waits again, under its own id. False when it is no such one. */
  replay(notificationId: string, nowMs: number): Promise<boolean>;
  /** The notifier's own offsets, stored with its rows. */
  readOffsets(partition: number): Promise<ReadonlyMap<string, number>>;
  writeOffset(partition: number, topic: string, nextOffset: number): Promise<void>;
  /** An answer to advice; of one person about the same advice the newest is kept. */
  insertAnswer(answer: AnswerRow): Promise<void>;
  /** In place of what was kept of this person and rule. */
  putDoubts(doubts: DoubtRow): Promise<void>;
  findDoubts(personId: string, ruleId: string): Promise<DoubtRow | undefined>;
  /** Of this person, by rule. */
  listDoubts(personId: string): Promise<readonly DoubtRow[]>;
  /** They found one useful, or take it back. False when there was none. */
  clearDoubts(personId: string, ruleId: string): Promise<boolean>;
  /** Answers up to the first of these instants, and doubts up to the second, count no more. Event time. */
  forgetAnswers(until: { readonly answeredByMs: number; readonly doubtedByMs: number }): Promise<void>;
  findAnswer(
    of: Pick<AnswerRow, 'personId' | 'vehicleId' | 'ruleId' | 'subject'>,
  ): Promise<Pick<AnswerRow, 'kind' | 'atMs' | 'probability'> | undefined>;
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

/** What the feed says about a car's trip: whether it is watched. */
export interface WatchLineRow {
  readonly vehicleId: string;
  readonly tripId: string;
  /** Whom it is for. */
  readonly personId: string;
  readonly state: 'watching' | 'not-watching' | 'ended';
  /** Grows with every change that is told, for as long as the trip lasts. */
  readonly revision: number;
  readonly startedAtMs: number;
  readonly changedAtMs: number;
  /** When the forecast was made that it rests on; event time. */
  readonly madeAtMs: number;
  /** Until when that forecast may be shown; null: nothing runs out. */
  readonly validUntilMs: number | null;
  /** Nobody shows the line after this. */
  readonly expiresAtMs: number;
  /** Its words and figures, as JSON, sealed. */
  readonly keyId: string;
  readonly box: string;
}

/** One line per car: that of its newest trip. */
export interface WatchLines {
  find(vehicleId: string): Promise<WatchLineRow | undefined>;
  put(row: WatchLineRow): Promise<void>;
  /** By vehicle. */
  listOf(vehicleIds: readonly string[]): Promise<readonly WatchLineRow[]>;
  /** Those that may be shown until before `beforeMs`, the oldest first. */
  listOverdue(beforeMs: number, limit: number): Promise<readonly WatchLineRow[]>;
}
