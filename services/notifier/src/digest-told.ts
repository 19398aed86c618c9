import { type Alert, DIGEST, type Severity } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { AskedAlert, NotificationRow, Person, State } from '@outrider/state';
import { type Content, openContent } from './content.ts';
import { isUnknownSubject, store, supersede } from './decided.ts';
import { channelsFor, type Draft } from './deciding.ts';
import {
  type Care,
  type DigestBefore,
  type DigestKind,
  type DigestSaid,
  type DigestStep,
  digestKindOf,
  digestStep,
  membersOf,
} from './digest.ts';
import type { Parts } from './notifier-deps.ts';
import { careOf, isReached, showingFor, usableFor } from './people-told.ts';
import { isTogether, severityRank } from './stage.ts';
import { wordDigest, wordDigestOver } from './wording/digest-words.ts';
import { languageOf } from './wording/language.ts';

// One message about many cars, into the store and on to `notifications.v1`, in the transaction of the alert that
// changed it. It is a message as any other: it waits, is replaced, sent and answered as those are.

/** A digest's warnings began within this. */
const ABOUT_MS = 24 * 3_600_000;
/** What was said may be taken back for so long. */
const WITHDRAW_FOR_MS = 24 * 3_600_000;

/** The warning that makes a digest change. */
interface Cause {
  readonly alertId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  readonly message: string;
  readonly audience: Content['audience'];
  readonly stopName: string | undefined;
  readonly deadlineAtMs: number | undefined;
  readonly traceparent: string | undefined;
  /** How long a new digest waits for others. */
  readonly waitMs: number;
  /** It is to be told in the digest; false: it may have been, and changed. */
  readonly isJoining: boolean;
  /** A car that nothing is to be said about any more. */
  readonly withoutVehicleId?: string;
}

/** How this person is told of an alert that would interrupt them. */
export async function digestKindFor(
  { runtime, limits }: Parts,
  state: State,
  alert: Alert,
  { personId }: Person,
  care: Care,
): Promise<DigestKind | undefined> {
  if (care.isInside || alert.state === 'resolved') return undefined;
  const nowMs = runtime.eventClock.nowMs();
  const asked = await state.notifications.listAsked(personId, nowMs - ABOUT_MS);
  return digestKindOf(alert, care, asked, nowMs, limits);
}

/** After a step of an alert was decided for somebody: what becomes of the digest that speaks of it. */
export function tellDigestOf(
  parts: Parts,
  state: State,
  { alert, cause }: { readonly alert: Alert; readonly cause: string | undefined },
  { person, care }: { readonly person: Person; readonly care: Care },
  rows: readonly NotificationRow[],
): Promise<readonly NotificationRow[]> {
  const kind = rows.find(isTogether)?.reason;
  return tellDigest(parts, state, person, care, {
    ...{ alertId: alert.alertId, vehicleId: alert.vehicleId, ruleId: alert.ruleId, message: alert.message },
    ...{ audience: alert.audience, stopName: alert.stopName, deadlineAtMs: alert.deadlineAtMs },
    traceparent: cause,
    waitMs: kind === 'digest' ? (alert.digestForS ?? 0) * 1000 : 0,
    isJoining: kind !== undefined && alert.state === 'firing',
  });
}

/** Why a digest is not sent that others are still to be told in. */
const LEAD_IS_GONE: ReadonlySet<string | null> = new Set(['off-shift', 'no-consent', 'no-recipient']);

/**
 * After a message was settled: one that came to its turn in a flood is told in the digest, and a digest whose first
 * car may not be spoken of any more begins with another.
 */
export async function tellTogether(
  parts: Parts,
  state: State,
  row: NotificationRow,
): Promise<readonly NotificationRow[]> {
  if (row.state !== 'suppressed' || row.personId === null) return [];
  const isDigest = row.ruleId === DIGEST;
  if (isDigest ? !LEAD_IS_GONE.has(row.reason) : !isTogether(row)) return [];
  const person = await state.people.find(row.personId);
  const said = openContent(parts.trust.reader('alert_driver'), row);
  if (person === undefined || said === undefined) return [];
  const nowMs = parts.runtime.eventClock.nowMs();
  const care = await careOf(
    state,
    { ...row, personId: row.personId, part: 'crew' },
    { kind: 'parked' },
    nowMs,
  );
  const ruleId = isDigest ? row.subject : row.ruleId;
  return tellDigest(parts, state, person, care, {
    ...{ alertId: row.alertId, vehicleId: row.vehicleId, ruleId, message: said.message ?? ruleId },
    ...{ audience: said.audience, stopName: said.basis.stopName ?? undefined },
    ...{ deadlineAtMs: said.deadlineAtMs ?? undefined, traceparent: said.traceparent },
    ...{ waitMs: 0, isJoining: true, ...(isDigest && { withoutVehicleId: row.vehicleId }) },
  });
}

