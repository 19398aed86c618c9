import { systemClock } from '@outrider/runtime';
import { beforeAll, expect, test } from 'vitest';
import { FLEET_BUCKET, figuresOf, fleetSignals, questions } from './fleet-panels.ts';
import { addresses } from './influxdb-under-test.ts';

const { httpUrl = '', admin = 'influxdb://nobody:nobody@nowhere/' } = addresses;
const MEAN = 61.5;
const CARS = 12;

async function ask(path: string, parameters: Readonly<Record<string, string>>, body = ''): Promise<string> {
  const { username, password } = new URL(admin);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const response = await fetch(`${httpUrl}/${path}?${new URLSearchParams(parameters)}`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    body,
  });
  const text = await response.text();
  if (!response.ok || text.includes('"error"')) throw new Error(`${response.status}: ${text}`);
  return text;
}

/** What fleet-hourly.flux writes, which InfluxDB 1.x cannot run: the last hours of three signals. */
beforeAll(async () => {
  await ask('query', { q: `CREATE DATABASE ${FLEET_BUCKET}` });
  const nowMs = systemClock.nowMs();
  const lines = fleetSignals.flatMap((signal) =>
    [1, 2, 3].map(
      (hours) => `fleet_hourly,signal=${signal} mean=${MEAN},cars=${CARS}i ${nowMs - hours * 3_600_000}`,
    ),
  );
  await ask('write', { db: FLEET_BUCKET, precision: 'ms' }, lines.join('\n'));
});

test.each(questions)('$title has rows: $influxQl', async ({ influxQl, asksForCars }) => {
  const figures = figuresOf(await ask('query', { db: FLEET_BUCKET, q: influxQl }));
  expect(figures).toHaveLength(3);
  expect(new Set(figures)).toEqual(new Set([asksForCars ? CARS : MEAN]));
});
