import { DIGEST, type Feedback } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { NotificationRow, State } from '@outrider/state';
import { tellAnswered } from './answered.ts';
import { openContent } from './content.ts';
import { heed } from './decided.ts';
import { alertsOfDigest } from './digest-told.ts';
import { mayCount, type Parts } from './notifier-deps.ts';

/** Kinds that show somebody has noticed the message. */
const RECEIPTS: ReadonlySet<Feedback['kind']> = new Set([
  'shown',
  'acknowledged',
  'on-it',
  'declined',
  'not-useful',
]);

/**
 * Takes what a person said: messages they have seen become `read`, what still waits to say the same is
 * dropped, and an answer is kept. Unknown ids and repeats change nothing. Returns the rows changed.
 */
export async function takeFeedback(
  parts: Parts,
  state: State,
  feedback: Feedback,
): Promise<readonly NotificationRow[]> {
  if (feedback.kind === 'delivered' || feedback.kind === 'undelivered')
    return takeProviderReceipt(parts, state, feedback, feedback.kind);
  if (!RECEIPTS.has(feedback.kind)) return [];
  const rows = await rowsAbout(state, feedback);
  if (rows.length === 0) return [];
  const changed = [...(await takeForEach(parts, state, feedback, rows))];
  for (const row of rows) {
    const next = await heed(parts, state, row, { kind: 'seen', atMs: feedback.atMs });
    if (next !== undefined) changed.push(next);
  }
  const [{ alertId } = { alertId: '' }] = rows;
  changed.push(...(await tellAnswered(parts, state, feedback, alertId)));
  // Of a digest it is kept for its warnings.
  if (rows.some(({ ruleId }) => ruleId === DIGEST)) return changed;
  if (feedback.kind === 'not-useful') {
    await keepOpinion(parts, state, feedback, rows);
    await addDoubts(parts, state, feedback.atMs, rows);
  }
  if (feedback.kind === 'on-it')
    for (const [personId, { ruleId }] of newestOfEach(rows))
      await state.notifications.clearDoubts(personId, ruleId);
  if (feedback.kind === 'declined' || feedback.kind === 'on-it')
    await keepAnswers(parts, state, { ...feedback, kind: feedback.kind }, rows);
  return changed;
}

/** What is said of one message about many cars is said of each of their warnings, by whoever it was for. */
async function takeForEach(
  parts: Parts,
  state: State,
  { notificationId: _notificationId, ...said }: Feedback,
  rows: readonly NotificationRow[],
): Promise<readonly NotificationRow[]> {
  const changed: NotificationRow[] = [];
  for (const [personId, row] of newestOfEach(rows.filter(({ ruleId }) => ruleId === DIGEST))) {
    const about = await alertsOfDigest(parts, state, row);
    // One opinion of a rule, however many cars it spoke of.
    const meant = said.kind === 'not-useful' ? about.slice(0, 1) : about;
    await parts.trust.prepare(meant.map(({ vehicleId }) => vehicleId));
    for (const { alertId, vehicleId } of meant)
      changed.push(...(await takeFeedback(parts, state, { ...said, personId, alertId, vehicleId })));
  }
  return changed;
}

/** What a provider says became of a message that it took. */
async function takeProviderReceipt(
  parts: Parts,
  state: State,
  { notificationId = '', vehicleId, atMs }: Feedback,
  kind: 'delivered' | 'undelivered',
): Promise<readonly NotificationRow[]> {
  const row = await state.notifications.find(notificationId);
  if (row?.vehicleId !== vehicleId) return [];
  const next = await heed(parts, state, row, { kind, atMs });
  return next === undefined ? [] : [next];
}

/** Rows of the alert up to the revision that was answered, of this person (or of all, when nobody is named). */
async function rowsAbout(state: State, feedback: Feedback): Promise<readonly NotificationRow[]> {
  const shown =
    feedback.notificationId === undefined
      ? undefined
      : await state.notifications.find(feedback.notificationId);
  const alertId = feedback.alertId ?? shown?.alertId;
  if (alertId === undefined) return [];
  const rows = await state.notifications.listOfAlert(alertId);
  return rows.filter(
    (row) =>
      row.vehicleId === feedback.vehicleId &&
      (feedback.personId === undefined || row.personId === feedback.personId) &&
      (shown === undefined || row.revision <= shown.revision),
  );
}

/** For whoever answered; where nobody is named, for everybody who was told. */
async function keepAnswers(
  parts: Parts,
  state: State,
  { kind, atMs }: Pick<Feedback, 'atMs'> & { readonly kind: 'declined' | 'on-it' },
  rows: readonly NotificationRow[],
): Promise<void> {
  for (const [personId, newest] of newestOfEach(rows)) {
    const { vehicleId, ruleId, subject } = newest;
    const probability = probabilityOf(parts, newest);
    await state.notifications.insertAnswer({ personId, vehicleId, ruleId, subject, kind, atMs, probability });
  }
}

/** By person, the newest of what they were told. */
function newestOfEach(rows: readonly NotificationRow[]): ReadonlyMap<string, NotificationRow> {
  const newest = new Map<string, NotificationRow>();
  for (const row of rows.toSorted((one, other) => one.revision - other.revision))
    if (row.personId !== null) newest.set(row.personId, row);
  return newest;
}

/** Without a probability only a graver alert can worsen it. */
const probabilityOf = (parts: Parts, row: NotificationRow): number =>
  openContent(parts.trust.reader('alert_driver'), row)?.basis.probability ?? 1;

/** One more in a row for whoever said it; said again of the same warning it counts once. */
async function addDoubts(
  parts: Parts,
  state: State,
  atMs: number,
  rows: readonly NotificationRow[],
): Promise<void> {
  for (const [personId, row] of newestOfEach(rows)) {
    const { ruleId, alertId } = row;
    const known = await state.notifications.findDoubts(personId, ruleId);
    if (known?.alertId === alertId) continue;
    // What no longer counts is no part of the row: after it two more are needed again.
    const isOver = known !== undefined && atMs - known.atMs >= parts.limits.doubtLastsMs;
    const before = isOver ? undefined : known;
    const probability = Math.max(before?.probability ?? 0, probabilityOf(parts, row));
    const times = (before?.times ?? 0) + 1;
    await state.notifications.putDoubts({ personId, ruleId, times, alertId, atMs, probability });
  }
}

const DAY_MS = 24 * 3_600_000;

/** For figures about crowds, while the owner agrees to those: once per person and alert, and naming neither. */
async function keepOpinion(
  { trust }: Parts,
  state: State,
  { vehicleId, personId, because, atMs }: Feedback,
  rows: readonly NotificationRow[],
): Promise<void> {
  const [row] = rows;
  if (row === undefined || !mayCount(trust, vehicleId, atMs)) return;
  const vehicle = await state.vehicles.find(vehicleId);
  await state.opinions.put({
    opinionId: contentId('opinion', row.alertId, personId ?? ''),
    dayMs: Math.floor(atMs / DAY_MS) * DAY_MS,
    ruleId: row.ruleId,
    because: because ?? null,
    isSynthetic: vehicle?.isSynthetic === true,
  });
}
