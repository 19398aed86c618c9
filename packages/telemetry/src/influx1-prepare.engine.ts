import { expect, it } from 'vitest';
import { adminUrlOf } from './contract/influx-server.ts';
import { readInfluxUrl } from './influx-address.ts';
import { AGGREGATES } from './influx-folds.ts';
import { runInfluxQl } from './influx-http.ts';
import { prepareSeries } from './influx-prepare.ts';

const url = adminUrlOf('kept');

const ask = async (statement: string) =>
  (await runInfluxQl(readInfluxUrl(url), statement, AbortSignal.timeout(10_000)))[0] ?? [];
const records = async (statement: string) =>
  (await ask(statement)).flatMap(({ columns, values, tags }) =>
    values.map((row) => ({ ...tags, ...Object.fromEntries(columns.map((name, at) => [name, row[at]])) })),
  );

it('makes a database with retention and aggregates, twice the same, and follows a change', async () => {
  await prepareSeries(url, { rawDays: 7, minuteDays: 90 });
  expect(await prepareSeries(url, { rawDays: 30, minuteDays: 180 })).toHaveLength(3);
  const policies = async (database: string) =>
    (await records(`SHOW RETENTION POLICIES ON ${database}`)).map((one) => [
      one.name,
      one.duration,
      one.default,
    ]);
  expect(await policies('kept')).toEqual([['raw', '720h0m0s', true]]);
  expect(await policies('kept_folded')).toEqual([
    ['m1', '4320h0m0s', true],
    ['h1', '0s', false],
  ]);
  const queries = (await records('SHOW CONTINUOUS QUERIES')).filter(({ query }) =>
    String(query).includes('kept_folded'),
  );
  expect(queries.map(({ name }) => name)).toEqual(AGGREGATES.map(({ name }) => name));
});

it('lets who reads the folds read nothing else', async () => {
  await ask("CREATE USER reader WITH PASSWORD 'x'; GRANT READ ON kept_folded TO reader");
  const { httpUrl } = readInfluxUrl(url);
  const read = (database: string, measurement: string) =>
    runInfluxQl(
      readInfluxUrl(`${httpUrl.replace('http://', 'influxdb://reader:x@')}/${database}`),
      `SELECT * FROM ${measurement} LIMIT 1`,
      AbortSignal.timeout(10_000),
    );
  await expect(read('kept_folded', 'm1.signals_1m')).resolves.toHaveLength(1);
  await expect(read('kept', 'raw.signals')).rejects.toThrow('403');
});
