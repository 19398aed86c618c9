import type { Alert, SuppressReason } from '@outrider/domain';
import type { NotificationRow, Person, State } from '@outrider/state';
import type { Recipient } from '@outrider/trust';
import { openContent, sealContent } from './content.ts';
import { basisOf, type Draft, draftsOf, notificationIdOf, type Step } from './deciding.ts';
import { decisionRow } from './decision-record.ts';
import { mayTell, type Parts } from './notifier-deps.ts';
import { historyOf, recipientsOf, sinceHandover, toldOf } from './people-told.ts';
import { isTold, type Saying } from './stage.ts';
import { sayingOf } from './stages/dedup.ts';
import { isAboutSame } from './stages/inhibit.ts';
import { languageOf } from './wording/language.ts';
import { isUnworded, type Text, wordAlert, wordTakenBack } from './wording/wording.ts';

/**
 * Decides one alert's step and stores the decision: rows, and records of what is decided for good, in the
 * caller's transaction. Returns the rows written.
 * @param cause the `traceparent` it came with
 */
export async function takeAlert(
  parts: Parts,
  state: State,
  alert: Alert,
  cause: string | undefined,
): Promise<readonly NotificationRow[]> {
  const nowMs = parts.runtime.eventClock.nowMs();
  const rows = await state.notifications.listOfAlert(alert.alertId);
  const recipients = await recipientsOf(state, alert, nowMs);
  if (recipients.length === 0) {
    const id = notificationIdOf(alert, null, null);
    if (rows.some((row) => row.notificationId === id)) return [];
    return store(parts, state, draftsOf(nobodyStep(parts, alert, cause, nowMs)));
  }
  const written: NotificationRow[] = [];
  for (const personId of formerOf(rows, recipients))
    written.push(...(await takeBack(parts, state, { alert, cause, nowMs }, personId, rows)));
  for (const recipient of recipients.filter(({ part }) => part === 'driver')) {
    const person = await state.people.find(recipient.personId);
    if (person === undefined) throw new Error('somebody who has a part in a car is nobody');
    const mine = sinceHandover(rows.filter((row) => row.personId === person.personId));
    if (isRepeat(alert, mine.rows)) {
      parts.decisions.inc({ state: 'suppressed', reason: 'duplicate' });
      continue;
    }
    const { sinceMs } = recipient;
    written.push(...(await takeFor(parts, state, { alert, cause, nowMs }, { person, sinceMs, mine })));
  }
  return written;
}

/** The same step again, or a step older than one already decided. */
function isRepeat(alert: Alert, mine: readonly NotificationRow[]): boolean {
  const isTakenBack = mine.some((row) => row.purpose === 'resolve' && row.revision >= alert.revision);
  if (isTakenBack) return true;
  return alert.state === 'firing' && mine.some((row) => row.revision >= alert.revision);
}

/** Who is told, since when the car is theirs to drive, and what they were told since. */
interface Taker {
  readonly person: Person;
  readonly sinceMs: number;
  readonly mine: ReturnType<typeof sinceHandover>;
}

async function takeFor(
  parts: Parts,
  state: State,
  { alert, cause, nowMs }: Pick<Step, 'alert' | 'cause' | 'nowMs'>,
  { person, sinceMs, mine }: Taker,
): Promise<readonly NotificationRow[]> {
  const { limits } = parts;
  const text = textFor(parts, alert, person, nowMs);
  const basis = basisOf(alert, text);
  const toTold = (row: NotificationRow) => toldOf(parts, row);
  const newestFirst = mine.rows.toReversed();
  const declined = await state.notifications.findDecline(alert.vehicleId, alert.ruleId, alert.subject);
  // What the driver before did not want to hear is new to this one.
  const decline = declined !== undefined && declined.atMs >= sinceMs ? declined : undefined;
  const history = await historyOf(parts, state, alert.vehicleId, person, sinceMs, nowMs);
  const others = history.ofVehicle.filter(
    (told) => told.alertId !== alert.alertId && isAboutSame({ ...alert, stopName: alert.stopName }, told),
  );
  const say = (rows: readonly NotificationRow[]) => {
    const aboutAlert = rows.map(toTold);
    const aboutStop = [...aboutAlert, ...others].sort((one, other) => other.atMs - one.atMs);
    return sayingOf(alert, basis, { aboutAlert, aboutStop, decline }, nowMs, limits);
  };
  let saying = say(newestFirst.filter((row) => row.state !== 'waiting'));
  const superseded: NotificationRow[] = [];
  if (isReplacing(saying)) {
    superseded.push(...(await supersede(parts, state, newestFirst, 'superseded', nowMs)));
    const ids = new Set(superseded.map((row) => row.notificationId));
    // What could not be stopped is being sent right now: it counts as told.
    saying = say(newestFirst.filter((row) => !ids.has(row.notificationId)));
  }
  const step: Step = {
    ...{ alert, cause, nowMs, turn: mine.turn },
    recipient: person,
    isAllowed: mayTell(parts.trust, alert.vehicleId, alert.startedAtMs, alert.changedAtMs),
    saying,
    text,
    driving: parts.driving.of(alert.vehicleId, nowMs),
    history: history.ofVehicle,
    interruptedAtMs: history.interruptedAtMs,
    decline,
    limits,
    usable: usableFor(parts, person),
  };
  return [...superseded, ...(await store(parts, state, draftsOf(step)))];
}

