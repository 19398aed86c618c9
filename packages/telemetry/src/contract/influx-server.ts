import { inject } from 'vitest';
import { readInfluxUrl } from '../influx-address.ts';
import { runInfluxQl } from '../influx-http.ts';
import { askApi, createBucket, findBucket, findOrg } from '../influx2-api.ts';

// The real InfluxDB that these tests are run against: 1.x, or 2.

const { influxdb, influxdb2 } = inject('engines');
export const isInfluxdb2 = influxdb2 !== undefined;
const { admin = 'influxdb://nobody@nowhere/', user = admin } = influxdb ?? influxdb2 ?? {};

/** The address of a database, which need not be there, for one who may read and write, or do everything. */
export function urlOf(
  database: string,
  parameters: Readonly<Record<string, string>> = {},
  who = user,
): string {
  const url = new URL(who);
  url.pathname = `/${database}`;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

export const adminUrlOf = (database: string): string => urlOf(database, {}, admin);

const asAdmin = (statement: string) =>
  runInfluxQl(readInfluxUrl(adminUrlOf('none')), statement, AbortSignal.timeout(30_000));

/** One that the user of `urlOf` may read and write, and that keeps for ever what it is given. */
export async function createDatabase(name: string): Promise<void> {
  if (isInfluxdb2)
    await createBucket(await findOrg(readInfluxUrl(adminUrlOf(name))), name, { days: 0, shardDays: 1 });
  else await asAdmin(`CREATE DATABASE ${name}; GRANT ALL ON ${name} TO outrider`);
}

/** For a database that `prepareSeries` made. */
export async function letUserRead(name: string): Promise<void> {
  // The token of InfluxDB 2 is for all buckets.
  if (!isInfluxdb2) await asAdmin(`GRANT ALL ON ${name} TO outrider`);
}

export async function dropDatabase(name: string): Promise<void> {
  if (!isInfluxdb2) return void (await asAdmin(`DROP DATABASE ${name}`));
  const org = await findOrg(readInfluxUrl(adminUrlOf(name)));
  const bucket = await findBucket(org, name);
  if (bucket !== undefined) await askApi(org.address, 'DELETE', `buckets/${bucket.id}`);
}
