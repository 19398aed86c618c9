import type { Alert, ChannelName, Part, Remedy, SuppressReason } from '@outrider/domain';
import { contentId, traceHeader } from '@outrider/runtime';
import type { NotificationRow, Person } from '@outrider/state';
import type { Content } from './content.ts';
import type { DigestKind } from './digest.ts';
import type { DrivingState } from './driving-state.ts';
import { DRILL_STAGES, runStages, STAGES } from './pipeline.ts';
import {
  type Basis,
  type Escalation,
  type Facts,
  type Limits,
  type Saying,
  severityRank,
  type Told,
} from './stage.ts';
import { inhibitorRank } from './stages/inhibit.ts';
import type { Text } from './wording/wording.ts';

// From an alert's step to notification rows, per person. Pure.

/** A card that is no longer true may be taken back for so long after its warning expired. */
const WITHDRAW_FOR_MS = 24 * 3_600_000;

/** Kind and target of what to do: when it changes, the driver has something new to decide. */
export function remedyKey(remedy: Remedy | undefined): string {
  if (remedy === undefined) return 'none';
  if (remedy.kind === 'check') return `check:${remedy.words}`;
  if ('locationId' in remedy && remedy.locationId !== undefined) return `${remedy.kind}:${remedy.locationId}`;
  return 'name' in remedy ? `${remedy.kind}:${remedy.name}` : remedy.kind;
}

export const basisOf = (alert: Alert, text: Text): Basis => ({
  says: contentId(text.title, text.body),
  remedyKey: remedyKey(alert.remedies[0]),
  offered: alert.remedies.map(remedyKey),
  probability: alert.probability ?? null,
  stopName: alert.stopName ?? null,
});

/** Deciding again gives the same id. Taking back has its own: it may share the revision of what it takes back. */
export const notificationIdOf = (
  alert: Pick<Alert, 'alertId' | 'revision' | 'state'>,
  personId: string | null,
  channel: ChannelName | null,
  turn = 0,
): string =>
  contentId(
    alert.alertId,
    alert.revision,
    personId ?? '',
    channel ?? '',
    ...(alert.state === 'resolved' ? ['resolve'] : []),
    ...(turn > 0 ? [`turn ${turn}`] : []),
  );

const PURPOSE: Readonly<Record<Saying, NotificationRow['purpose']>> = {
  interrupt: 'alert',
  card: 'alert',
  update: 'update',
  'nothing-new': 'update',
  resolve: 'resolve',
  'never-told': 'resolve',
};

/**
 * An interruption uses every channel the person switched on; anything silent only the feed, and those where it takes
 * the place of what they show.
 */
export function channelsFor(
  saying: Saying,
  person: Pick<Person, 'channels'>,
  showing: ReadonlySet<ChannelName> = new Set(),
): readonly ChannelName[] {
  const isUsed = (channel: ChannelName) =>
    saying === 'interrupt' || channel === 'feed' || showing.has(channel);
  // Also one that they switched off since: what it shows would stay for ever.
  return [...new Set([...person.channels, ...(saying === 'resolve' ? showing : [])])].filter(isUsed);
}

/** A row without its sealed content. */
export type BareRow = Omit<NotificationRow, 'keyId' | 'box'>;

/** A row and what it says. */
export interface Draft {
  readonly row: BareRow;
  readonly said: Content | undefined;
}

export interface Step {
  readonly alert: Alert;
  /** The `traceparent` it came with. */
  readonly cause: string | undefined;
  /** How often this person has handed over a car with this alert before. */
  readonly turn: number;
  /** Why it is taken back, when not because it is over. */
  readonly because?: SuppressReason;
  readonly nowMs: number;
  readonly recipient: Person | undefined;
  /** Their part in the car; absent: nobody is told, or nothing new. */
  readonly part?: Part;
  readonly isAllowed: boolean;
  readonly saying: Saying;
  readonly text: Text | undefined;
  readonly driving: DrivingState;
  readonly history: readonly Told[];
  readonly interruptedAtMs: readonly number[];
  readonly interruptedOn: Facts['interruptedOn'];
  readonly answer: Facts['answer'];
  readonly doubts: Facts['doubts'];
  readonly limits: Limits;
  /** Channels that are set up and reach this person. */
  readonly usable: ReadonlySet<ChannelName>;
  /** Channels that show this person what the alert said before, and can show something else; none unless given. */
  readonly showing?: ReadonlySet<ChannelName>;
  /** How this person is told of it, when among others; absent: by itself. */
  readonly digest?: DigestKind | undefined;
  /** When somebody who is not the driver is told; absent: at once, like the driver. */
  readonly escalation?: Escalation;
}

/** The rows of one step for one person: one per channel, or one that says why there is none. */
export function draftsOf(step: Step): readonly Draft[] {
  const channels = step.recipient === undefined ? [] : channelsFor(step.saying, step.recipient, step.showing);
  // Without a channel the stages still run: "nothing new" or "no consent" says more than "no channel".
  if (channels.length === 0) return [draftOn(step, null)];
  return channels.map((channel) => draftOn(step, channel));
}