const isReplacing = (saying: Saying): boolean =>
  saying === 'interrupt' || saying === 'resolve' || saying === 'never-told';

function textFor(parts: Parts, alert: Alert, person: Person, nowMs: number): Text {
  const language = languageOf(parts.languages, person.language);
  if (isUnworded(language, alert.message))
    parts.runtime.log.error({ message: alert.message }, 'a message has no words of its own');
  return alert.state === 'resolved'
    ? wordTakenBack('resolved', language, alert, person, nowMs)
    : wordAlert(language, alert, person, nowMs);
}

const usableFor = (parts: Parts, person: Person): Step['usable'] =>
  new Set(parts.channels.filter((one) => one.reaches(person)).map((one) => one.name));

/** Who was told of the alert, or is about to be, and is not to be told now. */
function formerOf(
  rows: readonly NotificationRow[],
  recipients: readonly Pick<Recipient, 'personId'>[],
): readonly string[] {
  const ids = new Set(rows.flatMap(({ personId }) => personId ?? []));
  for (const { personId } of recipients) ids.delete(personId);
  return [...ids];
}

/**
 * Somebody else has the car by now: what still waits for whoever had it is dropped, and what they were told is taken
 * back, once.
 */
async function takeBack(
  parts: Parts,
  state: State,
  { alert, cause, nowMs }: Pick<Step, 'alert' | 'cause' | 'nowMs'>,
  personId: string,
  all: readonly NotificationRow[],
): Promise<readonly NotificationRow[]> {
  const { rows, turn } = sinceHandover(all.filter((row) => row.personId === personId));
  const dropped = await supersede(parts, state, rows, 'off-shift', nowMs);
  const isReached = rows.some((row) => row.state !== 'waiting' && isTold(toldOf(parts, row)));
  const isTakenBack = rows.some(({ purpose }) => purpose === 'resolve');
  const person = await state.people.find(personId);
  if (!isReached || isTakenBack || person === undefined) return dropped;
  const language = languageOf(parts.languages, person.language);
  const why = alert.state === 'resolved' ? 'resolved' : 'handedOver';
  const drafts = draftsOf({
    ...nobodyStep(parts, { ...alert, state: 'resolved' }, cause, nowMs),
    ...{ turn, because: 'off-shift', recipient: person, usable: usableFor(parts, person) },
    isAllowed: mayTell(parts.trust, alert.vehicleId, alert.startedAtMs, alert.changedAtMs),
    text: wordTakenBack(why, language, alert, person, nowMs),
  });
  return [...dropped, ...(await store(parts, state, drafts))];
}

/** Messages that still wait are not sent any more. */
async function supersede(
  parts: Parts,
  state: State,
  rows: readonly NotificationRow[],
  why: SuppressReason,
  nowMs: number,
): Promise<readonly NotificationRow[]> {
  const ended: NotificationRow[] = [];
  for (const row of rows.filter((one) => one.state === 'waiting')) {
    const next = { ...row, state: 'suppressed', reason: why, changedAtMs: nowMs } as const;
    const { state: to, reason, changedAtMs, attempts } = next;
    const isEnded = await state.notifications.finish(row.notificationId, null, {
      state: to,
      reason,
      changedAtMs,
      attempts,
    });
    if (!isEnded) continue;
    await publishDecision(parts, state, next);
    ended.push(next);
  }
  return ended;
}

function nobodyStep(parts: Parts, alert: Alert, cause: string | undefined, nowMs: number): Step {
  return {
    ...{ alert, cause, nowMs, turn: 0 },
    recipient: undefined,
    isAllowed: false,
    saying: alert.state === 'resolved' ? 'resolve' : 'card',
    text: undefined,
    driving: parts.driving.of(alert.vehicleId, nowMs),
    history: [],
    interruptedAtMs: [],
    decline: undefined,
    limits: parts.limits,
    usable: new Set(),
  };
}

async function store(
  parts: Parts,
  state: State,
  drafts: readonly Draft[],
): Promise<readonly NotificationRow[]> {
  const rows = drafts.map(({ row, said }): NotificationRow => {
    if (said === undefined) return { ...row, keyId: null, box: null };
    return { ...row, ...sealContent(parts.trust, row.vehicleId, row.createdAtMs, said) };
  });
  await state.notifications.insert(rows);
  for (const row of rows) if (row.state !== 'waiting') await publishDecision(parts, state, row);
  return rows;
}

/** Queues the record of a decision; a car whose key is gone has nobody left to publish to. */
export async function publishDecision(parts: Parts, state: State, row: NotificationRow): Promise<void> {
  const said = openContent(parts.trust.reader('alert_driver'), row);
  try {
    await state.outbox.insert([decisionRow(parts.trust, row, said)]);
  } catch (error) {
    if (!isUnknownSubject(error)) throw error;
    parts.runtime.log.warn({ notificationId: row.notificationId }, 'a decision has no key to be sealed with');
  }
}

export const isUnknownSubject = (error: unknown): boolean =>
  error instanceof Error && error.name === 'UnknownSubject';
