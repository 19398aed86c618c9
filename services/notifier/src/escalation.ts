import type { Part } from '@outrider/domain';
import type { NotificationRow, State } from '@outrider/state';
import type { Recipient } from '@outrider/trust';
import type { Content } from './content.ts';
import { store, supersede } from './decided.ts';
import { draftsOf, type Step } from './deciding.ts';
import { type DigestKind, digestKindOf } from './digest.ts';
import { mayTell, type Parts } from './notifier-deps.ts';
import {
  drivingFor,
  hasBegun,
  isInside,
  isReached,
  limitsFor,
  opinionOf,
  recipientsOf,
  sinceHandover,
  type Taker,
  textFor,
  usableFor,
} from './people-told.ts';
import type { Escalation, SendFacts } from './stage.ts';
import { escalatesAtMs } from './stages/escalate.ts';

// From the driver to who can help: rows that wait for their time, and what is asked again when it has come.

const DAY_MS = 86_400_000;
const ROWS = 1_000;

/** What a step of an alert rests on for those who are not the driver. */
export interface DriversRows {
  readonly all: readonly NotificationRow[];
  readonly drivers: readonly NotificationRow[];
}

/** All rows of an alert, and those of who drives now, since they do. */
export function driversRows(recipients: readonly Recipient[], all: readonly NotificationRow[]): DriversRows {
  const drivers = recipients
    .filter(({ part }) => part === 'driver')
    .flatMap(({ personId }) => sinceHandover(all.filter((row) => row.personId === personId)).rows);
  return { all, drivers };
}

/**
 * Somebody who is not the driver and was not told yet: rows that wait until nobody has answered for long enough, in
 * place of those an earlier step left. Deciding the same step again changes nothing.
 */
export async function takeLater(
  parts: Parts,
  state: State,
  arrived: Pick<Step, 'alert' | 'cause' | 'nowMs'>,
  taker: Taker,
  { all, drivers }: DriversRows,
): Promise<readonly NotificationRow[]> {
  const { alert, nowMs } = arrived;
  const { person, part, mine } = taker;
  const isFiring = alert.state === 'firing';
  if (part === 'driver' || (isFiring && mine.rows.some(({ revision }) => revision >= alert.revision)))
    return [];
  const asked = { severity: alert.severity, hasRemedy: alert.remedies.length > 0 };
  const dueAtMs = isFiring ? escalatesAtMs(part, asked, all, drivers, parts.limits.escalation) : undefined;
  const dropped = await supersede(parts, state, mine.rows, 'superseded', nowMs);
  if (dueAtMs === undefined) return dropped;
  const drafts = draftsOf({
    ...{ ...arrived, turn: mine.turn, recipient: person, part, saying: 'interrupt' },
    isAllowed: mayTell(parts.trust, alert.vehicleId, alert.startedAtMs, alert.changedAtMs),
    text: textFor(parts, alert, taker, nowMs),
    driving: await drivingFor(
      parts,
      state,
      { vehicleId: alert.vehicleId, personId: person.personId, part },
      nowMs,
    ),
    // What they were told by then is asked when its time has come.
    ...{ history: [], interruptedAtMs: [], interruptedOn: () => [] },
    ...(await opinionOf(state, alert, taker)),
    limits: limitsFor(parts, part),
    usable: usableFor(parts, person),
    escalation: { dueAtMs, interruptedAtMs: [], rates: [] },
  });
  return [...dropped, ...(await store(parts, state, drafts))];
}

/**
 * Asked at the moment of sending: does the person still have a part in the car, do they drive, and, of a message to
 * who is not the driver, has nobody answered yet?
 */
export async function placeOf(
  parts: Parts,
  row: NotificationRow,
  said: Content | undefined,
  others: readonly NotificationRow[],
  nowMs: number,
): Promise<Pick<SendFacts, 'isTheirs' | 'driving' | 'escalation' | 'digest'>> {
  const recipients = await recipientsOf(parts.state, { ...hasBegun(row), audience: said?.audience }, nowMs);
  const part = recipients.find(({ personId }) => personId === row.personId)?.part;
  const isTheirs = row.purpose === 'resolve' || part !== undefined;
  const { vehicleId, personId } = row;
  const driving =
    personId === null
      ? parts.driving.of(vehicleId, nowMs)
      : await drivingFor(parts, parts.state, { vehicleId, personId, part: part ?? 'driver' }, nowMs);
  if (said?.isEscalated !== true || part === undefined || part === 'driver') return { isTheirs, driving };
  const { all, drivers } = driversRows(recipients, others);
  const asked = { severity: row.severity, hasRemedy: said.basis.remedyKey !== 'none' };
  const dueAtMs = escalatesAtMs(part, asked, all, drivers, parts.limits.escalation);
  const { rates } = limitsFor(parts, part);
  return {
    isTheirs,
    driving,
    digest: await floodFor(parts, row, part, nowMs),
    escalation: { dueAtMs, rates, interruptedAtMs: await before(parts, row, nowMs) },
  };
}

/** Whether there is a flood of messages to somebody who helps; whoever sits in the car is told by itself. */
async function floodFor(
  { state, limits }: Parts,
  { alertId, personId, severity }: NotificationRow,
  part: Part,
  nowMs: number,
): Promise<DigestKind | undefined> {
  if (personId === null) return undefined;
  const care = { cars: 0, isStaff: true, isInside: isInside({ part }) };
  const asked = await state.notifications.listAsked(personId, nowMs - DAY_MS);
  return digestKindOf({ alertId, severity }, care, asked, nowMs, limits);
}

/** When the person was interrupted, and what is due to interrupt them before this row: several are sent at once. */
async function before(
  { state }: Parts,
  row: NotificationRow,
  nowMs: number,
): Promise<Escalation['interruptedAtMs']> {
  if (row.personId === null) return [];
  const rows = await state.notifications.listOfPerson(row.personId, nowMs - DAY_MS, ROWS);
  const atMs = new Map<string, number>();
  for (const one of rows.filter(({ interrupts }) => interrupts)) {
    if (messageOf(one) === messageOf(row)) continue;
    if (isReached(one)) atMs.set(messageOf(one), Math.max(one.createdAtMs, one.notBeforeMs));
    else if (isSooner(one, row, nowMs)) atMs.set(messageOf(one), nowMs);
  }
  return [...atMs.values()];
}

/** Several channels are one interruption. */
const messageOf = ({ alertId, revision }: NotificationRow): string => `${alertId} ${revision}`;

const isSooner = (one: NotificationRow, row: NotificationRow, nowMs: number): boolean =>
  one.state === 'waiting' &&
  one.notBeforeMs <= nowMs &&
  (one.notBeforeMs < row.notBeforeMs ||
    (one.notBeforeMs === row.notBeforeMs && messageOf(one) < messageOf(row)));
