import type { InfluxAddress } from './influx-address.ts';
import { askServer, InfluxRefusal } from './influx-http.ts';

// What InfluxDB 2 keeps and who may read it, by its own API: it has no statements for that, as 1.x has.

/** The organisation of the address, with a token that may manage it. */
export interface InfluxOrg {
  readonly address: InfluxAddress;
  readonly orgID: string;
}

export interface Retention {
  /** 0 is for ever. */
  readonly days: number;
  /** What is removed at once when it is too old. */
  readonly shardDays: number;
}

export interface Bucket2 {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly retentionRules: readonly { readonly everySeconds: number }[];
}

const ASK_MS = 60_000;
const DAY_S = 86_400;

/** @throws InfluxRefusal, with the status of the answer */
export async function askApi<T>(
  address: InfluxAddress,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const text = await askServer(address, `${method} ${path.replace(/\?.*/s, '')}`, `/api/v2/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ASK_MS),
  });
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** @throws InfluxRefusal for an organisation that is not there, or not named */
export async function findOrg(address: InfluxAddress): Promise<InfluxOrg> {
  const { orgs } = await askApi<{ readonly orgs: readonly { readonly id: string }[] }>(
    address,
    'GET',
    `orgs?${new URLSearchParams({ org: address.org })}`,
  );
  const [org] = orgs;
  if (org === undefined) throw new InfluxRefusal(`InfluxDB shows no organisation ${address.org}`);
  return { address, orgID: org.id };
}

export async function findBucket({ address, orgID }: InfluxOrg, name: string): Promise<Bucket2 | undefined> {
  try {
    const { buckets } = await askApi<{ readonly buckets: readonly Bucket2[] }>(
      address,
      'GET',
      `buckets?${new URLSearchParams({ orgID, name })}`,
    );
    return buckets[0];
  } catch (error) {
    if (error instanceof InfluxRefusal && error.status === 404) return undefined;
    throw error;
  }
}

const rulesOf = ({ days, shardDays }: Retention): readonly object[] => [
  { type: 'expire', everySeconds: days * DAY_S, shardGroupDurationSeconds: shardDays * DAY_S },
];

export function createBucket(
  { address, orgID }: InfluxOrg,
  name: string,
  retention: Retention,
  description = '',
): Promise<Bucket2> {
  const retentionRules = rulesOf(retention);
  return askApi(address, 'POST', 'buckets', { orgID, name, description, retentionRules });
}

export async function setRetention(
  { address }: InfluxOrg,
  { id }: Bucket2,
  retention: Retention,
): Promise<void> {
  await askApi(address, 'PATCH', `buckets/${id}`, { retentionRules: rulesOf(retention) });
}
