import type { Feedback } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { NotificationRow, State } from '@outrider/state';
import { openContent } from './content.ts';
import { store } from './decided.ts';
import type { Draft } from './deciding.ts';
import type { Parts } from './notifier-deps.ts';
import { isMaybeThere } from './people-told.ts';

/** Somebody has taken it in hand; that a page showed it says less. */
const ANSWERS: ReadonlySet<Feedback['kind']> = new Set(['acknowledged', 'on-it']);

/**
 * Where a channel can show that somebody has answered, everybody who was told there is shown it, once per word about
 * the alert. Within a transaction. Returns the rows written.
 */
export async function tellAnswered(
  parts: Parts,
  state: State,
  { kind }: Feedback,
  alertId: string,
): Promise<readonly NotificationRow[]> {
  const channels = new Set(parts.channels.filter((one) => one.showsAnswers === true).map(({ name }) => name));
  if (channels.size === 0 || !ANSWERS.has(kind)) return [];
  const newest = new Map<string, NotificationRow>();
  for (const row of await state.notifications.listOfAlert(alertId))
    if (row.channel !== null && channels.has(row.channel) && isMaybeThere(row))
      newest.set(`${row.channel} ${row.personId}`, row);
  const nowMs = parts.runtime.eventClock.nowMs();
  const drafts = [...newest.values()]
    .filter(({ purpose }) => purpose !== 'resolve')
    .flatMap((row) => answeredDraft(parts, row, nowMs) ?? []);
  return store(parts, state, drafts);
}

/** The same words, with the news that somebody is on it; undefined where they cannot be read any more, or it was it. */
function answeredDraft(parts: Parts, row: NotificationRow, nowMs: number): Draft | undefined {
  const said = openContent(parts.trust.reader('alert_driver'), row);
  if (said === undefined || said.isAnswered === true) return undefined;
  const { keyId: _keyId, box: _box, ...bare } = row;
  // It is no step of an escalation any more: that ended with the answer.
  const { isEscalated: _isEscalated, ...words } = said;
  return {
    row: {
      ...bare,
      ...{ notificationId: contentId(row.notificationId, 'answered'), state: 'waiting', reason: null },
      ...{ purpose: 'update', interrupts: false, attempts: 0 },
      ...{ createdAtMs: nowMs, changedAtMs: nowMs, notBeforeMs: nowMs },
    },
    said: { ...words, isFollowUp: false, isAnswered: true },
  };
}
