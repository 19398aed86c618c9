import { parseArgs } from 'node:util';
import { type ChannelName, channelName } from '@outrider/domain';

export interface CanaryCommand {
  readonly kind: 'canary';
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly tokenFile: string;
  readonly pageFile: string | undefined;
  readonly aliveFile: string | undefined;
  /** Channels whose messages have to be seen arriving. */
  readonly proven: readonly ChannelName[];
  readonly everyMin: number;
  readonly withinS: number;
  readonly host: string;
  readonly port: number;
  readonly arrivalsPort: number;
  readonly isOnce: boolean;
}

export const DEFAULT_CANARY = {
  api: 'http://127.0.0.1:8080',
  gateway: 'http://127.0.0.1:8081',
  every: '5',
  within: '120',
  host: '127.0.0.1',
  port: '9087',
  'arrivals-port': '9088',
} as const;

/** Reads the arguments after `outrider canary`. @throws when they cannot be understood */
export function readCanaryCommand(
  args: readonly string[],
): CanaryCommand | { readonly kind: 'help'; readonly about: 'canary' } {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ help: { type: 'boolean', short: 'h' }, once: { type: 'boolean' } },
      ...{ api: text, gateway: text, 'token-file': text, 'page-file': text, 'alive-file': text },
      ...{ arrivals: text, every: text, within: text, host: text, port: text, 'arrivals-port': text },
    },
  });
  if (values.help === true) return { kind: 'help', about: 'canary' };
  const given = { ...DEFAULT_CANARY, ...values };
  const tokenFile = values['token-file'] ?? '';
  if (tokenFile === '')
    throw new Error('canary needs --token-file <file>, with the token of the person it warns');
  const isOnce = values.once === true;
  if (!isOnce && values['page-file'] === undefined)
    throw new Error(
      'canary needs --page-file <file>, with the address that is called when warnings do not arrive',
    );
  return {
    ...{ kind: 'canary', tokenFile, isOnce, host: given.host },
    ...{ pageFile: values['page-file'], aliveFile: values['alive-file'] },
    apiUrl: address('--api', given.api),
    gatewayUrl: address('--gateway', given.gateway),
    proven: channelsIn(values.arrivals ?? ''),
    everyMin: whole('--every', given.every, 1, 1_440),
    withinS: whole('--within', given.within, 1, 3_600),
    port: whole('--port', given.port, 0, 65_535),
    arrivalsPort: whole('--arrivals-port', given['arrivals-port'], 0, 65_535),
  };
}

function address(name: string, text: string): string {
  if (!/^https?:\/\/[^\s/]+/.test(text))
    throw new Error(`${name} is an address such as http://127.0.0.1:8080, not ${JSON.stringify(text)}`);
  return text.replace(/\/+$/, '');
}

function channelsIn(text: string): readonly ChannelName[] {
  return text.split(',').flatMap((word) => {
    if (word.trim() === '') return [];
    const known = channelName.safeParse(word.trim());
    if (known.success) return [known.data];
    throw new Error(
      `--arrivals names channels (${channelName.options.join(', ')}), not ${JSON.stringify(word)}`,
    );
  });
}

function whole(name: string, text: string, min: number, max: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= min && count <= max))
    throw new Error(`${name} is ${min} to ${max}, not ${JSON.stringify(text)}`);
  return count;
}
