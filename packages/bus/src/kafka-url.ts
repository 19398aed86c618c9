import { readFileSync } from 'node:fs';

const COMPRESSIONS = ['zstd', 'gzip', 'snappy', 'none'] as const;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const SWITCH = ['on', 'off'] as const;
const PARAMETERS = ['tls', 'ca', 'cert', 'key', 'sasl', 'compression', 'lingerMs', 'member'];
const LINGER_MS = 10;
const LINGER_MS_MAX = 1_000;

/** What a `kafka://` URL says. Holds secrets: never log it. */
export interface KafkaAddress {
  readonly brokers: readonly string[];
  /** Stands before the name of every topic and group: several installations may share a cluster. */
  readonly prefix: string;
  readonly tls:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
      }
    | undefined;
  readonly sasl:
    | {
        readonly mechanism: (typeof MECHANISMS)[number];
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** How long records wait for others to go with them. */
  readonly lingerMs: number;
  /** The name of this process among those of its groups; undefined: it has none. */
  readonly member: string | undefined;
}

/**
 * Reads `kafka://[user:password@]host:port,…[/prefix][?tls=on&ca=FILE&cert=FILE&key=FILE&sasl=…&compression=…&lingerMs=…&member=…]`.
 * @throws with what is wrong, never with the URL itself: it holds a password
 */
export function readKafkaUrl(url: string): KafkaAddress {
  const [, login, hosts = '', prefix = '', query] =
    /^kafka:\/\/(?:([^@/]*)@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url) ?? [];
  const brokers = hosts.split(',');
  if (!brokers.every((broker) => /^(\[[\da-f:]+\]|[^:\s]+):\d{1,5}$/i.test(broker)))
    throw new Error('a kafka URL is kafka://host:port,… with a port for every host');
  if (!/^[\w.-]{0,60}$/.test(prefix))
    throw new Error('the prefix of a kafka URL has letters, digits, dots, dashes and underscores');
  const parameters = new URLSearchParams(query ?? '');
  for (const name of parameters.keys())
    if (!PARAMETERS.includes(name))
      throw new Error(`a kafka URL has no parameter ${JSON.stringify(name)}: use ${PARAMETERS.join(', ')}`);
  const one = <const T extends string>(name: string, allowed: readonly T[], otherwise: T): T => {
    const value = parameters.get(name) ?? otherwise;
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw new Error(`${name} of a kafka URL is ${allowed.join(' or ')}`);
    return found;
  };
  return {
    ...{ brokers, prefix, tls: readTls(parameters, one('tls', SWITCH, 'off') === 'on') },
    sasl: readLogin(login, one('sasl', MECHANISMS, 'scram-sha-512')),
    compression: one('compression', COMPRESSIONS, 'zstd'),
    lingerMs: readLinger(parameters.get('lingerMs')),
    member: readMember(parameters.get('member')),
  };
}

function readTls(parameters: URLSearchParams, isOn: boolean): KafkaAddress['tls'] {
  const read = (name: string): string | undefined => {
    const path = parameters.get(name);
    return path === null ? undefined : readFileSync(path, 'utf8');
  };
  if (isOn) return { ca: read('ca'), cert: read('cert'), key: read('key') };
  if (['ca', 'cert', 'key'].some((name) => parameters.has(name)))
    throw new Error('ca, cert and key of a kafka URL go with tls=on');
  return undefined;
}

function readMember(name: string | null): string | undefined {
  if (name === null) return undefined;
  if (!/^[\w.-]{1,100}$/.test(name))
    throw new Error('member of a kafka URL is a name of letters, digits, dots, dashes and underscores');
  return name;
}

function readLogin(login: string | undefined, mechanism: (typeof MECHANISMS)[number]): KafkaAddress['sasl'] {
  if (login === undefined) return undefined;
  const colon = login.indexOf(':');
  if (colon <= 0) throw new Error('the login of a kafka URL is user:password');
  try {
    const username = decodeURIComponent(login.slice(0, colon));
    return { mechanism, username, password: decodeURIComponent(login.slice(colon + 1)) };
  } catch {
    throw new Error('the login of a kafka URL is percent-encoded, and here it is not');
  }
}

function readLinger(text: string | null): number {
  const lingerMs = text === null ? LINGER_MS : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(lingerMs <= LINGER_MS_MAX)) throw new Error(`lingerMs of a kafka URL is 0 to ${LINGER_MS_MAX}`);
  return lingerMs;
}