function draftOn(step: Step, channel: ChannelName | null): Draft {
  const { alert, nowMs, recipient, saying } = step;
  const outcome = runStages(alert.isDrill ? DRILL_STAGES : STAGES, factsOf(step, channel ?? 'feed'));
  const isUsable = channel !== null && step.usable.has(channel);
  const verdict =
    outcome.kind === 'send' && !isUsable ? ({ kind: 'suppressed', reason: 'no-channel' } as const) : outcome;
  const expiresAtMs =
    alert.state === 'resolved'
      ? Math.max(alert.expiresAtMs, alert.changedAtMs + WITHDRAW_FOR_MS)
      : alert.expiresAtMs;
  const isExpired = verdict.kind === 'send' && expiresAtMs <= nowMs;
  const isSending = verdict.kind === 'send' && !isExpired;
  const row: BareRow = {
    notificationId: notificationIdOf(alert, recipient?.personId ?? null, channel, step.turn),
    alertId: alert.alertId,
    revision: alert.revision,
    vehicleId: alert.vehicleId,
    ruleId: alert.ruleId,
    subject: alert.subject,
    personId: recipient?.personId ?? null,
    channel,
    state: isSending ? 'waiting' : isExpired ? 'expired' : 'suppressed',
    severity: alert.severity,
    interrupts: verdict.kind === 'send' ? verdict.interrupts : saying === 'interrupt',
    purpose: PURPOSE[saying],
    reason: isExpired ? 'expired' : (verdict.reason ?? step.because ?? null),
    createdAtMs: nowMs,
    changedAtMs: nowMs,
    expiresAtMs,
    // Waking at the expiry, so that it is stored as expired then and not never.
    notBeforeMs: isSending ? Math.min(verdict.notBeforeMs, expiresAtMs) : nowMs,
    attempts: 0,
  };
  const said = contentOf(step, verdict.kind === 'send' && verdict.isFollowUp);
  return { row, said };
}

/** Who helps, and does not drive. */
const isStaff = (part: Part | undefined): boolean => part === 'dispatcher' || part === 'crew';

function contentOf({ alert, text, cause, escalation, part }: Step, isFollowUp: boolean): Content | undefined {
  if (text === undefined) return undefined;
  const basis = basisOf(alert, text);
  return {
    ...{ ...text, isFollowUp, deadlineAtMs: alert.deadlineAtMs ?? null, basis },
    ...(escalation !== undefined && { isEscalated: true }),
    message: alert.message,
    ...(alert.audience !== undefined && { audience: alert.audience }),
    ...(isStaff(part) && alert.runbook && { runbook: alert.runbook }),
    ...arrivalOf(alert),
    ...traceHeader(cause),
  };
}

function arrivalOf({ arrivalSocPct, reserveSocPct }: Alert): Pick<Content, 'arrival'> {
  if (arrivalSocPct === undefined || reserveSocPct === undefined) return {};
  return { arrival: { ...arrivalSocPct, reserveSocPct } };
}

function factsOf(step: Step, channel: ChannelName): Facts {
  const { alert, limits, saying } = step;
  return {
    nowMs: step.nowMs,
    recipient: step.recipient,
    isTheirs: true,
    isAllowed: step.isAllowed,
    channel,
    severity: alert.severity,
    interrupts: saying === 'interrupt',
    driving: step.driving,
    expiresAtMs: alert.expiresAtMs,
    deadlineAtMs: alert.deadlineAtMs,
    movingHoldMs: limits.escalateAfterMs,
    isFollowUp: false,
    hasReceipt: false,
    escalation: step.escalation,
    digest: step.digest,
    alertId: alert.alertId,
    ruleId: alert.ruleId,
    subject: alert.subject,
    stopName: alert.stopName,
    probability: alert.probability,
    saying,
    history: step.history,
    interruptedAtMs: step.interruptedAtMs,
    interruptedOn: step.interruptedOn,
    answer: step.answer,
    doubts: step.doubts,
    limits,
  };
}

/**
 * The order in which alerts of one batch are decided: graver first, then those that mute others, then the
 * nearer deadline; steps of one alert stay in order. So one moment gives one message, and the best one.
 */
export function inDecidingOrder(alerts: readonly Alert[]): readonly Alert[] {
  const gravest = new Map<string, number>();
  const soonest = new Map<string, number>();
  for (const { alertId, severity, deadlineAtMs = Number.MAX_SAFE_INTEGER } of alerts) {
    gravest.set(alertId, Math.max(gravest.get(alertId) ?? 0, severityRank(severity)));
    soonest.set(alertId, Math.min(soonest.get(alertId) ?? Number.MAX_SAFE_INTEGER, deadlineAtMs));
  }
  return alerts.toSorted((one, other) => {
    if (one.alertId === other.alertId) return 0;
    return (
      (gravest.get(other.alertId) ?? 0) - (gravest.get(one.alertId) ?? 0) ||
      inhibitorRank(one.ruleId) - inhibitorRank(other.ruleId) ||
      (soonest.get(one.alertId) ?? 0) - (soonest.get(other.alertId) ?? 0) ||
      (one.alertId < other.alertId ? -1 : 1)
    );
  });
}
