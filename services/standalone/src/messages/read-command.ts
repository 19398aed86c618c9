import { parseArgs } from 'node:util';

/** What can be asked of messages that were given up. */
export type MessagesCommand =
  | { readonly kind: 'help'; readonly about: 'messages' }
  | {
      readonly kind: 'messages-failed';
      readonly limit: number;
      /** `next` of the page before. */
      readonly before: number | undefined;
      readonly isJson: boolean;
    }
  | { readonly kind: 'messages-replay'; readonly notificationIds: readonly string[] };

export const DEFAULT_LIMIT = 50;
const LIMIT_MAX = 1_000;
const REPLAYS_MAX = 100;

/** Reads the arguments after `outrider messages`. @throws when they cannot be understood */
export function readMessagesCommand(args: readonly string[]): MessagesCommand {
  const [action, ...rest] = args;
  if (args.some((one) => one === '--help' || one === '-h')) return { kind: 'help', about: 'messages' };
  if (action === 'failed') return readFailed(rest);
  if (action === 'replay') return readReplay(rest);
  throw new Error(`messages can be asked for failed or to replay, not ${JSON.stringify(action ?? '')}`);
}

function readFailed(args: readonly string[]): MessagesCommand {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { limit: { ...text, default: `${DEFAULT_LIMIT}` }, before: text, json: { type: 'boolean' } },
  });
  const limit = /^\d{1,4}$/.test(values.limit) ? Number(values.limit) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw new Error(`--limit is 1 to ${LIMIT_MAX}`);
  if (values.before !== undefined && !/^\d{1,15}$/.test(values.before))
    throw new Error('--before is the number that the page before ended with');
  return {
    ...{ kind: 'messages-failed', limit, isJson: values.json === true },
    before: values.before === undefined ? undefined : Number(values.before),
  };
}

function readReplay(args: readonly string[]): MessagesCommand {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  if (positionals.length === 0 || positionals.length > REPLAYS_MAX || positionals.includes(''))
    throw new Error(`replay needs the ids of 1 to ${REPLAYS_MAX} messages`);
  return { kind: 'messages-replay', notificationIds: [...new Set(positionals)] };
}
