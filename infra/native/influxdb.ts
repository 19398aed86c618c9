import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needDebianPackages } from './debian-packages.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const PROGRAM = '/usr/bin/influxd';
const PACKAGES = ['influxdb', 'influxdb-client'];
const REQUEST_MS = 10_000;

/** An InfluxDB with logins, 1.6.7 or 2.7.12. */
export interface InfluxdbServer {
  /** `http://127.0.0.1:<port>`; the same after a restart. */
  readonly httpUrl: string;
  readonly version: string;
  /** May do everything. */
  readonly admin: InfluxdbLogin;
  /** May read, write and delete what `createDatabase` made. */
  readonly user: InfluxdbLogin;
  /** `influxdb://user:password@host:port/<database>…`, as TELEMETRY_URL wants it. */
  urlOf(database: string, login?: InfluxdbLogin): string;
  /** Makes a database for the user; without retention, it keeps what it is given for ever. */
  createDatabase(database: string): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
}

export interface InfluxdbLogin {
  /** Empty: the password is a token. */
  readonly name: string;
  readonly password: string;
}

/** Everything in `folder`, both ports moved, background work quick enough for a test to see it. */
const configOf = (folder: string, httpPort: number, rpcPort: number): string => `
reporting-enabled = false
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = ${JSON.stringify(join(folder, 'meta'))}
[data]
  dir = ${JSON.stringify(join(folder, 'data'))}
  wal-dir = ${JSON.stringify(join(folder, 'wal'))}
  index-version = "tsi1"
[http]
  bind-address = "127.0.0.1:${httpPort}"
  auth-enabled = true
  log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  run-interval = "1s"
[retention]
  check-interval = "5s"
`;

/**
 * Starts InfluxDB 1.6.7 of Debian with its data in `folder`, an admin, and a user.
 * @throws with the command that would help when it is not installed and cannot be
 */
export async function startInfluxdb(folder: string): Promise<InfluxdbServer> {
  needDebianPackages(PROGRAM, PACKAGES);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const httpPort = await freePort();
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const config = join(folder, 'influxdb.conf');
  writeFileSync(config, configOf(folder, httpPort, await freePort()));
  const admin = { name: 'admin', password: 'admin-of-a-test' };
  const user = { name: 'outrider', password: 'user:of@a/test' };
  let version = '';
  const start = (): Promise<ServerProcess> =>
    startServerProcess({
      name: 'InfluxDB',
      command: PROGRAM,
      args: ['run', '-config', config],
      async isReady() {
        const { status, headers } = await fetch(`${httpUrl}/ping`, { signal: AbortSignal.timeout(1_000) });
        version = headers.get('x-influxdb-version') ?? '';
        return status === 204 && version !== '';
      },
    });
  let server = await start();
  const run = (influxQl: string) => runAs(httpUrl, admin, influxQl);
  // With logins on, this is the one statement a new server takes from anybody.
  await run(`CREATE USER "${admin.name}" WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`);
  await run(`CREATE USER "${user.name}" WITH PASSWORD '${user.password}'`);
  return {
    ...{ httpUrl, version, admin, user },
    urlOf: (database, { name, password } = user) =>
      `influxdb://${name}:${encodeURIComponent(password)}@127.0.0.1:${httpPort}/${database}`,
    async createDatabase(database) {
      await run(`CREATE DATABASE "${database}"`);
      await run(`GRANT ALL ON "${database}" TO "${user.name}"`);
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
    async restart() {
      await server.stop();
      server = await start();
    },
  };
}

/** @throws with what the server says, also within a 200 */
async function runAs(httpUrl: string, login: InfluxdbLogin, influxQl: string): Promise<void> {
  const response = await fetch(`${httpUrl}/query`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${login.name}:${login.password}`)}` },
    body: new URLSearchParams({ q: influxQl }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`InfluxDB ${response.status}: ${text}`);
}
