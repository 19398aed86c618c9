import type { ChannelName, NotificationState, Severity, SuppressReason } from '@outrider/domain';
import type { Person } from '@outrider/state';
import type { DigestKind } from './digest.ts';
import type { DrivingState } from './driving-state.ts';
import type { Rate } from './rates.ts';

/** What one stage thinks of one message to one person on one channel. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** Nobody is told; the reason is stored. */
  | { readonly kind: 'suppress'; readonly reason: SuppressReason }
  /** Not before `untilMs` (event time); asked again then. */
  | { readonly kind: 'hold'; readonly reason: SuppressReason; readonly untilMs: number }
  /** No interruption: a silent card on the feed, nothing on other channels. */
  | { readonly kind: 'silent'; readonly reason: SuppressReason };

export const PASS: Verdict = { kind: 'pass' };
export const suppress = (reason: SuppressReason): Verdict => ({ kind: 'suppress', reason });
export const silent = (reason: SuppressReason): Verdict => ({ kind: 'silent', reason });
export const hold = (reason: SuppressReason, untilMs: number): Verdict => ({ kind: 'hold', reason, untilMs });

/** What an alert's step has to say, given what this person was told about it before. */
export type Saying = 'interrupt' | 'card' | 'update' | 'resolve' | 'nothing-new' | 'never-told';

/** What a message rested on, kept with it so that the next step can be compared. */
export interface Basis {
  /** Hash of the text. */
  readonly says: string;
  /** Kind and target of the best remedy. */
  readonly remedyKey: string;
  /** Kind and target of everything that was advised. */
  readonly offered: readonly string[];
  readonly probability: number | null;
  readonly stopName: string | null;
}

/** A message decided on before. */
export interface Told {
  readonly notificationId: string;
  readonly alertId: string;
  readonly revision: number;
  readonly ruleId: string;
  readonly subject: string;
  readonly channel: ChannelName | null;
  readonly state: NotificationState;
  readonly severity: Severity;
  readonly interrupts: boolean;
  readonly purpose: 'alert' | 'update' | 'resolve';
  readonly reason: string | null;
  /** When it was decided, or released after being held; event time. */
  readonly atMs: number;
  /** Undefined when nothing was to be said, or it cannot be read any more. */
  readonly basis: Basis | undefined;
}

/** Has reached somebody, or is about to. */
export const isTold = (told: Told): boolean =>
  told.state === 'sent' || told.state === 'delivered' || told.state === 'read' || told.state === 'waiting';

/** Held back to be told together with others: the digest spoke for it. */
export const isTogether = ({ reason }: { readonly reason: string | null }): boolean =>
  reason === 'digest' || reason === 'flood';

/** How long nobody may have answered until others are told; 0 = they never are. */
export type EscalationSteps = Readonly<
  Record<Exclude<Severity, 'info'>, { readonly dispatcherMs: number; readonly crewMs: number }>
>;

/** Numbers the stages compare with; from the settings. */
export interface Limits {
  readonly minGapMs: number;
  /** What another rule said about the same stop longer ago belongs to another decision. */
  readonly decisionMs: number;
  readonly bundleWindowMs: number;
  readonly escalateAfterMs: number;
  /** How long to wait before asking again whether the car is parked. */
  readonly movingRecheckMs: number;
  readonly rates: readonly Rate[];
  /** Of one channel to one person; the first message of a critical alert jumps them. Absent: no limit of its own. */
  readonly channelRates: Partial<Readonly<Record<ChannelName, readonly Rate[]>>>;
  /** The same for service crews, critical ones included. */
  readonly crewRates: readonly Rate[];
  readonly escalation: EscalationSteps;
  /** Whoever looks after more cars than this is told of some warnings together. */
  readonly digestCars: number;
  /** More than so many in that time are a flood. */
  readonly flood: Rate;
  readonly declineStep: number;
  readonly declineLastsMs: number;
  readonly doubtLastsMs: number;
}

/** A message to somebody who is not the driver, because the driver did not answer. */
export interface Escalation {
  /** Event time; undefined when somebody has answered. */
  readonly dueAtMs: number | undefined;
  /** When this person was interrupted, or is about to be before this message. */
  readonly interruptedAtMs: readonly number[];
  readonly rates: readonly Rate[];
}

/** Known both when a message is decided on and when it is sent. */
export interface SendFacts {
  readonly nowMs: number;
  readonly recipient: Person | undefined;
  /** They have a part in the car now, or are to forget what they were told when they had. */
  readonly isTheirs: boolean;
  /** `trust` allows `alert_driver` for this person and car. */
  readonly isAllowed: boolean;
  readonly channel: ChannelName;
  readonly severity: Severity;
  readonly interrupts: boolean;
  readonly driving: DrivingState;
  readonly expiresAtMs: number;
  readonly deadlineAtMs: number | undefined;
  /** How long a message that may not reach a driver waits. */
  readonly movingHoldMs: number;
  /** Decided while driving: sent only when the first channel went unnoticed. */
  readonly isFollowUp: boolean;
  /** Somebody has seen or answered this alert at this or a later revision. */
  readonly hasReceipt: boolean;
  readonly escalation?: Escalation | undefined;
  /** This person is told of it among others; absent: by itself. */
  readonly digest?: DigestKind | undefined;
}

/** Everything a decision may rest on. Stages name the part they read. */
export interface Facts extends SendFacts {
  readonly alertId: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly stopName: string | undefined;
  readonly probability: number | undefined;
  readonly saying: Saying;
  /** What this person was told about this vehicle, newest first. */
  readonly history: readonly Told[];
  /** When this person was interrupted, whatever the vehicle; one entry per message, event time. */
  readonly interruptedAtMs: readonly number[];
  /** When this person was interrupted on that channel, or it was decided on, whatever the vehicle. */
  readonly interruptedOn: (channel: ChannelName) => readonly number[];
  /** What this person said to this advice before. */
  readonly answer:
    | { readonly kind: 'on-it' | 'declined'; readonly atMs: number; readonly probability: number }
    | undefined;
  /** What this person called not useful of this rule, one after the other. */
  readonly doubts:
    | { readonly times: number; readonly atMs: number; readonly probability: number }
    | undefined;
  readonly limits: Limits;
}

/** One reason not to speak. Pure: time and state are arguments. */
export interface Stage<F> {
  readonly name: string;
  decide(facts: F): Verdict;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
export const severityRank = (severity: Severity): number => RANK[severity];

/** A tolerance: 0.65 − 0.5 is not quite 0.15 in binary. */
export const isStepUp = (before: number, now: number, step: number): boolean => now - before >= step - 1e-9;
