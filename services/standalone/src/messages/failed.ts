import { type listFailed, REPLAY_REFUSALS, replayFailed } from '@outrider/api';
import { reasonOf } from '@outrider/notifier';
import type { Stores } from '../stores.ts';
import { alignedTable, onOneLine } from '../table.ts';

const ACTOR = 'service messages replay';

type Page = Awaited<ReturnType<typeof listFailed>>;

/** What `--json` prints: which message it is and why it was given up, never what it says. */
export const failedJson = ({ messages, next }: Page): string =>
  `${JSON.stringify({
    messages: messages.map(({ row, refusal }) => {
      const { notificationId, alertId, vehicleId, ruleId, personId, channel, reason, attempts } = row;
      const { createdAtMs, changedAtMs: failedAtMs, expiresAtMs } = row;
      const message = { notificationId, alertId, vehicleId, ruleId, personId, channel, reason, attempts };
      return { ...message, createdAtMs, failedAtMs, expiresAtMs, refusal: refusal ?? null };
    }),
    next: next ?? null,
  })}\n`;

/** For people. */
export function failedText({ messages, next }: Page): string {
  if (messages.length === 0) return 'No message was given up.\n';
  const rows = messages.map(({ row, refusal }) => [
    row.notificationId,
    new Date(row.changedAtMs).toISOString(),
    row.channel ?? '',
    onOneLine(row.ruleId),
    row.reason ?? '',
    onOneLine(reasonOf(row.reason ?? '').because),
    refusal ?? 'can be replayed',
  ]);
  const table = alignedTable(['message', 'given up', 'channel', 'rule', 'reason', '', 'now'], rows);
  return next === undefined ? table : `${table}older ones: outrider messages failed --before ${next}\n`;
}

export interface Replayed {
  readonly notificationId: string;
  /** Undefined: it is tried again. */
  readonly refusal: Awaited<ReturnType<typeof replayFailed>>;
}

/** One after the other, each its own word in the audit. */
export async function replayAll(
  { state }: Pick<Stores, 'state'>,
  notificationIds: readonly string[],
  nowMs: number,
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = [];
  for (const notificationId of notificationIds)
    replayed.push({
      notificationId,
      refusal: await replayFailed(state, { notificationId, by: ACTOR, nowMs }),
    });
  return replayed;
}

export const replayedText = (replayed: readonly Replayed[]): string =>
  replayed
    .map(({ notificationId, refusal }) =>
      refusal === undefined
        ? `${onOneLine(notificationId)} is tried again when the server runs.\n`
        : `${onOneLine(notificationId)} is not tried again: ${refusal}. ${REPLAY_REFUSALS[refusal]}\n`,
    )
    .join('');
