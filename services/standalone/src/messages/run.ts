import { listFailed } from '@outrider/api';
import { createLog, systemClock } from '@outrider/runtime';
import type { StandaloneSettings } from '../settings.ts';
import { withStores } from '../stores.ts';
import { failedJson, failedText, replayAll, replayedText } from './failed.ts';
import type { MessagesCommand } from './read-command.ts';

/** Runs it; false when a message could not be replayed. */
export async function runMessages(
  command: Exclude<MessagesCommand, { kind: 'help' }>,
  { process }: Pick<StandaloneSettings, 'process'>,
  stdout: (text: string) => void,
): Promise<boolean> {
  const own = { clock: systemClock, log: createLog(process.logLevel) };
  return withStores(process, own, async (stores) => {
    const nowMs = systemClock.nowMs();
    if (command.kind === 'messages-failed') {
      const page = await listFailed(stores.state, { ...command, nowMs });
      stdout(command.isJson ? failedJson(page) : failedText(page));
      return true;
    }
    const replayed = await replayAll(stores, command.notificationIds, nowMs);
    stdout(replayedText(replayed));
    return replayed.every(({ refusal }) => refusal === undefined);
  });
}
