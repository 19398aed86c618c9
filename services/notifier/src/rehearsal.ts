import type { Alert, ChannelName } from '@outrider/domain';
import type { Person } from '@outrider/state';
import type { Content } from './content.ts';
import { basisOf, type Draft, draftsOf } from './deciding.ts';
import type { DrivingState } from './driving-state.ts';
import { runStages, SENDING_STAGES } from './pipeline.ts';
import { reasonOf } from './reasons.ts';
import { isTold, type Limits, type SendFacts, type Told } from './stage.ts';
import { sayingOf } from './stages/dedup.ts';
import { isAboutSame } from './stages/inhibit.ts';
import { type Language, languageOf } from './wording/language.ts';
import { wordAlert, wordResolved } from './wording/wording.ts';

// What one person would be told of the alerts of one car: the stages and words as they are, on memory of its own,
// with channels that always work. Nothing is stored or sent. Pure but for that memory.

/** What one channel carried, or why it did not. */
export type Heard =
  | {
      readonly kind: 'said';
      /** False: a silent card. */
      readonly interrupts: boolean;
      readonly text: Pick<Content, 'subject' | 'title' | 'body' | 'spoken'>;
    }
  | { readonly kind: 'held'; readonly stage: string; readonly reason: string };

export interface Rehearsal {
  /** By channel: what comes of an alert's step. */
  tell(alert: Alert, driving: DrivingState, nowMs: number): ReadonlyMap<ChannelName, Heard>;
  /** What waited, and is due by now. */
  wait(driving: DrivingState, nowMs: number): ReadonlyMap<ChannelName, Heard>;
}

/** A message that was decided on. */
interface Kept {
  readonly draft: Draft;
  readonly told: Told;
}

/** @param person who has agreed to be warned, and can be reached on all channels that are switched on */
export function createRehearsal(
  person: Person,
  limits: Limits,
  languages: ReadonlyMap<string, Language>,
): Rehearsal {
  const language = languageOf(languages, person.language);
  let kept: readonly Kept[] = [];

  const wait: Rehearsal['wait'] = (driving, nowMs) => {
    const heard = new Map<ChannelName, Heard>();
    kept = kept.map((one) => {
      const next = one.told.state === 'waiting' ? askedAgain(one, person, driving, limits, nowMs) : one;
      if (next !== one && next.draft.row.channel !== null) heard.set(next.draft.row.channel, heardOf(next));
      return next;
    });
    return heard;
  };
  const tell: Rehearsal['tell'] = (alert, driving, nowMs) => {
    const late = wait(driving, nowMs);
    const text = (alert.state === 'resolved' ? wordResolved : wordAlert)(language, alert, person, nowMs);
    const saying = sayingOf(alert, basisOf(alert, text), toldBefore(kept, alert), nowMs, limits);
    // As in alert-intake: what still waits gives way to what replaces it.
    if (saying === 'interrupt' || saying === 'resolve' || saying === 'never-told')
      kept = kept.filter(({ told }) => told.alertId !== alert.alertId || told.state !== 'waiting');
    const drafts = draftsOf({
      ...{
        alert,
        cause: undefined,
        turn: 0,
        nowMs,
        recipient: person,
        isAllowed: true,
        saying,
        text,
        driving,
      },
      history: kept.map(({ told }) => told).toReversed(),
      interruptedAtMs: kept.flatMap(({ told }) => (told.interrupts && isTold(told) ? [told.atMs] : [])),
      interruptedOn: (channel) =>
        kept.flatMap(({ told }) =>
          told.channel === channel && told.interrupts && isTold(told) ? [told.atMs] : [],
        ),
      answer: undefined,
      doubts: undefined,
      limits,
      usable: new Set(person.channels),
    });
    const news = drafts.map((draft) => keptOf(draft, nowMs));
    kept = [...kept, ...news];
    const heard = news.flatMap((one) => {
      const { channel } = one.draft.row;
      // Without a row of its own a channel has the reason of all.
      const channels = channel === null ? person.channels : [channel];
      return channels.map((name) => [name, heardOf(one)] as const);
    });
    return new Map([...late, ...heard]);
  };
  return { wait, tell };
}

function toldBefore(kept: readonly Kept[], alert: Alert) {
  const newestFirst = kept
    .map(({ told }) => told)
    .filter(({ state }) => state !== 'waiting')
    .toSorted((one, other) => other.atMs - one.atMs);
  const aboutAlert = newestFirst.filter(({ alertId }) => alertId === alert.alertId);
  const about = { subject: alert.subject, stopName: alert.stopName };
  const aboutStop = newestFirst.filter((told) => told.alertId === alert.alertId || isAboutSame(about, told));
  return { aboutAlert, aboutStop, answer: undefined };
}

/** What is due is sent: channels always work here. */
function keptOf(draft: Draft, nowMs: number): Kept {
  const { row, said } = draft;
  const isSent = row.state === 'waiting' && row.notBeforeMs <= nowMs;
  const told: Told = {
    ...row,
    state: isSent ? 'sent' : row.state,
    atMs: Math.max(row.createdAtMs, row.notBeforeMs),
    basis: said?.basis,
  };
  return { draft, told };
}

/** As the outbox does at the moment of sending. */
function askedAgain(one: Kept, person: Person, driving: DrivingState, limits: Limits, nowMs: number): Kept {
  const { row, said } = one.draft;
  if (row.notBeforeMs > nowMs) return one;
  if (row.expiresAtMs <= nowMs)
    return keptOf({ row: { ...row, state: 'expired', reason: 'expired' }, said }, nowMs);
  const facts: SendFacts = {
    ...{ nowMs, recipient: person, isTheirs: true, isAllowed: true, driving },
    channel: row.channel ?? 'feed',
    severity: row.severity,
    interrupts: row.interrupts,
    expiresAtMs: row.expiresAtMs,
    deadlineAtMs: said?.deadlineAtMs ?? undefined,
    movingHoldMs: limits.movingRecheckMs,
    isFollowUp: said?.isFollowUp === true,
    hasReceipt: false,
  };
  const outcome = runStages(SENDING_STAGES, facts);
  const { reason } = outcome;
  return outcome.kind === 'suppressed'
    ? keptOf({ row: { ...row, state: 'suppressed', reason }, said }, nowMs)
    : keptOf({ row: { ...row, reason, notBeforeMs: outcome.notBeforeMs }, said }, nowMs);
}

function heardOf({ draft: { row, said }, told }: Kept): Heard {
  if (told.state === 'sent' && said !== undefined)
    return { kind: 'said', interrupts: row.interrupts, text: said };
  const reason = row.reason ?? 'superseded';
  return { kind: 'held', stage: reasonOf(reason).stage, reason };
}
