import { randomId, traceField, traceHeader } from '@outrider/runtime';
import type { ClaimedNotification, NotificationRow, Person } from '@outrider/state';
import type { Channel, Delivery, Message } from './channel.ts';
import { type Content, openContent } from './content.ts';
import { publishStep } from './decided.ts';
import { tellTogether } from './digest-told.ts';
import { placeOf } from './escalation.ts';
import { afterWords } from './message-state.ts';
import { countDecision, mayTell, type Parts } from './notifier-deps.ts';
import { isMaybeThere } from './people-told.ts';
import { runStages, SENDING_STAGES } from './pipeline.ts';
import { isOvertaking, replacedBy } from './replacing.ts';
import { retryDelayMs } from './retry-class.ts';

/** Sends the rows that wait: claims them with leases, asks once more, tries once, stores what came of it. */
export interface OutboxWorker {
  /** Rows or time may have changed; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Why the last look at the outbox failed, while it does. */
  problem(): string | undefined;
  /** Finishes what is being sent. */
  stop(): Promise<void>;
}

const AT_ONCE = 64;
/** Longer than any try: a lease that ends while somebody still sends would send twice. */
const ATTEMPT_MS = 45_000;
const LEASE_MS = 90_000;
/** How long a stop waits for tries under way before it breaks them off. */
const STOP_MS = 10_000;
/** How long a word waits for the one before it. */
const OVERTAKING_MS = 1_000;

type Change = Pick<NotificationRow, 'state' | 'reason' | 'attempts'> & {
  readonly notBeforeMs?: number;
  /** Real time. */
  readonly leaseUntilMs?: number;
  readonly providerId?: string;
};

export function createOutboxWorker(parts: Parts, onDecided: () => void): OutboxWorker {
  const { realClock, log } = parts.runtime;
  const breakOff = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let looking: Promise<void> | undefined;
  let isPoked = false;
  let isStopped = false;
  let problem: string | undefined;

  const look = async (): Promise<void> => {
    while (isPoked && !isStopped && inFlight.size < AT_ONCE) {
      isPoked = false;
      const room = AT_ONCE - inFlight.size;
      const claimed = await claimDue(parts, room);
      for (const one of claimed) launch(one);
      isPoked ||= claimed.length === room;
    }
  };
  const launch = (claimed: ClaimedNotification): void => {
    const { notificationId } = claimed.row;
    const work = sendClaimed(parts, claimed, breakOff.signal)
      .then((isDecided) => isDecided && onDecided())
      // The lease ends by itself and the row is tried again.
      .catch((error: unknown) =>
        log.error({ notificationId, err: String(error) }, 'a message is not settled'),
      )
      .then(() => {
        inFlight.delete(work);
        poke();
      });
    inFlight.add(work);
  };
  const poke = (): void => {
    isPoked = true;
    looking ??= look()
      .then(() => {
        problem = undefined;
      })
      .catch((error: unknown) => {
        problem = `the outbox cannot be read: ${String(error)}`;
        log.warn({ err: String(error) }, 'the outbox cannot be read; it is tried again with the next tick');
      })
      .finally(() => {
        looking = undefined;
        // Somebody may have poked after the last look; when it failed the clock's tick is soon enough.
        if (isPoked && !isStopped && problem === undefined && inFlight.size < AT_ONCE) poke();
      });
  };

  return {
    poke,
    isIdle: () => looking === undefined && inFlight.size === 0 && !isPoked && problem === undefined,
    problem: () => problem,
    async stop() {
      isStopped = true;
      await looking;
      const wait = new AbortController();
      await Promise.race([Promise.all(inFlight), realClock.sleep(STOP_MS, wait.signal)]);
      wait.abort();
      breakOff.abort();
      await Promise.all(inFlight);
    },
  };
}

function claimDue({ state, runtime }: Parts, limit: number): Promise<readonly ClaimedNotification[]> {
  const realNowMs = runtime.realClock.nowMs();
  return state.notifications.claim({
    nowMs: runtime.eventClock.nowMs(),
    realNowMs,
    leaseUntilMs: realNowMs + LEASE_MS,
    leaseId: randomId('lease'),
    limit,
  });
}

