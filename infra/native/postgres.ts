import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from './certificates.ts';
import { needDebianPackages } from './debian-packages.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

const PROGRAMS = '/usr/lib/postgresql/15/bin';
const PACKAGES = ['postgresql-15'];
const PASSWORD = 'state:of@a/test';
const INIT_DEADLINE_MS = 120_000;

/** PostgreSQL 15 of Debian, with its own data; the packaged cluster is left alone. */
export interface PostgresServer {
  /** `postgres://user:password@host:port/postgres`, of a superuser; the same after a restart. */
  readonly url: string;
  readonly version: string;
  readonly port: number;
  /** Of a server that takes nobody without TLS. */
  readonly certificates?: Certificates;
  isUp(): boolean;
  /** kill -9 of the postmaster, as a crash of the server. */
  kill(): Promise<void>;
  /** A fast stop: clients are disconnected, what they had not committed is undone. */
  stop(): Promise<void>;
  /** Starts it again on the same port and data. @throws when it runs */
  start(): Promise<void>;
}

/**
 * Makes a database cluster in `folder` and starts it: passwords asked for, on loopback and a free port alone; on
 * demand nobody comes in without TLS.
 * @throws with the command that would help when it is not installed and cannot be
 */
export async function startPostgres(folder: string, door?: 'TLS only'): Promise<PostgresServer> {
  needDebianPackages(join(PROGRAMS, 'postgres'), PACKAGES);
  const port = await freePort();
  const certificates = door && makeCertificates(join(folder, 'certificates'));
  const data = createCluster(folder, port, certificates);
  let server = await startPostmaster(data);
  return {
    url: `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    version: readFileSync(join(data, 'PG_VERSION'), 'utf8').trim(),
    port,
    ...(certificates && { certificates }),
    isUp: () => server.isUp(),
    kill: () => server.kill(),
    stop: () => server.stop(),
    async start() {
      if (server.isUp()) throw new Error('PostgreSQL runs already');
      server = await startPostmaster(data);
    },
  };
}

/** PostgreSQL refuses to run as root: it runs as the user that the package made. */
const asItsUser = (command: string, args: readonly string[]): readonly [string, readonly string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', '--', command, ...args]]
    : [command, args];

function createCluster(folder: string, port: number, certificates: Certificates | undefined): string {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  mkdirSync(folder, { recursive: true });
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) handOver(folder);
  // -N skips waiting for the disk while the empty cluster is written, and only then.
  const options = ['-N', '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8'];
  const [command, args] = asItsUser(join(PROGRAMS, 'initdb'), [
    ...['-D', data, `--pwfile=${passwordFile}`, '--data-checksums', ...options],
  ]);
  const { status, stderr, stdout, error } = spawnSync(command, [...args], {
    ...{ encoding: 'utf8', cwd: folder, timeout: INIT_DEADLINE_MS },
  });
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? `${stdout}${stderr}`}`);
  const config = `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = ''\n`;
  appendFileSync(join(data, 'postgresql.conf'), config);
  if (certificates !== undefined) demandTls(data, certificates);
  return data;
}

function demandTls(data: string, { key, certificate }: Certificates): void {
  const config = `ssl = on\nssl_key_file = '${key}'\nssl_cert_file = '${certificate}'\n`;
  appendFileSync(join(data, 'postgresql.conf'), config);
  writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
}

/** The package's user owns the folder, and may walk down to it. */
function handOver(folder: string): void {
  // The test's own scratch folder, made for its maker alone.
  chmodSync(join(folder, '..'), 0o711);
  const { status, stderr } = spawnSync('chown', ['-R', 'postgres:postgres', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the folder cannot be given to postgres: ${stderr}`);
  chmodSync(folder, 0o700);
}

const START_TRIES = 20;

/** After kill -9 the next one may have to wait until the last child of the former one has noticed. */
async function startPostmaster(data: string): Promise<ServerProcess> {
  for (let tryNumber = 1; ; tryNumber += 1) {
    try {
      return await startOnce(data);
    } catch (error) {
      const isBusy = /pre-existing shared memory|is another postmaster/i.test(String(error));
      if (!isBusy || tryNumber === START_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function startOnce(data: string): Promise<ServerProcess> {
  const formerPid = readStatus(data).pid;
  const [command, args] = asItsUser(join(PROGRAMS, 'postgres'), ['-D', data]);
  return startServerProcess({
    ...{ name: 'PostgreSQL', command, args, cwd: data, stopSignal: 'SIGINT' },
    async isReady() {
      const { pid, status } = readStatus(data);
      return status === 'ready' && pid !== formerPid;
    },
  });
}

/** What the postmaster itself says: its pid, and whether it takes connections. */
function readStatus(data: string): { readonly pid: string; readonly status: string } {
  const file = join(data, 'postmaster.pid');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return { pid: lines[0]?.trim() ?? '', status: lines[7]?.trim() ?? '' };
}
