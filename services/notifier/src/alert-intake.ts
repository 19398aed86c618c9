import type { Alert } from '@outrider/domain';
import type { NotificationRow, Person, State } from '@outrider/state';
import { openContent, sealContent } from './content.ts';
import { basisOf, type Draft, draftsOf, notificationIdOf, type Step } from './deciding.ts';
import { decisionRow } from './decision-record.ts';
import { mayTell, type Parts } from './notifier-deps.ts';
import { isTold, type Saying, type Told } from './stage.ts';
import { sayingOf } from './stages/dedup.ts';
import { isAboutSame } from './stages/inhibit.ts';
import { recipientsOf } from './stages/recipients.ts';
import { languageOf } from './wording/language.ts';
import { isUnworded, type Text, wordAlert, wordResolved } from './wording/wording.ts';

/** Enough for the longest rate and for an inhibiting alert of a whole day. */
const HISTORY_MS = 24 * 3_600_000;
const HISTORY_ROWS = 500;
/** Somebody with more cars than this is not driving all of them. */
const OTHER_VEHICLES = 10;

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
  const ownerships = await state.vehicles.ownerships([alert.vehicleId]);
  const people = await Promise.all(
    recipientsOf(ownerships, [alert.startedAtMs, alert.changedAtMs, nowMs]).map((id) =>
      state.people.find(id),
    ),
  );
  const known = people.filter((person) => person !== undefined);
  if (known.length === 0) {
    const id = notificationIdOf(alert, null, null);
    if (rows.some((row) => row.notificationId === id)) return [];
    return store(parts, state, draftsOf(nobodyStep(parts, alert, cause, nowMs)));
  }
  const written: NotificationRow[] = [];
  for (const person of known) {
    const mine = rows.filter((row) => row.personId === person.personId);
    if (isRepeat(alert, mine)) {
      parts.decisions.inc({ state: 'suppressed', reason: 'duplicate' });
      continue;
    }
    written.push(...(await takeFor(parts, state, { alert, cause }, person, mine, nowMs)));
  }
  return written;
}

/** The same step again, or a step older than one already decided. */
function isRepeat(alert: Alert, mine: readonly NotificationRow[]): boolean {
  const isTakenBack = mine.some((row) => row.purpose === 'resolve' && row.revision >= alert.revision);
  if (isTakenBack) return true;
  return alert.state === 'firing' && mine.some((row) => row.revision >= alert.revision);
}

async function takeFor(
  parts: Parts,
  state: State,
  { alert, cause }: Pick<Step, 'alert' | 'cause'>,
  person: Person,
  mine: readonly NotificationRow[],
  nowMs: number,
): Promise<readonly NotificationRow[]> {
  const { limits } = parts;
  const text = textFor(parts, alert, person, nowMs);
  const basis = basisOf(alert, text);
  const toTold = (row: NotificationRow) => toldOf(parts, row);
  const newestFirst = mine.toReversed();
  const decline = await state.notifications.findDecline(alert.vehicleId, alert.ruleId, alert.subject);
  const history = await historyOf(parts, state, alert.vehicleId, person, nowMs);
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
    superseded.push(...(await supersede(parts, state, newestFirst, nowMs)));
    const ids = new Set(superseded.map((row) => row.notificationId));
    // What could not be stopped is being sent right now: it counts as told.
    saying = say(newestFirst.filter((row) => !ids.has(row.notificationId)));
  }
  const step: Step = {
    ...{ alert, cause },
    nowMs,
    recipient: person,
    isAllowed: mayTell(parts.trust, alert.vehicleId, alert.startedAtMs, alert.changedAtMs),
    saying,
    text,
    driving: parts.driving.of(alert.vehicleId, nowMs),
    history: history.ofVehicle,
    interruptedAtMs: history.interruptedAtMs,
    decline,
    limits,
    usable: new Set(parts.channels.filter((one) => one.reaches(person)).map((one) => one.name)),
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
    ? wordResolved(language, alert, person, nowMs)
    : wordAlert(language, alert, person, nowMs);
}

/** Messages of earlier revisions that still wait are not sent any more. */
async function supersede(
  parts: Parts,
  state: State,
  rows: readonly NotificationRow[],
  nowMs: number,
): Promise<readonly NotificationRow[]> {
  const ended: NotificationRow[] = [];
  for (const row of rows.filter((one) => one.state === 'waiting')) {
    const next = { ...row, state: 'suppressed', reason: 'superseded', changedAtMs: nowMs } as const;
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

function toldOf(parts: Parts, row: NotificationRow): Told {
  return {
    notificationId: row.notificationId,
    alertId: row.alertId,
    revision: row.revision,
    ruleId: row.ruleId,
    subject: row.subject,
    channel: row.channel,
    state: row.state,
    severity: row.severity,
    interrupts: row.interrupts,
    purpose: row.purpose,
    reason: row.reason,
    atMs: Math.max(row.createdAtMs, row.notBeforeMs),
    basis: openContent(parts.trust.reader('alert_driver'), row)?.basis,
  };
}

async function historyOf(parts: Parts, state: State, vehicleId: string, person: Person, nowMs: number) {
  const sinceMs = nowMs - HISTORY_MS;
  const rowsOf = async (id: string) =>
    (await state.notifications.listOfVehicle(id, sinceMs, HISTORY_ROWS)).filter(
      (row) => row.personId === person.personId,
    );
  const own = (await rowsOf(vehicleId)).map((row) => toldOf(parts, row));
  const others = (await state.vehicles.listOf(person.personId, nowMs))
    .filter((vehicle) => vehicle.vehicleId !== vehicleId)
    .slice(0, OTHER_VEHICLES);
  const interruptions = new Map<string, number>();
  for (const told of own)
    if (told.interrupts && isTold(told)) interruptions.set(`${told.alertId} ${told.revision}`, told.atMs);
  for (const { vehicleId: other } of others)
    for (const row of await rowsOf(other))
      if (row.interrupts && isTold({ ...row, atMs: row.createdAtMs, basis: undefined }))
        interruptions.set(`${row.alertId} ${row.revision}`, Math.max(row.createdAtMs, row.notBeforeMs));
  return { ofVehicle: own, interruptedAtMs: [...interruptions.values()] };
}

function nobodyStep(parts: Parts, alert: Alert, cause: string | undefined, nowMs: number): Step {
  return {
    ...{ alert, cause },
    nowMs,
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
