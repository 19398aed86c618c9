import { traceHeader } from '@outrider/runtime';
import { notificationOfLine, type Person, type State, type WatchLineRow } from '@outrider/state';
import { z } from 'zod';
import { isUnknownSubject } from './decided.ts';
import { decisionRow } from './decision-record.ts';
import { mayTell, type Parts } from './notifier-deps.ts';
import { recipientsOf } from './people-told.ts';
import { isOpen, type Line, type LineSaid, type LineVerdict, lineExpiresMs, lineSaid } from './trip-line.ts';
import { languageOf } from './wording/language.ts';
import { wordLine } from './wording/watch-words.ts';

// The line about a trip, into the store and on to `notifications.v1`, in the caller's transaction: what was written
// is what the feed has.

/** What becomes of a line, given what it says now. */
export type LineChange = (line: Line | undefined) => {
  readonly verdict: LineVerdict;
  /** Of the forecast it rests on. */
  readonly madeAtMs: number;
  readonly validUntilMs: number | undefined;
};

export type LineOutcome = 'nothing' | 'no-recipient' | LineSaid['state'];

/** Words first, so that the api finds them where it finds those of other messages. */
const lineContent = z.object({ title: z.string(), body: z.string(), spoken: z.string(), said: lineSaid });
type LineContent = z.infer<typeof lineContent>;

/** The line of a row; without what it says where that may not or cannot be read any more. */
export function openLine({ trust }: Parts, row: WatchLineRow): Line {
  const { keyId, box, ...rest } = row;
  const opened = trust.reader('alert_driver').open(row.vehicleId, keyId, Buffer.from(box, 'base64url'));
  if (opened.kind === 'denied') return { row: rest, said: undefined };
  const read = lineContent.safeParse(JSON.parse(new TextDecoder().decode(opened.bytes)));
  return { row: rest, said: read.data?.said };
}

/** Changes a car's line and queues what the feed is told of it. */
export async function tellLine(
  parts: Parts,
  state: State,
  change: LineChange,
  vehicleId: string,
  cause: string | undefined,
): Promise<LineOutcome> {
  const nowMs = parts.runtime.eventClock.nowMs();
  const row = await state.watchLines.find(vehicleId);
  const line = row === undefined ? undefined : openLine(parts, row);
  const { verdict, ...basis } = change(line);
  if (verdict.kind === 'nothing') return 'nothing';
  const person = verdict.kind === 'say' ? await driverOf(parts, state, vehicleId, nowMs) : undefined;
  const isGoingOn =
    verdict.kind === 'say' &&
    isOpen(line) &&
    line.row.tripId === verdict.tripId &&
    line.row.personId === person?.personId;
  if (isGoingOn && verdict.isOnlyForOthers) return 'nothing';
  const told = { parts, state, nowMs, cause };
  try {
    // Another trip, or another driver: the line there was is taken back first.
    if (isOpen(line) && !isGoingOn) await endLine(told, line, basis.madeAtMs);
    if (verdict.kind !== 'say') return 'ended';
    if (person === undefined) return 'no-recipient';
    const before = line !== undefined && line.row.tripId === verdict.tripId ? line.row : undefined;
    const { tripId, said } = verdict;
    await write(told, person, said, {
      ...{ vehicleId, tripId, personId: person.personId, state: said.state },
      revision: (before?.revision ?? 0) + (before === undefined || isGoingOn ? 1 : 2),
      startedAtMs: before?.startedAtMs ?? nowMs,
      ...{ changedAtMs: nowMs, madeAtMs: basis.madeAtMs, validUntilMs: basis.validUntilMs ?? null },
      expiresAtMs: lineExpiresMs(said, basis.validUntilMs, nowMs),
    });
    return said.state;
  } catch (error) {
    if (!isUnknownSubject(error)) throw error;
    // The car has no owner any more: there is nobody to tell, and no key to tell it with.
    if (row !== undefined) await state.watchLines.put({ ...row, state: 'ended', validUntilMs: null });
    return 'no-recipient';
  }
}

interface Told {
  readonly parts: Parts;
  readonly state: State;
  readonly nowMs: number;
  readonly cause: string | undefined;
}

/** Whoever drives the car now and may be told; nobody else is asked to read along. */
async function driverOf(
  parts: Parts,
  state: State,
  vehicleId: string,
  nowMs: number,
): Promise<Person | undefined> {
  const about = { vehicleId, startedAtMs: nowMs, changedAtMs: nowMs };
  const driver = (await recipientsOf(state, about, nowMs)).find(({ part }) => part === 'driver');
  if (driver === undefined || !mayTell(parts.trust, vehicleId, nowMs, nowMs)) return undefined;
  return state.people.find(driver.personId);
}

async function endLine(told: Told, { row }: Line, madeAtMs: number): Promise<void> {
  const said: LineSaid = { state: 'ended' };
  const ended = { state: said.state, revision: row.revision + 1, changedAtMs: told.nowMs };
  const person = await told.state.people.find(row.personId);
  await write(told, person, said, {
    ...{ ...row, ...ended, madeAtMs, validUntilMs: null },
    expiresAtMs: lineExpiresMs(said, undefined, told.nowMs),
  });
}

async function write(
  { parts, state, nowMs, cause }: Told,
  person: Person | undefined,
  said: LineSaid,
  row: Line['row'],
): Promise<void> {
  // Of somebody who is gone only the line has to end.
  const reader = person ?? { language: '', units: 'metric', timeZone: 'UTC' };
  const text = wordLine(languageOf(parts.languages, reader.language), said, reader, nowMs);
  const content: LineContent = { ...text, said };
  const sealed = parts.trust.seal(row.vehicleId, nowMs, new TextEncoder().encode(JSON.stringify(content)));
  const box = Buffer.from(sealed.box).toString('base64url');
  const next = { ...row, keyId: sealed.keyId, box };
  await state.watchLines.put(next);
  if (person === undefined) return;
  await state.outbox.insert([
    decisionRow(parts.trust, notificationOfLine(next), { ...text, ...traceHeader(cause) }),
  ]);
}
