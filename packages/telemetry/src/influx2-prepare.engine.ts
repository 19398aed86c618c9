import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@outrider/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, signalRow } from './contract/harness.ts';
import { adminUrlOf } from './contract/influx-server.ts';
import { readInfluxUrl } from './influx-address.ts';
import { AGGREGATES } from './influx-folds.ts';
import { runInfluxQl } from './influx-http.ts';
import { prepareSeries } from './influx-prepare.ts';
import { askApi, findBucket, findOrg } from './influx2-api.ts';
import { openTelemetry } from './open.ts';

const DAY_S = 86_400;
const DAYS = { rawDays: 30, minuteDays: 180 };
const address = readInfluxUrl(adminUrlOf('kept'));
const folder = mkdtempSync(join(tmpdir(), 'outrider-token-'));
const tokenFile = join(folder, 'token');
beforeAll(async () => {
  await prepareSeries(adminUrlOf('kept'), { rawDays: 7, minuteDays: 90 });
  expect(await prepareSeries(adminUrlOf('kept'), { ...DAYS, tokenFile })).toHaveLength(4);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('makes buckets with retention, twice the same, and follows a change', async () => {
  const org = await findOrg(address);
  const kept = async (name: string) =>
    (await findBucket(org, name))?.retentionRules.map(({ everySeconds }) => everySeconds / DAY_S);
  expect(await kept('kept')).toEqual([30]);
  expect(await kept('kept_folded/m1')).toEqual([180]);
  expect([[], [0]]).toContainEqual(await kept('kept_folded/h1'));
});

it('names them in InfluxQL as 1.x would', async () => {
  const { content } = await askApi<{ readonly content: readonly Record<string, unknown>[] }>(
    ...([address, 'GET', `dbrps?org=${address.org}`] as const),
  );
  const names = content
    .filter(({ virtual, database }) => virtual === false && String(database).startsWith('kept'))
    .map((one) => [one.database, one.retention_policy, one.default]);
  expect(names.toSorted()).toEqual([
    ['kept', 'raw', true],
    ['kept_folded', 'h1', false],
    ['kept_folded', 'm1', true],
  ]);
});

interface Task {
  readonly id: string;
  readonly name: string;
  readonly every: string;
  readonly offset: string;
  readonly status: string;
}
const tasksOf = async (name: string): Promise<readonly Task[]> =>
  (
    await askApi<{ readonly tasks: readonly Task[] }>(
      ...([address, 'GET', `tasks?${new URLSearchParams({ org: address.org, name })}`] as const),
    )
  ).tasks;

it.each(AGGREGATES)(
  'has one task that runs every $every, $name, and it succeeds',
  async ({ name, every }) => {
    const tasks = await tasksOf(`${name} of kept`);
    expect(tasks).toMatchObject([{ every, offset: '10s', status: 'active' }]);
    const path = `tasks/${tasks[0]?.id}/runs`;
    const states = async () =>
      (
        await askApi<{ readonly runs: readonly { readonly status: string }[] }>(
          ...([address, 'GET', path] as const),
        )
      ).runs.map(({ status }) => status);
    for (let turn = 0; turn < 100 && !(await states()).includes('success'); turn++)
      await systemClock.sleep(100);
    expect(await states()).toContain('success');
    expect(await states()).not.toContain('failed');
  },
);

describe('the token that is written to a file', () => {
  const withToken = (database: string) => {
    const url = new URL(adminUrlOf(database));
    url.password = '';
    url.searchParams.set('tokenFile', tokenFile);
    return url.href;
  };
  const read = (database: string, from: string) =>
    runInfluxQl(
      readInfluxUrl(withToken(database)),
      `SELECT * FROM ${from} LIMIT 1`,
      AbortSignal.timeout(10_000),
    );

  it('is for nobody else, and stays when it is asked for again', async () => {
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(tokenFile, 'utf8');
    await prepareSeries(adminUrlOf('kept'), { ...DAYS, tokenFile });
    expect(readFileSync(tokenFile, 'utf8')).toBe(before);
  });

  it('writes, reads, and removes raw values', async () => {
    const store = await openTelemetry(withToken('kept'), { log: silentLog, queryDeadlineMs: 30_000 });
    const row = { ...signalRow(0), observedAtMs: systemClock.nowMs() };
    await store.writeSignals([row]);
    expect((await store.readSignals(all)).rows).toEqual([row]);
    expect(await store.prune(row.observedAtMs + 1)).toBe(1);
    expect((await store.readSignals(all)).rows).toEqual([]);
    await store.close();
  });

  it('opens nothing else', async () => {
    await expect(read('kept_folded', 'm1.signals_1m')).rejects.toThrow('not found');
    await expect(read('first', 'signals')).rejects.toThrow('not found');
    const store = await openTelemetry(withToken('kept_folded/m1'.replace('/', '%2F')), { log: silentLog });
    await expect(store.writeSignals([signalRow(0)])).rejects.toThrow(/40[134]/);
    await store.close();
    await expect(askApi(readInfluxUrl(withToken('kept')), 'POST', 'authorizations', {})).rejects.toThrow();
  });

  it('is not written over something else', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'a-token-of-nobody');
    await expect(prepareSeries(adminUrlOf('kept'), { ...DAYS, tokenFile: other })).rejects.toThrow('remove');
    expect(readFileSync(other, 'utf8')).toBe('a-token-of-nobody');
  });
});
