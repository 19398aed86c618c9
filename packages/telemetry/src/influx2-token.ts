import { existsSync, writeFileSync } from 'node:fs';
import { type InfluxAddress, readTokenFile } from './influx-address.ts';
import { InfluxRefusal } from './influx-http.ts';
import { askApi, findBucket, findOrg } from './influx2-api.ts';

/**
 * Makes a token that reads and writes the bucket of the address and nothing else, and writes it to a file that only
 * its owner reads. A token of that bucket that is already there stays.
 * @throws InfluxRefusal, also for a file with something else in it
 */
export async function writeToken(address: InfluxAddress, file: string): Promise<void> {
  const { database } = address;
  if (existsSync(file)) return checkToken({ ...address, authorization: readTokenFile(file) }, file);
  const org = await findOrg(address);
  const bucket = await findBucket(org, database);
  if (bucket === undefined) throw new InfluxRefusal(`InfluxDB shows no bucket ${database}`);
  const resource = { type: 'buckets', id: bucket.id, orgID: org.orgID };
  const { token } = await askApi<{ readonly token: string }>(address, 'POST', 'authorizations', {
    orgID: org.orgID,
    description: `Outrider reads and writes ${database}`,
    permissions: ['read', 'write'].map((action) => ({ action, resource })),
  });
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
}

async function checkToken(address: InfluxAddress, file: string): Promise<void> {
  const asked = new URLSearchParams({ org: address.org, name: address.database });
  try {
    await askApi(address, 'GET', `buckets?${asked}`);
  } catch (error) {
    const { status } = error as InfluxRefusal;
    if (status !== 401 && status !== 404) throw error;
    throw new InfluxRefusal(`${file} holds no token for ${address.database}: remove it to get a new one`);
  }
}