/** Alerts that a digest speaks of now, for the person it was for: an answer to it is one to each of them. */
export async function alertsOfDigest(
  { runtime }: Parts,
  state: State,
  { personId, subject }: NotificationRow,
): Promise<readonly AskedAlert[]> {
  if (personId === null) return [];
  const nowMs = runtime.eventClock.nowMs();
  return membersOf(await state.notifications.listAsked(personId, nowMs - ABOUT_MS), subject, nowMs);
}

async function tellDigest(
  parts: Parts,
  state: State,
  person: Person,
  care: Care,
  cause: Cause,
): Promise<readonly NotificationRow[]> {
  const { personId } = person;
  const nowMs = parts.runtime.eventClock.nowMs();
  const sinceMs = nowMs - ABOUT_MS;
  const { ruleId } = cause;
  const rows = await state.notifications.listOfSubject(
    { personId, ruleId: DIGEST, subject: ruleId },
    sinceMs,
  );
  const before = beforeOf(parts, rows, nowMs);
  if (before === undefined && !cause.isJoining) return [];
  const asked = await state.notifications.listAsked(personId, sinceMs);
  const about = membersOf(asked, ruleId, nowMs).filter(
    ({ vehicleId }) => vehicleId !== cause.withoutVehicleId,
  );
  const now = {
    count: new Set(about.map(({ vehicleId }) => vehicleId)).size,
    severity: gravest(about),
    leadVehicleId: leadOf(before, about, cause),
  };
  const step = digestStep(before, now, cause.waitMs, nowMs, parts.limits);
  if (step.kind === 'nothing') return [];
  const ofThis = rows.filter(({ alertId }) => alertId === before?.row.alertId);
  const why = step.kind === 'drop' ? 'resolved-silently' : 'superseded';
  const dropped = step.kind === 'update' ? [] : await supersede(parts, state, ofThis, why, nowMs);
  if (step.kind === 'drop') return dropped;
  const word = { step, person, care, cause, before, about, ofThis, ...now };
  const write = async (leadVehicleId: string) => {
    await parts.trust.prepare([leadVehicleId]);
    return store(parts, state, await draftsOf(parts, state, { ...word, leadVehicleId }, nowMs));
  };
  // The key of the first car may be destroyed since; that of the one at hand was in use a moment ago.
  const written = await write(now.leadVehicleId).catch((error: unknown) => {
    if (!isUnknownSubject(error) || now.leadVehicleId === cause.vehicleId) throw error;
    return write(cause.vehicleId);
  });
  return [...dropped, ...written];
}

/** The digest there is of these rows, unless the newest is over. */
function beforeOf(parts: Parts, rows: readonly NotificationRow[], nowMs: number): DigestBefore | undefined {
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const ofLast = rows.filter(
    ({ alertId, revision }) => alertId === last.alertId && revision === last.revision,
  );
  const row = ofLast.find(isReached) ?? ofLast.find(({ state }) => state === 'waiting') ?? last;
  if (row.purpose === 'resolve' || row.expiresAtMs <= nowMs || LEAD_IS_GONE.has(row.reason)) return undefined;
  const said = openContent(parts.trust.reader('alert_driver'), row)?.digest;
  const interruptions = rows
    .filter((one) => one.alertId === row.alertId && one.interrupts && isReached(one))
    .map((one) => Math.max(one.createdAtMs, one.notBeforeMs));
  return { row, said, interruptedAtMs: interruptions.length === 0 ? undefined : Math.max(...interruptions) };
}

const gravest = (about: readonly AskedAlert[]): Severity =>
  about.reduce<Severity>(
    (worst, { severity }) => (severityRank(severity) > severityRank(worst) ? severity : worst),
    'info',
  );

