import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../infra/native/postgres.ts';
import { type AloneProcess, startAlone } from '../pipeline/alone.fixture.ts';
import { personRow } from './state-rows.ts';

const WRONG = 'this-is-not-it';

let folder: string;
let server: PostgresServer;
const running: AloneProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-postgres-tls-'));
  server = await startPostgres(join(folder, 'server'), 'TLS only');
});
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The URL of the server, right in everything that is not changed. */
function urlOf(change: { host?: string; password?: string; ca?: string; sslmode?: string } = {}): string {
  const url = new URL(server.url);
  url.hostname = change.host ?? url.hostname;
  url.password = change.password ?? url.password;
  url.searchParams.set('sslmode', change.sslmode ?? 'verify-full');
  if (change.sslmode === undefined)
    url.searchParams.set('sslrootcert', change.ca ?? server.certificates?.ca ?? '');
  return url.href;
}

test('with TLS and its own authority the state is kept', async () => {
  const state = await openState(urlOf(), { log: createLog('silent') });
  try {
    await state.people.insert(personRow('per_tls'));
    expect(await state.people.find('per_tls')).toMatchObject({ name: 'Ada' });
  } finally {
    await state.close();
  }
});

const refusals: readonly (readonly [string, () => string, RegExp])[] = [
  ['a wrong password', () => urlOf({ password: WRONG }), /password authentication failed/],
  ['another authority', () => urlOf({ ca: server.certificates?.otherCa ?? '' }), /certificate/],
  ['a certificate of another name', () => urlOf({ host: 'localhost' }), /localhost/],
  ['no TLS', () => urlOf({ sslmode: 'disable' }), /no encryption/],
];
for (const [what, url, words] of refusals)
  test(`${what}: opening it throws and says so, and no secret is told or logged`, async () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => void lines.push(line) });
    const error = await openState(url(), { log }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(String(error)).toMatch(words);
    const told = `${error?.stack} ${lines.join(' ')}`;
    const { password } = new URL(server.url);
    for (const secret of [password, decodeURIComponent(password), WRONG]) expect(told).not.toContain(secret);
  });

test('a service with a wrong password ends with a sentence, and tells it to nobody', async () => {
  const gateway = startAlone('gateway', folder, {
    STATE_URL: urlOf({ password: WRONG }),
    LOG_LEVEL: 'debug',
  });
  running.push(gateway);
  expect(await gateway.ended).toEqual([1, null]);
  expect(await gateway.heard('password authentication failed')).not.toContain(WRONG);
});
