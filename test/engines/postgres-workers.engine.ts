import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, createRelay, type OutgoingRecord } from '@outrider/bus';
import { silentLog, systemClock, systemRandom } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../infra/native/postgres.ts';
import { notificationRow, outboxRow } from './state-rows.ts';

// Eight workers, each with connections of its own as a process has, on one database.

const WORKERS = 8;
const ROWS = 5_000;
const AT_ONCE = 20;

let folder: string;
let server: PostgresServer;
let states: readonly State[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-postgres-workers-'));
  server = await startPostgres(join(folder, 'server'));
  states = await Promise.all(
    Array.from({ length: WORKERS }, () => openState(server.url, { log: silentLog })),
  );
});
afterAll(async () => {
  await Promise.all(states.map((state) => state.close()));
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const sent = { state: 'sent', reason: null, changedAtMs: 10_500, attempts: 1 } as const;
const idsOf = (name: string) => Array.from({ length: ROWS }, (_, index) => `${name}_${index}`);
const perSecond = (startMs: number) => Math.round((ROWS / (performance.now() - startMs)) * 1_000);

async function claimAll(state: State, worker: number, claimed: string[]): Promise<void> {
  const options = { nowMs: 10_000, realNowMs: 1_000, leaseUntilMs: 90_000, limit: AT_ONCE };
  for (let turn = 0; ; turn += 1) {
    const leaseId = `lease_${worker}_${turn}`;
    const rows = await state.notifications.claim({ ...options, leaseId });
    if (rows.length === 0) return;
    for (const { row } of rows) {
      claimed.push(row.notificationId);
      expect(await state.notifications.finish(row.notificationId, leaseId, sent)).toBe(true);
    }
  }
}

test('messages are claimed by eight workers, each by one of them', { timeout: 120_000 }, async () => {
  const ids = idsOf('message');
  await states[0]?.notifications.insert(ids.map(notificationRow));
  const claimed: string[] = [];
  const startMs = performance.now();
  await Promise.all(states.map((state, worker) => claimAll(state, worker, claimed)));
  process.stdout.write(`claims by ${WORKERS} workers: ${ROWS} rows, ${perSecond(startMs)} rows/s\n`);
  expect(claimed).toHaveLength(ROWS);
  expect(new Set(claimed)).toEqual(new Set(ids));
  expect(await states[0]?.notifications.countWaiting()).toBe(0);
});

test('a worker that died leaves its rows to the others once its lease is over', async () => {
  const [dead, heir] = states;
  const ids = Array.from({ length: 100 }, (_, index) => `left_${index}`);
  await dead?.notifications.insert(ids.map(notificationRow));
  const claim = (state: State | undefined, realNowMs: number, leaseId: string) =>
    state?.notifications.claim({
      ...{ nowMs: 10_000, realNowMs, leaseUntilMs: realNowMs + 100, leaseId, limit: 100 },
    });
  expect(await claim(dead, 1_000, 'dead')).toHaveLength(100);
  expect(await claim(heir, 1_099, 'heir')).toHaveLength(0);
  expect(await claim(heir, 1_100, 'heir')).toHaveLength(100);
  expect(await dead?.notifications.finish('left_0', 'dead', sent)).toBe(false);
  expect(await heir?.notifications.finish('left_0', 'heir', sent)).toBe(true);
});

test('an outbox that eight relays empty is published once, in order', { timeout: 120_000 }, async () => {
  const ids = idsOf('record');
  await states[0]?.outbox.insert(ids.map((outboxId) => outboxRow({ outboxId, headers: { outboxId } })));
  const published: string[] = [];
  let publishing = 0;
  const bus = {
    async publish(records: readonly OutgoingRecord[]) {
      publishing += 1;
      expect(publishing).toBe(1);
      await systemClock.sleep(5);
      published.push(...records.map(({ headers }) => String(headers?.outboxId)));
      publishing -= 1;
      return [];
    },
  } as unknown as Bus;
  const deps = { writer: 'api', bus, realClock: systemClock, log: silentLog, random: systemRandom } as const;
  const relays = states.map(({ outbox }) => createRelay({ ...deps, outbox }));
  const startMs = performance.now();
  for (const relay of relays) relay.poke();
  while (published.length < ROWS || relays.some((relay) => !relay.isIdle())) await systemClock.sleep(5);
  process.stdout.write(`outbox by ${WORKERS} relays: ${ROWS} rows, ${perSecond(startMs)} rows/s\n`);
  expect(published).toEqual(ids);
  await Promise.all(relays.map((relay) => relay.stop()));
});
