import { silentLog, systemClock } from '@outrider/runtime';
import { openTelemetry, prepareSeries } from '@outrider/telemetry';
import { beforeAll, describe, expect, test } from 'vitest';
import { FLEET_BUCKET, figuresOf, fleetFlux, fleetSignals, questions } from './fleet-panels.ts';
import { addresses } from './influxdb-under-test.ts';

// As 10-logins.sh sets InfluxDB 2 up, with the task switched on; then cars, hours, and what Grafana may see of them.

const { httpUrl = '', admin = 'influxdb://nobody@nowhere/' } = addresses;
const RAW = 'outrider_raw';
const HOUR_MS = 3_600_000;
const CARS = 12;
const token = decodeURIComponent(new URL(admin).password);
const hourMs = Math.floor(systemClock.nowMs() / HOUR_MS) * HOUR_MS;

const urlOf = (database: string): string => {
  const url = new URL(admin);
  url.pathname = `/${database}`;
  return url.href;
};

interface Answer {
  readonly status: number;
  readonly text: string;
}
async function ask(path: string, login: string, body?: object | string): Promise<Answer> {
  const response = await fetch(httpUrl + path, {
    headers: { authorization: login, 'content-type': 'application/json' },
    ...(body !== undefined && {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  return { status: response.status, text: await response.text() };
}
async function asAdmin<T>(path: string, body?: object): Promise<T> {
  const { status, text } = await ask(path, `Token ${token}`, body);
  if (status >= 300) throw new Error(`${path} ${status}: ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}
const GRAFANA = `Basic ${btoa('grafana:its-password')}`;
const query = (login: string, database: string, influxQl: string): Promise<Answer> =>
  ask(`/query?${new URLSearchParams({ db: database, q: influxQl })}`, login);

interface Named {
  readonly id: string;
}
let task: Named;

beforeAll(async () => {
  const { orgs } = await asAdmin<{ readonly orgs: readonly Named[] }>('/api/v2/orgs?org=outrider');
  const orgID = orgs[0]?.id ?? '';
  const fleet = await asAdmin<Named>('/api/v2/buckets', { orgID, name: FLEET_BUCKET, retentionRules: [] });
  const login = await asAdmin<Named>('/private/legacy/authorizations', {
    ...{ orgID, token: 'grafana' },
    permissions: [{ action: 'read', resource: { type: 'buckets', id: fleet.id, orgID } }],
  });
  await asAdmin(`/private/legacy/authorizations/${login.id}/password`, { password: 'its-password' });
  // Before there is anything to count, as when the containers start.
  task = await asAdmin<Named>('/api/v2/tasks', { orgID, flux: fleetFlux });
  await prepareSeries(urlOf(RAW), { rawDays: 30, minuteDays: 180 });
  await drive();
});

/** Twelve cars in each of the last two hours, and nine in the one before; car 0 says everything ten times. */
async function drive(): Promise<void> {
  const store = await openTelemetry(urlOf(RAW), { log: silentLog });
  const rows = [1, 2, 3].flatMap((hoursAgo) =>
    Array.from({ length: hoursAgo === 3 ? 9 : CARS }, (_, car) =>
      Array.from({ length: car === 0 ? 10 : 1 }, (_, turn) => ({
        vehicleId: `car-${car}`,
        observedAtMs: hourMs - hoursAgo * HOUR_MS + turn * 1_000,
        recordId: `${hoursAgo}-${car}-${turn}`,
        receivedAtMs: hourMs,
        values: Object.fromEntries(fleetSignals.map((path) => [path, car])),
      })),
    ).flat(),
  );
  await store.writeSignals(rows);
  await store.close();
}

/** Runs the task as if it were so late. */
async function runAt(atMs: number): Promise<void> {
  const path = `/api/v2/tasks/${task.id}/runs`;
  const run = await asAdmin<Named>(path, { scheduledFor: new Date(atMs).toISOString() });
  for (let turn = 0; turn < 200; turn++) {
    const answer = await ask(`${path}/${run.id}`, `Token ${token}`);
    // One that has just ended is no longer among those that run, and not yet among those that did.
    const { status } = answer.status === 404 ? { status: 'ended' } : JSON.parse(answer.text);
    if (status === 'success') return;
    if (status === 'failed' || status === 'canceled')
      throw new Error(JSON.stringify(await asAdmin(`${path}/${run.id}/logs`)));
    await systemClock.sleep(100);
  }
  throw new Error('the task does not end');
}

describe('the fleet dashboard', () => {
  beforeAll(async () => {
    for (const hoursAgo of [0, 1, 2]) await runAt(hourMs - hoursAgo * HOUR_MS);
  });

  test.each(questions)('$title has rows: $influxQl', async ({ influxQl, asksForCars }) => {
    const { text } = await query(GRAFANA, FLEET_BUCKET, influxQl);
    // An hour of nine cars is left out, and a car that says more counts no more.
    const mean = (CARS - 1) / 2;
    expect(figuresOf(text)).toEqual(Array(2).fill(asksForCars ? CARS : mean));
  });

  test('what was counted names no car', async () => {
    const { text } = await query(GRAFANA, FLEET_BUCKET, 'SHOW TAG KEYS; SELECT * FROM fleet_hourly');
    expect(text).not.toMatch(/vehicle|car-\d/);
  });
});

describe("Grafana's login", () => {
  const SELECT = 'SELECT * FROM signals LIMIT 1';

  test.each([
    [RAW, SELECT],
    [FLEET_BUCKET, `SELECT * FROM ${RAW}.raw.signals LIMIT 1`],
    [FLEET_BUCKET, `SELECT * FROM ${RAW}..signals LIMIT 1`],
    [RAW, 'SHOW SERIES'],
    [RAW, 'SHOW TAG VALUES WITH KEY = vehicle'],
    [`${RAW}_folded`, 'SELECT * FROM m1.signals_1m LIMIT 1'],
  ])('sees nothing of a car, asking %s for %s', async (database, influxQl) => {
    const seen = await query(GRAFANA, database, influxQl);
    expect(seen.text).not.toMatch(/car-\d|"series"/);
    expect(seen.status >= 400 || seen.text.includes('"error"')).toBe(true);
  });

  test('the same is there for one who may', async () => {
    expect(figuresOf((await query(`Token ${token}`, RAW, SELECT)).text)).toHaveLength(1);
  });

  test('sees the one database, and opens no other door', async () => {
    const { text } = await query(GRAFANA, '', 'SHOW DATABASES');
    expect(text).toContain(FLEET_BUCKET);
    expect(text).not.toContain(RAW);
    expect((await ask('/api/v2/buckets', GRAFANA)).status).toBe(401);
    expect((await ask('/api/v2/query?org=outrider', GRAFANA, {})).status).toBe(401);
    expect((await ask(`/write?db=${FLEET_BUCKET}`, GRAFANA, 'fleet_hourly mean=1')).status).toBe(403);
    expect((await ask(`/write?db=${RAW}`, GRAFANA, 'signals x=1')).status).toBeGreaterThanOrEqual(400);
  });
});
