import type { ChannelName } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import type { Finding } from '../proof/promises.ts';

/** A message that has to become visible, once. */
export interface Due {
  readonly alertId: string;
  readonly personId: string;
  readonly channel: ChannelName;
}

/** One copy that left the notifier. Readers show copies of one `collapseKey` once. */
export interface Copy extends Due {
  readonly collapseKey: string;
  /** Of the process that sent it, from 0. */
  readonly life: number;
}

/** What one run came to. */
export interface Outcome {
  /** For texts about what was broken. */
  readonly name: string;
  readonly due: readonly Due[];
  readonly copies: readonly Copy[];
  readonly rows: readonly NotificationRow[];
  /** Lives of the notifier that were killed. */
  readonly killedLives: ReadonlySet<number>;
  /** Collapse keys of copies whose answer got lost: once more for each is what must happen. */
  readonly lostAnswers: readonly string[];
}

/** When who is not the driver is told, where the driver does not answer: so the setting says. */
export const ESCALATION_MS = 3 * 60_000;

const keyOf = ({ alertId, personId, channel }: Due): string => `${alertId} to ${personId} by ${channel}`;

/** Lost, doubled, made up, stuck or repeated without need. Pure. */
export function check(outcomes: readonly Outcome[]): readonly Finding[] {
  const all = outcomes.map(checkOne);
  return (all[0] ?? []).map(({ promise }, index) => {
    const same = all.map((findings) => findings[index]);
    return {
      promise,
      checked: same.reduce((sum, finding) => sum + (finding?.checked ?? 0), 0),
      broken: same.flatMap((finding) => finding?.broken ?? []),
    };
  });
}

function checkOne(outcome: Outcome): readonly Finding[] {
  const { name, due, copies, rows } = outcome;
  const byMessage = Map.groupBy(copies, keyOf);
  const keysOf = (message: string) =>
    new Set((byMessage.get(message) ?? []).map(({ collapseKey }) => collapseKey));
  const messages = due.map(keyOf);
  const sent = rows.filter(({ state }) => state === 'sent');
  const decided = new Set(rows.map(({ notificationId }) => notificationId));
  const arrived = new Set(copies.map(({ collapseKey }) => collapseKey));
  const told = (broken: readonly string[]) => broken.map((what) => `${name}: ${what}`);
  return [
    {
      promise: 'every message became visible',
      checked: messages.length,
      broken: told(messages.filter((message) => keysOf(message).size === 0)),
    },
    {
      promise: 'none became visible twice',
      checked: byMessage.size,
      broken: told([...byMessage.keys()].filter((message) => keysOf(message).size > 1)),
    },
    {
      promise: 'nothing arrived that was not decided',
      checked: copies.length,
      broken: told([...arrived].filter((key) => !decided.has(key))),
    },
    {
      promise: 'nothing came to somebody it was not for',
      checked: byMessage.size,
      broken: told([...byMessage.keys()].filter((message) => !messages.includes(message))),
    },
    checkEscalated(outcome),
    {
      promise: 'what counts as sent has arrived',
      checked: sent.length,
      broken: told(
        sent.filter(({ notificationId }) => !arrived.has(notificationId)).map((row) => row.notificationId),
      ),
    },
    checkEnds(outcome),
    checkRepeats(outcome),
  ];
}

function checkEnds({ name, rows }: Outcome): Finding {
  const others = rows.filter(({ state }) => state !== 'sent');
  return {
    promise: 'none is stuck, failed or expired',
    checked: rows.length,
    broken: others.map(({ notificationId, state }) => `${name}: ${notificationId} ${state}`),
  };
}

/** The driver had the time to answer. */
function checkEscalated({ name, rows }: Outcome): Finding {
  const escalated = rows.filter(({ state, reason }) => state === 'sent' && reason === 'escalation');
  const early = escalated.filter(({ createdAtMs, changedAtMs }) => changedAtMs - createdAtMs < ESCALATION_MS);
  return {
    promise: 'nobody was told in place of the driver too soon',
    checked: escalated.length,
    broken: early.map(({ notificationId }) => `${name}: ${notificationId}`),
  };
}

/** A copy too many is explained by a kill before it was recorded, or by an answer that got lost. */
function checkRepeats({ name, copies, killedLives, lostAnswers }: Outcome): Finding {
  const byKey = Map.groupBy(
    copies.filter(({ channel }) => channel !== 'feed'),
    ({ collapseKey }) => collapseKey,
  );
  const broken: string[] = [];
  for (const [key, same] of byKey) {
    const lost = lostAnswers.filter((one) => one === key).length;
    const killed = new Set(same.map(({ life }) => life).filter((life) => killedLives.has(life))).size;
    if (same.length > 1 + lost + killed) broken.push(`${name}: ${key} ${same.length} times`);
  }
  return { promise: 'sent again only where nobody could know', checked: byKey.size, broken };
}

/** Copies beyond the first of each message that share its key: repeats that no reader shows. */
export const repeatsIn = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce(
    (sum, { copies }) => sum + copies.length - new Set(copies.map(({ collapseKey }) => collapseKey)).size,
    0,
  );
