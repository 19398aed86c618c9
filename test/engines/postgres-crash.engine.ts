import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@outrider/runtime';
import { CommitUnknown, openState, type State } from '@outrider/state';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../infra/native/postgres.ts';
import { type CuttingProxy, openCuttingProxy } from './cutting-proxy.ts';
import { outboxRow, personRow } from './state-rows.ts';

// A server that dies, is away, falls silent, or loses an answer. It is not the one other tests use.

/** Within 5 s a connection is there or is not; the rest is for this machine's other work. */
const AWAY_LIMIT_MS = 7_000;
/** A statement of 15 s and 2 s of silence. */
const SILENT_LIMIT_MS = 20_000;

let folder: string;
let server: PostgresServer;
let proxy: CuttingProxy;
let state: State;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-postgres-crash-'));
  server = await startPostgres(join(folder, 'server'));
  proxy = await openCuttingProxy(server.port);
  state = await openState(server.url, { log: silentLog });
});
afterAll(async () => {
  await state.close();
  await proxy.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
const throughProxy = () => {
  const url = new URL(server.url);
  url.port = String(proxy.port);
  return openState(url.href, { log: silentLog });
};

async function timed(work: Promise<unknown>): Promise<{ readonly failed: boolean; readonly tookMs: number }> {
  const startMs = performance.now();
  const failed = await work.then(
    () => false,
    () => true,
  );
  return { failed, tookMs: performance.now() - startMs };
}

/** Commits one row after another, whatever happens, until told to stop; says which ones were acknowledged. */
async function writeRows(name: string, isOver: () => boolean, acked: string[]): Promise<void> {
  for (let index = 0; !isOver(); index += 1) {
    const outboxId = `${name}/${index}`;
    const write = state.transaction(async (tx) => tx.outbox.insert([outboxRow({ outboxId })]));
    const { failed } = await timed(write);
    if (failed) await pause(20);
    else acked.push(outboxId);
  }
}

test('kill -9 of the server during commits: nothing acknowledged is lost', { timeout: 120_000 }, async () => {
  const acked: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    let isOver = false;
    const writers = Array.from({ length: 6 }, (_, writer) =>
      writeRows(`${round}/${writer}`, () => isOver, acked),
    );
    const before = acked.length;
    await pause(400 + round * 150);
    await server.kill();
    const atKill = acked.length;
    await server.start();
    await pause(300);
    isOver = true;
    await Promise.all(writers);
    // Before the kill and after the restart, without anything of ours being started again.
    expect(atKill).toBeGreaterThan(before);
    expect(acked.length).toBeGreaterThan(atKill);
  }
  const stored = new Set((await state.outbox.pending('api', 1_000_000)).map(({ outboxId }) => outboxId));
  expect(acked.filter((id) => !stored.has(id))).toEqual([]);
  process.stdout.write(`kill -9 of PostgreSQL: 4 kills, ${acked.length} acknowledged, 0 lost\n`);
});

test('a server that is away for 5 s: calls fail in time, and work again', { timeout: 60_000 }, async () => {
  const inTheMiddle = Promise.withResolvers<void>();
  // Its connection is in use and idle when the server goes.
  const held = timed(state.transaction(() => inTheMiddle.promise));
  await state.ping();
  await server.stop();
  inTheMiddle.resolve();
  const calls = [await held];
  const awayUntilMs = performance.now() + 5_000;
  while (performance.now() < awayUntilMs) {
    calls.push(await timed(state.ping()), await timed(state.transaction((tx) => tx.people.find('per_a'))));
    await pause(100);
  }
  expect(calls.every(({ failed, tookMs }) => failed && tookMs < AWAY_LIMIT_MS)).toBe(true);
  await server.start();
  await state.ping();
  await state.people.insert(personRow('per_after'));
  expect(await state.people.find('per_after')).toEqual(personRow('per_after'));
});

test('a server that falls silent: calls fail in time, and work again', { timeout: 90_000 }, async () => {
  const behind = await throughProxy();
  await behind.ping();
  proxy.setFate('silent');
  const calls = await Promise.all([
    timed(behind.ping()),
    ...Array.from({ length: 30 }, () => timed(behind.ping())),
  ]);
  expect(calls.every(({ failed, tookMs }) => failed && tookMs < SILENT_LIMIT_MS)).toBe(true);
  proxy.setFate('through');
  await behind.ping();
  await behind.close();
});

test('an answer to a commit that gets lost is told as unknown, not as failed, and not repeated', async () => {
  const behind = await throughProxy();
  await behind.ping();
  let runs = 0;
  proxy.setFate({ cutAfter: 'commit' });
  const written = behind.transaction(async (tx) => {
    runs += 1;
    await tx.people.insert(personRow('per_unknown'));
  });
  await expect(written).rejects.toBeInstanceOf(CommitUnknown);
  expect(runs).toBe(1);
  expect(await state.people.find('per_unknown')).toBeDefined();
  proxy.setFate({ cutAfter: 'insert into "people"' });
  const failed = behind.people.insert(personRow('per_failed'));
  await expect(failed).rejects.not.toBeInstanceOf(CommitUnknown);
  proxy.setFate('through');
  await behind.ping();
  await behind.close();
});
