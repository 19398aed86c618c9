import { readFileSync } from 'node:fs';

/** What an `influxdb:` URL says. */
export interface InfluxAddress {
  /** `http://host:port` or `https://host:port`, with the path a proxy may want. */
  readonly httpUrl: string;
  readonly database: string;
  /** Retention policy; absent: the database's own default. */
  readonly policy: string | undefined;
  /** InfluxDB 2 only; 1.x and 3 ignore it. */
  readonly org: string;
  /** Secret: `Basic …` for a login, `Token …` for a token. */
  readonly authorization: string | undefined;
  /** `auto` asks the server which one it has. */
  readonly write: 'auto' | 'v1' | 'v2';
  readonly isZipped: boolean;
  readonly timeoutMs: number;
}

const DEFAULT_PORT = 8086;
const DEFAULT_TIMEOUT_S = 10;
const WRITES = ['auto', 'v1', 'v2'] as const;
const GZIPS = ['auto', 'on', 'off'] as const;
const PARAMETERS = ['policy', 'org', 'write', 'gzip', 'timeoutS', 'tokenFile'] as const;

export const isInfluxUrl = (url: string): boolean => /^influxdbs?:/.test(url);

/**
 * Reads `influxdb://user:password@host:port/database?…`; `influxdbs:` is the same over TLS, and `:token@` in
 * place of user and password a token, which may also stand in a file.
 * @throws saying what is wrong and never what was given: the URL holds a password
 */
export function readInfluxUrl(url: string): InfluxAddress {
  if (!URL.canParse(url))
    throw wrong('cannot be read: reserved characters of a password need to be %-encoded');
  const { protocol, hostname, port, pathname, username, password, searchParams } = new URL(url);
  if (hostname === '') throw wrong('names no host');
  for (const name of searchParams.keys())
    if (!(PARAMETERS as readonly string[]).includes(name))
      throw wrong(`has an unknown parameter: use ${PARAMETERS.join(', ')}`);
  const [, database, ...more] = pathname.split('/');
  if (!database || more.length > 0)
    throw wrong('needs a database as its path: influxdb://host:8086/<database>');
  const gzip = oneOf('gzip', GZIPS, searchParams.get('gzip'));
  const timeoutS = Number(searchParams.get('timeoutS') ?? DEFAULT_TIMEOUT_S);
  if (!(timeoutS > 0 && timeoutS <= 600)) throw wrong('has a timeoutS that is not between 0 and 600');
  return {
    httpUrl: `${protocol === 'influxdbs:' ? 'https' : 'http'}://${hostname}:${port || DEFAULT_PORT}`,
    database: decode(database),
    policy: searchParams.get('policy') ?? undefined,
    org: searchParams.get('org') ?? '-',
    authorization: authorizationOf(decode(username), decode(password), searchParams.get('tokenFile')),
    write: oneOf('write', WRITES, searchParams.get('write')),
    // Compressing costs this process more than sending, unless there is a network in between.
    isZipped: gzip === 'auto' ? !isLoopback(hostname) : gzip === 'on',
    timeoutMs: timeoutS * 1_000,
  };
}

const wrong = (why: string) => new Error(`TELEMETRY_URL of an InfluxDB ${why}`);

const isLoopback = (host: string): boolean => /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);

function oneOf<T extends string>(name: string, allowed: readonly [T, ...T[]], given: string | null): T {
  const found = given === null ? allowed[0] : allowed.find((one) => one === given);
  if (found === undefined) throw wrong(`has a ${name} that is not ${allowed.join(' or ')}`);
  return found;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('has a % that begins no character: write it as %25');
  }
}

function authorizationOf(user: string, password: string, tokenFile: string | null): string | undefined {
  if (user === '' && password === '') return tokenFile === null ? undefined : readTokenFile(tokenFile);
  if (tokenFile !== null) throw wrong('has a login and a tokenFile: one of them is enough');
  if (user === '') return `Token ${password}`;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** `Token …`. @throws for a file that is not there, or holds none */
export function readTokenFile(path: string): string {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch {
    throw wrong(`has a tokenFile that cannot be read: ${path}`);
  }
  if (!/^[!-~]+$/.test(token)) throw wrong(`has a tokenFile that holds no token: ${path}`);
  return `Token ${token}`;
}
