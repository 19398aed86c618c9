import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InfluxdbServer } from './influxdb.ts';
import { BUILD_COMMAND, INFLUXDB2_VERSION, influxdb2Program, isInfluxdb2Built } from './influxdb2-program.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const REQUEST_MS = 10_000;
const ORG = 'outrider';

/**
 * Starts InfluxDB 2.7.12 with its data in `folder`, an organisation `outrider`, a token that may do everything, and
 * one that may read and write buckets.
 * @throws with the command that would help when it is not built
 */
export async function startInfluxdb2(folder: string): Promise<InfluxdbServer> {
  if (!isInfluxdb2Built())
    throw new Error(`InfluxDB ${INFLUXDB2_VERSION} is not built here. It is by: ${BUILD_COMMAND}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const httpUrl = `http://127.0.0.1:${port}`;
  let version = '';
  const start = (): Promise<ServerProcess> =>
    startServerProcess({
      name: 'InfluxDB 2',
      command: influxdb2Program(),
      args: [],
      env: environmentOf(folder, port),
      // At SIGTERM it ends at once, without the steps of a stop.
      stopSignal: 'SIGINT',
      async isReady() {
        const answer = await fetch(`${httpUrl}/health`, { signal: AbortSignal.timeout(1_000) });
        version = ((await answer.json()) as { readonly version?: string }).version ?? '';
        return answer.ok && version !== '';
      },
    });
  let server = await start();
  const admin = { name: '', password: 'token-of-an-admin-in-a-test' };
  const ask = (path: string, body: object) => askAs(httpUrl, admin.password, path, body);
  const { org } = await ask('/api/v2/setup', {
    ...{ username: 'admin', password: 'admin-of-a-test', token: admin.password },
    ...{ org: ORG, bucket: 'first', retentionPeriodSeconds: 0 },
  });
  const orgID = idOf(org);
  const { token } = await ask('/api/v2/authorizations', {
    orgID,
    permissions: ['read', 'write'].map((action) => ({ action, resource: { type: 'buckets', orgID } })),
  });
  const user = { name: '', password: String(token) };
  return {
    ...{ httpUrl, version, admin, user },
    urlOf: (database, { name, password } = user) =>
      `influxdb://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?org=${ORG}`,
    createDatabase: async (name) => void (await ask('/api/v2/buckets', { orgID, name, retentionRules: [] })),
    kill: () => server.kill(),
    stop: () => server.stop(),
    async restart() {
      await server.stop();
      server = await start();
    },
  };
}

/** Everything in `folder`; only what is named here of this process's environment. */
const environmentOf = (folder: string, port: number): Record<string, string> => ({
  // Otherwise some of it ends up there.
  HOME: folder,
  INFLUXD_BOLT_PATH: join(folder, 'influxd.bolt'),
  INFLUXD_ENGINE_PATH: join(folder, 'engine'),
  INFLUXD_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
  INFLUXD_REPORTING_DISABLED: 'true',
  INFLUXD_UI_DISABLED: 'true',
  INFLUXD_LOG_LEVEL: 'warn',
  // Tests are quicker than it usually looks for what is too old.
  INFLUXD_STORAGE_RETENTION_CHECK_INTERVAL: '5s',
});

const idOf = (resource: unknown): string => String((resource as { readonly id?: unknown }).id);

/** @throws with what the server says */
async function askAs(
  httpUrl: string,
  token: string,
  path: string,
  body: object,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(httpUrl + path, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`InfluxDB 2 ${response.status}: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