/** True when something was decided for good and published. */
async function sendClaimed(
  parts: Parts,
  { row, leaseId, words }: ClaimedNotification,
  signal: AbortSignal,
): Promise<boolean> {
  await parts.trust.prepare([row.vehicleId]);
  // A word that came to a worker which died with the message in hand: it may have arrived.
  const heard = afterWords(row, words);
  const change: Change = heard === row ? await changeOf(parts, row, signal) : heard;
  const { notBeforeMs, leaseUntilMs, providerId } = change;
  const tried = heard === row ? { ...row, ...change, changedAtMs: parts.runtime.eventClock.nowMs() } : heard;
  const steps = await parts.state.transaction(async (state) => {
    const since = (await state.notifications.words(row.notificationId)).slice(words.length);
    const next = afterWords(tried, since);
    const { state: to, reason, changedAtMs, attempts } = next;
    const isHeld = await state.notifications.finish(row.notificationId, leaseId, {
      state: to,
      reason,
      changedAtMs,
      attempts,
      ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
      ...(providerId === undefined ? {} : { providerId }),
      ...(leaseUntilMs === undefined || to !== 'waiting' ? {} : { leaseUntilMs }),
    });
    // Who reads along hears that it was sent, then what became of it.
    const taken = isHeld ? [...(tried.state === 'sent' && next !== tried ? [tried] : []), next] : [];
    let before = row;
    for (const step of taken) {
      await publishStep(parts, state, before, step);
      before = step;
    }
    await tellTogether(parts, state, next);
    return taken.filter((step) => step.state !== 'waiting');
  });
  for (const step of steps) countDecision(parts, step);
  return steps.length > 0;
}

/** What becomes of a row that is due. */
async function changeOf(parts: Parts, row: NotificationRow, signal: AbortSignal): Promise<Change> {
  const { attempts } = row;
  const nowMs = parts.runtime.eventClock.nowMs();
  if (row.expiresAtMs <= nowMs) return { state: 'expired', reason: 'expired', attempts };
  const person = row.personId === null ? undefined : await parts.state.people.find(row.personId);
  const said = openContent(parts.trust.reader('alert_driver'), row);
  const outcome = await askAgain(parts, row, person, said, nowMs);
  if (outcome.kind === 'suppressed') return { state: 'suppressed', reason: outcome.reason, attempts };
  if (outcome.notBeforeMs > nowMs) {
    const notBeforeMs = Math.min(outcome.notBeforeMs, row.expiresAtMs);
    return { state: 'waiting', reason: outcome.reason, attempts, notBeforeMs };
  }
  const channel = parts.channels.find((one) => one.name === row.channel);
  if (channel === undefined || person === undefined || said === undefined)
    return { state: 'suppressed', reason: said === undefined ? 'no-consent' : 'no-channel', attempts };
  const realNowMs = parts.runtime.realClock.nowMs();
  if (await isOvertaking(parts, channel, row))
    return { state: 'waiting', reason: row.reason, attempts, leaseUntilMs: realNowMs + OVERTAKING_MS };
  const message = { ...messageOf(row, person, said), ...(await replacedBy(parts, channel, row, nowMs)) };
  const delivery = await tryThrough(parts, channel, message, signal);
  const { notificationId, alertId } = row;
  const tried = { notificationId, alertId, channel: channel.name, came: delivery.kind };
  const what = delivery.kind === 'held' ? 'a message waits for its provider' : 'a message was tried';
  parts.runtime.log.info({ ...tried, ...traceField(said.traceparent) }, what);
  const change = afterTry(parts, row, delivery, nowMs);
  return change.state === 'sent' && said.isEscalated === true ? { ...change, reason: 'escalation' } : change;
}

/** Not at all while whoever would take it rests. */
async function tryThrough(
  parts: Parts,
  channel: Channel,
  message: Message,
  signal: AbortSignal,
): Promise<Delivery> {
  if (channel.asksProviders === true) return tryOnce(channel, message, signal);
  const { realClock } = parts.runtime;
  const gate = parts.gateOf(channel, message.recipient);
  const turn = gate.ask(realClock.nowMs(), message.severity === 'critical');
  if (turn.kind !== 'open') return { kind: 'held', forMs: turn.forMs };
  const delivery = await tryOnce(channel, message, signal);
  gate.note(delivery, realClock.nowMs());
  return delivery;
}

