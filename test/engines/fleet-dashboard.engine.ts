import { systemClock } from '@outrider/runtime';
import { beforeAll, expect, inject, test } from 'vitest';
import { readText } from '../compose/compose.ts';

const { httpUrl = '', admin = 'influxdb://nobody:nobody@nowhere/' } = inject('engines').influxdb ?? {};
const DATABASE = 'outrider_fleet';
const MEAN = 61.5;
const CARS = 12;

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly query: string }[];
}
const { panels } = JSON.parse(readText('infra/docker/grafana/dashboards/fleet.json')) as {
  readonly panels: Panel[];
};

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

/** What fleet-hourly.flux writes: the last hours of three signals. */
beforeAll(async () => {
  await ask('query', { q: `CREATE DATABASE ${DATABASE}` });
  const flux = readText('infra/docker/influxdb/fleet-hourly.flux');
  const signals = [...flux.matchAll(/^ {4}"(Vehicle[\w.]+)"/gm)].map(([, path]) => path);
  const nowMs = systemClock.nowMs();
  const lines = signals.flatMap((signal) =>
    [1, 2, 3].map(
      (hours) => `fleet_hourly,signal=${signal} mean=${MEAN},cars=${CARS}i ${nowMs - hours * 3_600_000}`,
    ),
  );
  await ask('write', { db: DATABASE, precision: 'ms' }, lines.join('\n'));
});

for (const { title, targets } of panels)
  for (const { query } of targets)
    test(`${title} has rows`, async () => {
      const q = query.replace('$timeFilter', 'time > now() - 7d').replace('$__interval', '1h');
      expect(q).not.toContain('$');
      const { results } = JSON.parse(await ask('query', { db: DATABASE, q })) as {
        readonly results: readonly {
          readonly series?: readonly { readonly values: readonly unknown[][] }[];
        }[];
      };
      const values = results[0]?.series?.[0]?.values.map(([, value]) => value) ?? [];
      expect(values).toHaveLength(3);
      expect(new Set(values)).toEqual(new Set([query.includes('"cars"') ? CARS : MEAN]));
    });
