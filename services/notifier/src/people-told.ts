import type { Alert, ChannelName, Part } from '@outrider/domain';
import type { NotificationRow, Person, State } from '@outrider/state';
import { type Recipient, whoMayBeTold } from '@outrider/trust';
import { openContent } from './content.ts';
import type { Care } from './digest.ts';
import { countsAsMoving, type DrivingState } from './driving-state.ts';
import type { Parts } from './notifier-deps.ts';
import { type Facts, isTold, type Limits, type Told } from './stage.ts';
import { languageOf } from './wording/language.ts';
import { isUnworded, namingCar, type Text, wordAlert, wordResolved } from './wording/wording.ts';

// Who is to be told, and what they were told before.

/** Enough for the longest rate and for an inhibiting alert of a whole day. */
const HISTORY_MS = 24 * 3_600_000;
const HISTORY_ROWS = 500;

/** Who may be told of an alert now, by trust's one decision; of one for operators only the dispatchers among them. */
export async function recipientsOf(
  state: State,
  {
    vehicleId,
    startedAtMs,
    changedAtMs,
    audience,
  }: Pick<Alert, 'vehicleId' | 'startedAtMs' | 'changedAtMs' | 'audience'>,
  nowMs: number,
): Promise<readonly Recipient[]> {
  const ownerships = await state.vehicles.ownerships([vehicleId]);
  const assignments = await state.assignments.ofVehicles([vehicleId]);
  const all = whoMayBeTold(ownerships, assignments, [startedAtMs, changedAtMs], nowMs);
  return audience === 'operators' ? all.filter(({ part }) => part === 'dispatcher') : all;
}

/** Of a row: whoever may be told of what it was made about. */
export const hasBegun = ({ vehicleId, createdAtMs }: NotificationRow) => ({
  vehicleId,
  startedAtMs: createdAtMs,
  changedAtMs: createdAtMs,
});

/** Somebody who owns more cars than this without a driver is not driving all of them. */
const OWN_CARS_MAX = 10;

/**
 * Cars this person drives or is driven in: their own without a driver on shift, and those they are on shift in.
 * @param isAsked looks only at these
 */
export async function carsOf(
  state: State,
  personId: string,
  nowMs: number,
  isAsked: (vehicleId: string) => boolean = () => true,
): Promise<readonly string[]> {
  const all = (await state.vehicles.listOf(personId, nowMs)).map(({ vehicleId }) => vehicleId);
  const owned = all.length > OWN_CARS_MAX ? [] : all;
  const assigned = (await state.assignments.ofPerson(personId, nowMs)).map(({ vehicleId }) => vehicleId);
  const cars: string[] = [];
  for (const vehicleId of new Set([...owned, ...assigned].filter(isAsked))) {
    const recipients = await recipientsOf(
      state,
      { vehicleId, startedAtMs: nowMs, changedAtMs: nowMs },
      nowMs,
    );
    if (recipients.some((one) => one.personId === personId && isInside(one))) cars.push(vehicleId);
  }
  return cars;
}

/** What a person has to do with a car that a warning is about, and with how many others. */
export async function careOf(
  state: State,
  { vehicleId, personId, part }: Pick<Recipient, 'personId' | 'part'> & { readonly vehicleId: string },
  driving: DrivingState,
  nowMs: number,
): Promise<Care> {
  const owned = await state.vehicles.listOf(personId, nowMs);
  const assigned = (await state.assignments.ofPerson(personId, nowMs)).filter(
    ({ fromMs }) => fromMs <= nowMs,
  );
  const isOnShift = assigned.some((one) => one.vehicleId === vehicleId && isInside(one));
  return {
    cars: new Set([...owned, ...assigned].map((one) => one.vehicleId)).size,
    isStaff: !isInside({ part }),
    // An owner of many cars sits in none of those that stand.
    isInside: isInside({ part }) && (isOnShift || countsAsMoving(driving)),
  };
}

/** Sits in the car, so that it moving is they moving. */
export const isInside = ({ part }: Pick<Recipient, 'part'>): boolean =>
  part === 'driver' || part === 'co-driver';