/** The one to be decided on first, where that is known; else the one that has waited longest. */
function leadOf(before: DigestBefore | undefined, about: readonly AskedAlert[], cause: Cause): string {
  const vehicles = about.map(({ vehicleId }) => vehicleId);
  const known = before?.row.vehicleId;
  const isKnownLeft = known !== undefined && vehicles.includes(known);
  const byMs = before?.said?.byMs ?? Number.POSITIVE_INFINITY;
  const isSooner = cause.isJoining && (cause.deadlineAtMs ?? Number.POSITIVE_INFINITY) < byMs;
  if (vehicles.includes(cause.vehicleId) && (isSooner || !isKnownLeft) && cause.isJoining)
    return cause.vehicleId;
  return isKnownLeft ? known : (vehicles[0] ?? known ?? cause.vehicleId);
}

interface Word {
  readonly step: Exclude<DigestStep, { readonly kind: 'nothing' | 'drop' }>;
  readonly person: Person;
  readonly care: Care;
  readonly cause: Cause;
  readonly before: DigestBefore | undefined;
  readonly about: readonly AskedAlert[];
  readonly ofThis: readonly NotificationRow[];
  readonly count: number;
  readonly severity: Severity;
  readonly leadVehicleId: string;
}

const PURPOSE = { interrupt: 'alert', update: 'update', resolve: 'resolve' } as const;

async function draftsOf(parts: Parts, state: State, word: Word, nowMs: number): Promise<readonly Draft[]> {
  const { step, person, cause, before, about, severity, leadVehicleId } = word;
  const { personId } = person;
  const { ruleId } = cause;
  const alertId = before?.row.alertId ?? contentId(DIGEST, personId, ruleId, cause.alertId, nowMs);
  const revision = (before?.row.revision ?? 0) + 1;
  const showing = showingFor(parts, word.ofThis);
  const usable = usableFor(parts, person);
  const channels = channelsFor(step.kind, person, showing);
  const expiresAtMs =
    step.kind === 'resolve' ? nowMs + WITHDRAW_FOR_MS : Math.max(...about.map((one) => one.expiresAtMs));
  const digest = saidNow(word);
  const said = await contentOf(parts, state, word, digest, nowMs);
  return (channels.length === 0 ? [null] : channels).map((channel) => {
    const isUsable = channel !== null && usable.has(channel);
    return {
      row: {
        notificationId: contentId(alertId, revision, personId, channel ?? ''),
        ...{
          alertId,
          revision,
          vehicleId: leadVehicleId,
          ruleId: DIGEST,
          subject: ruleId,
          personId,
          channel,
        },
        state: isUsable ? 'waiting' : 'suppressed',
        severity: step.kind === 'resolve' ? (before?.row.severity ?? severity) : severity,
        ...{ interrupts: step.kind === 'interrupt', purpose: PURPOSE[step.kind] },
        reason: isUsable ? null : 'no-channel',
        ...{ createdAtMs: nowMs, changedAtMs: nowMs, expiresAtMs },
        notBeforeMs: step.kind === 'interrupt' ? Math.min(step.notBeforeMs, expiresAtMs) : nowMs,
        attempts: 0,
      },
      said,
    };
  });
}

function saidNow({ step, before, cause, count, leadVehicleId }: Word): DigestSaid {
  const isSameLead = before?.row.vehicleId === leadVehicleId;
  const byMs =
    leadVehicleId === cause.vehicleId ? cause.deadlineAtMs : isSameLead ? before?.said?.byMs : undefined;
  // One place only as long as every one that joined named the same.
  const place = before === undefined ? cause.stopName : before.said?.place;
  const isOnePlace = !cause.isJoining || place === cause.stopName;
  return { count, interruptedCount: step.interruptedCount, ...(isOnePlace && { place }), byMs };
}

async function contentOf(
  parts: Parts,
  state: State,
  { step, person, care, cause, leadVehicleId }: Word,
  digest: DigestSaid,
  nowMs: number,
): Promise<Content> {
  const language = languageOf(parts.languages, person.language);
  const lead = (await state.vehicles.find(leadVehicleId))?.label ?? '';
  const { message, audience, traceparent } = cause;
  const { count, byMs, place } = digest;
  const text =
    step.kind === 'resolve'
      ? wordDigestOver(language)
      : wordDigest(language, { message, count, cars: care.cars, lead, byMs, place }, person, nowMs);
  return {
    ...{ ...text, isFollowUp: false, message, digest, deadlineAtMs: byMs ?? null },
    ...(audience !== undefined && { audience }),
    ...(traceparent !== undefined && { traceparent }),
    basis: {
      ...{ says: contentId(text.title, text.body), remedyKey: 'none', offered: [] },
      ...{ probability: null, stopName: place ?? null },
    },
  };
}
