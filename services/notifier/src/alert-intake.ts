import type { Alert } from '@outrider/domain';
import type { NotificationRow, State } from '@outrider/state';
import type { Recipient } from '@outrider/trust';
import { store, supersede } from './decided.ts';
import { basisOf, draftsOf, notificationIdOf, type Step } from './deciding.ts';
import { digestKindFor, tellDigestOf } from './digest-told.ts';
import { driversRows, takeLater } from './escalation.ts';
import { mayTell, type Parts } from './notifier-deps.ts';
import {
  careOf,
  drivingFor,
  historyOf,
  isMaybeThere,
  isReached,
  limitsFor,
  newestOf,
  opinionOf,
  recipientsOf,
  showingFor,
  sinceHandover,
  type Taker,
  takerOf,
  textFor,
  toldOf,
  usableFor,
} from './people-told.ts';
import { isTogether, type Saying } from './stage.ts';
import { sayingOf } from './stages/dedup.ts';
import { isAboutSame } from './stages/inhibit.ts';
import { languageOf } from './wording/language.ts';
import { wordTakenBack } from './wording/wording.ts';

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
  const arrived = { alert, cause, nowMs };
  const label = (await state.vehicles.find(alert.vehicleId))?.label ?? '';
  // Drivers first: whether others are told rests on what they were.
  for (const recipient of recipients) {
    const all = newestOf([...rows, ...written]);
    const taker = await takerOf(state, recipient, label, all);
    // Of what is for operators no driver is asked first.
    const isLater =
      alert.audience !== 'operators' &&
      recipient.part !== 'driver' &&
      !taker.mine.rows.some((row) => isReached(row) || isTogether(row));
    if (isLater) {
      written.push(...(await takeLater(parts, state, arrived, taker, driversRows(recipients, all))));
    } else if (isRepeat(alert, taker.mine.rows)) {
      parts.decisions.inc({ state: 'suppressed', reason: 'duplicate' });
    } else {
      written.push(...(await takeFor(parts, state, arrived, taker)));
    }
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
  { alert, cause, nowMs }: Pick<Step, 'alert' | 'cause' | 'nowMs'>,
  taker: Taker,
): Promise<readonly NotificationRow[]> {
  const { person, part, sinceMs, mine } = taker;
  const { vehicleId } = alert;
  const limits = limitsFor(parts, part);
  const text = textFor(parts, alert, taker, nowMs);
  const basis = basisOf(alert, text);
  const toTold = (row: NotificationRow) => toldOf(parts, row);
  const newestFirst = mine.rows.toReversed();
  const opinion = await opinionOf(state, alert, taker);
  const { answer } = opinion;
  const history = await historyOf(parts, state, vehicleId, person, sinceMs, nowMs);
  const others = history.ofVehicle.filter(
    (told) => told.alertId !== alert.alertId && isAboutSame({ ...alert, stopName: alert.stopName }, told),
  );
  const say = (rows: readonly NotificationRow[]) => {
    const aboutAlert = rows.map(toTold);
    const aboutStop = [...aboutAlert, ...others].sort((one, other) => other.atMs - one.atMs);
    return sayingOf(alert, basis, { aboutAlert, aboutStop, answer }, nowMs, limits);
  };
  let saying = say(newestFirst.filter((row) => row.state !== 'waiting'));
  const superseded: NotificationRow[] = [];
  if (isReplacing(saying)) {
    superseded.push(...(await supersede(parts, state, newestFirst, 'superseded', nowMs)));
    // What could not be stopped is being sent right now: it counts as told.
    saying = say(withoutDropped(alert, newestFirst, superseded));
  }
  const driving = await drivingFor(parts, state, { vehicleId, personId: person.personId, part }, nowMs);
  const care = await careOf(state, { vehicleId, personId: person.personId, part }, driving, nowMs);
  const step: Step = {
    ...{ alert, cause, nowMs, turn: mine.turn, recipient: person, part },
    digest: await digestKindFor(parts, state, alert, person, care),
    isAllowed: mayTell(parts.trust, vehicleId, alert.startedAtMs, alert.changedAtMs),
    saying,
    text,
    driving,
    history: history.ofVehicle,
    ...{ interruptedAtMs: history.interruptedAtMs, interruptedOn: history.interruptedOn, ...opinion, limits },
    usable: usableFor(parts, person),
    showing: showingFor(parts, withoutDropped(alert, newestFirst, superseded)),
  };
  const stored = await store(parts, state, draftsOf(step));
  const together = await tellDigestOf(parts, state, { alert, cause }, { person, care }, stored);
  return [...superseded, ...stored, ...together];
}

/** To be taken back is also what may have arrived before it was dropped. */
function withoutDropped(
  { state }: Pick<Alert, 'state'>,
  rows: readonly NotificationRow[],
  dropped: readonly NotificationRow[],
): readonly NotificationRow[] {
  const ids = new Set(dropped.map((row) => row.notificationId));
  const isKept = (row: NotificationRow) => state === 'resolved' && isMaybeThere(row);
  return rows.filter((row) => !ids.has(row.notificationId) || isKept(row));
}

const isReplacing = (saying: Saying): boolean =>
  saying === 'interrupt' || saying === 'resolve' || saying === 'never-told';

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
  const wasReached = rows.some(isReached);
  const isTakenBack = rows.some(({ purpose }) => purpose === 'resolve');
  const person = await state.people.find(personId);
  if (!wasReached || isTakenBack || person === undefined) return dropped;
  const language = languageOf(parts.languages, person.language);
  const why = alert.state === 'resolved' ? 'resolved' : 'handedOver';
  const drafts = draftsOf({
    ...nobodyStep(parts, { ...alert, state: 'resolved' }, cause, nowMs),
    ...{ turn, because: 'off-shift', recipient: person, usable: usableFor(parts, person) },
    showing: showingFor(parts, withoutDropped({ state: 'resolved' }, rows, dropped)),
    isAllowed: mayTell(parts.trust, alert.vehicleId, alert.startedAtMs, alert.changedAtMs),
    text: wordTakenBack(why, language, alert, person, nowMs),
  });
  return [...dropped, ...(await store(parts, state, drafts))];
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
    interruptedOn: () => [],
    ...{ answer: undefined, doubts: undefined },
    limits: parts.limits,
    usable: new Set(),
  };
}