export function toldOf(parts: Parts, row: NotificationRow): Told {
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

/** What a person was told of one car since they have it, and when they were interrupted about any. */
export async function historyOf(
  parts: Parts,
  state: State,
  vehicleId: string,
  person: Person,
  sinceMs: number,
  nowMs: number,
) {
  const rows = await state.notifications.listOfPerson(person.personId, nowMs - HISTORY_MS, HISTORY_ROWS);
  const told = rows.filter(
    (row) => row.interrupts && isTold({ ...row, atMs: row.createdAtMs, basis: undefined }),
  );
  const interruptions = new Map<string, number>();
  for (const row of told)
    interruptions.set(`${row.alertId} ${row.revision}`, Math.max(row.createdAtMs, row.notBeforeMs));
  const ofVehicle = rows
    .filter((row) => row.vehicleId === vehicleId && row.createdAtMs >= sinceMs)
    .map((row) => toldOf(parts, row));
  const interruptedOn = (channel: ChannelName) =>
    told.filter((row) => row.channel === channel).map((row) => Math.max(row.createdAtMs, row.notBeforeMs));
  return { ofVehicle, interruptedAtMs: [...interruptions.values()], interruptedOn };
}

/** Taken back because they handed the car over: what they are told after it begins anew. */
const isHandover = (row: NotificationRow): boolean => row.purpose === 'resolve' && row.reason === 'off-shift';

/** Rows of one person about one alert since they last took the car, and how often they handed it over before. */
export function sinceHandover(mine: readonly NotificationRow[]): {
  readonly rows: readonly NotificationRow[];
  readonly turn: number;
} {
  return {
    rows: mine.slice(mine.findLastIndex(isHandover) + 1),
    turn: mine.filter(isHandover).length,
  };
}

/** Somebody to be told: as what, since when, and what they were told since. */
export interface Taker {
  readonly person: Person;
  readonly part: Part;
  readonly sinceMs: number;
  /** What the car's owner calls it: whoever is not its driver is told which car it is. */
  readonly label: string;
  readonly mine: ReturnType<typeof sinceHandover>;
}

export async function takerOf(
  state: State,
  { personId, part, sinceMs }: Recipient,
  label: string,
  rows: readonly NotificationRow[],
): Promise<Taker> {
  const person = await state.people.find(personId);
  if (person === undefined) throw new Error('somebody who has a part in a car is nobody');
  const mine = sinceHandover(rows.filter((row) => row.personId === personId));
  return { person, part, sinceMs, label, mine };
}

/** A row that was written again stands for its earlier self. */
export const newestOf = (rows: readonly NotificationRow[]): readonly NotificationRow[] => [
  ...new Map(rows.map((row) => [row.notificationId, row])).values(),
];

/** Out, or being read. */
export const isReached = ({ state }: NotificationRow): boolean =>
  state === 'sent' || state === 'delivered' || state === 'read';

/**
 * Whether the person may be at a wheel. Whoever is not in this car does not drive it: a dispatcher sits at a desk, a
 * crew waits to be called. Whatever this car does, another one of theirs that moves has them in it.
 */
export async function drivingFor(
  parts: Parts,
  state: State,
  {
    vehicleId,
    personId,
    part,
  }: { readonly vehicleId: string; readonly personId: string; readonly part: Part },
  nowMs: number,
): Promise<DrivingState> {
  const here: DrivingState = isInside({ part }) ? parts.driving.of(vehicleId, nowMs) : { kind: 'parked' };
  if (countsAsMoving(here)) return here;
  const moves = (id: string) => id !== vehicleId && parts.driving.of(id, nowMs).kind === 'moving';
  // One that says nothing holds nothing: it may never say a word.
  const isElsewhere = (await carsOf(state, personId, nowMs, moves)).length > 0;
  return isElsewhere ? { kind: 'moving' } : here;
}

export const limitsFor = ({ limits }: Parts, part: Part): Limits =>
  part === 'crew' ? { ...limits, rates: limits.crewRates } : limits;

export const usableFor = (parts: Parts, person: Person): ReadonlySet<ChannelName> =>
  new Set(parts.channels.filter((one) => one.reaches(person)).map((one) => one.name));

/**
 * Channels where a later word takes the place of what this person was told of an alert: it is there, or may be.
 * @param rows theirs, without those that will certainly never be sent
 */
export function showingFor(parts: Parts, rows: readonly NotificationRow[]): ReadonlySet<ChannelName> {
  const there = new Set(
    rows.filter((row) => row.state === 'waiting' || isMaybeThere(row)).map(({ channel }) => channel),
  );
  const channels = parts.channels.filter(({ replaces, name }) => replaces === true && there.has(name));
  return new Set(channels.map(({ name }) => name));
}

/** Out, or tried without anybody knowing what came of it. */
export const isMaybeThere = (row: NotificationRow): boolean =>
  isReached(row) || (row.attempts > 0 && row.reason === 'ambiguous');

export function textFor(
  parts: Parts,
  alert: Alert,
  { person, part, label }: Pick<Taker, 'person' | 'part' | 'label'>,
  nowMs: number,
): Text {
  const language = languageOf(parts.languages, person.language);
  if (isUnworded(language, alert.message))
    parts.runtime.log.error({ message: alert.message }, 'a message has no words of its own');
  const word = alert.state === 'resolved' ? wordResolved : wordAlert;
  const text = word(language, alert, person, nowMs);
  // Whoever has a canary must not take its warnings for a car's.
  return part === 'driver' && !alert.isDrill ? text : namingCar(text, label);
}

/** What this person said to this advice before, and of its rule as a whole. */
export async function opinionOf(
  state: State,
  { vehicleId, ruleId, subject }: Pick<Alert, 'vehicleId' | 'ruleId' | 'subject'>,
  { person: { personId }, sinceMs }: Pick<Taker, 'person' | 'sinceMs'>,
): Promise<Pick<Facts, 'answer' | 'doubts'>> {
  const said = await state.notifications.findAnswer({ personId, vehicleId, ruleId, subject });
  return {
    // What they answered on an earlier shift was about another drive.
    answer: said !== undefined && said.atMs >= sinceMs ? said : undefined,
    doubts: await state.notifications.findDoubts(personId, ruleId),
  };
}