async function askAgain(
  parts: Parts,
  row: NotificationRow,
  person: Person | undefined,
  said: Content | undefined,
  nowMs: number,
) {
  const others = await parts.state.notifications.listOfAlert(row.alertId);
  return runStages(SENDING_STAGES, {
    nowMs,
    recipient: person,
    ...(await placeOf(parts, row, said, others, nowMs)),
    isAllowed: mayTell(parts.trust, row.vehicleId, row.createdAtMs, row.createdAtMs),
    channel: row.channel ?? 'feed',
    severity: row.severity,
    interrupts: row.interrupts,
    expiresAtMs: row.expiresAtMs,
    deadlineAtMs: said?.deadlineAtMs ?? undefined,
    movingHoldMs: parts.limits.movingRecheckMs,
    isFollowUp: said?.isFollowUp === true || row.reason === 'driver-moving',
    hasReceipt: others.some(
      (other) => other.personId === row.personId && other.state === 'read' && other.revision >= row.revision,
    ),
  });
}

function messageOf(row: NotificationRow, recipient: Person, said: Content): Message {
  const { notificationId, alertId, vehicleId, ruleId, revision, severity, interrupts, purpose } = row;
  const { subject, title, body, spoken, arrival } = said;
  return {
    ...{ notificationId, alertId, vehicleId, ruleId, revision, severity, interrupts, purpose },
    ...{ recipient, subject, title, body, spoken },
    createdAtMs: row.createdAtMs,
    expiresAtMs: row.expiresAtMs,
    ...(arrival !== undefined && { arrival }),
    ...(said.runbook !== undefined && { runbook: said.runbook }),
    ...(said.isAnswered === true && { isAnswered: true }),
    ...(isMaybeThere(row) && { isMaybeThere: true }),
    ...traceHeader(said.traceparent),
  };
}

async function tryOnce(channel: Channel, message: Message, signal: AbortSignal): Promise<Delivery> {
  try {
    return await channel.deliver(message, AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]));
  } catch {
    // A channel must not throw; if one does, nobody knows how far it came.
    return { kind: 'retryable', reason: 'ambiguous' };
  }
}

/** Sent, failed for good, or waiting for its next try on the real clock. */
function afterTry(parts: Parts, row: NotificationRow, delivery: Delivery, nowMs: number): Change {
  if (delivery.kind === 'held') {
    const { reason, attempts } = row;
    return {
      state: 'waiting',
      reason,
      attempts,
      leaseUntilMs: parts.runtime.realClock.nowMs() + delivery.forMs,
    };
  }
  const attempts = row.attempts + 1;
  if (delivery.kind === 'delivered') {
    const { providerId } = delivery;
    return {
      state: 'sent',
      reason: silentReason(row),
      attempts,
      ...(providerId !== undefined && { providerId }),
    };
  }
  if (delivery.kind === 'rejected') return { state: 'failed', reason: delivery.reason, attempts };
  const delayMs = retryDelayMs(row.attempts, delivery, parts.random);
  // Event time never runs slower than real time: after that delay it would be too late for certain.
  if (nowMs + delayMs >= row.expiresAtMs) return { state: 'failed', reason: delivery.reason, attempts };
  const leaseUntilMs = parts.runtime.realClock.nowMs() + delayMs;
  return { state: 'waiting', reason: delivery.reason, attempts, leaseUntilMs };
}

/** A silent card keeps the reason why it is silent or taken back; why a message waited is over once it is out. */
const silentReason = (row: NotificationRow): string | null =>
  !row.interrupts && KEPT_REASONS.has(row.reason) ? row.reason : null;

const KEPT_REASONS: ReadonlySet<string | null> = new Set([
  'digest',
  'flood',
  'bundled',
  'throttled',
  'off-shift',
  'on-it',
  'not-useful',
]);
