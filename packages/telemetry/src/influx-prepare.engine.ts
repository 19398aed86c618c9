import { SIGNAL } from '@outrider/domain';
import { createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { expect, it } from 'vitest';
import { adminUrlOf, createDatabase, letUserRead, urlOf } from './contract/influx-server.ts';
import { readInfluxUrl } from './influx-address.ts';
import { runInfluxQl } from './influx-http.ts';
import { backfillSeries, prepareSeries } from './influx-prepare.ts';
import { openTelemetry } from './open.ts';

const url = adminUrlOf('prepared');
const HOUR_MS = 3_600_000;
/** Within the retention: the server's own clock decides what is too old. */
const nowMs = (await fetch(`${readInfluxUrl(url).httpUrl}/ping`)).headers.get('date');
const startMs = Math.floor(Date.parse(nowMs ?? '') / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;

const ask = async (statement: string) =>
  (await runInfluxQl(readInfluxUrl(url), statement, AbortSignal.timeout(10_000)))[0] ?? [];
const records = async (statement: string) =>
  (await ask(statement)).flatMap(({ columns, values, tags }) =>
    values.map((row) => ({ ...tags, ...Object.fromEntries(columns.map((name, at) => [name, row[at]])) })),
  );

it('leaves a database alone that something else made', async () => {
  await createDatabase('theirs');
  const theirs = prepareSeries(adminUrlOf('theirs'), { rawDays: 1, minuteDays: 1 });
  await expect(theirs).rejects.toThrow('something else');
});

it('folds minutes and hours per car, counts a repeat once, and gives aggregates without texts and ids', async () => {
  await prepareSeries(url, { rawDays: 30, minuteDays: 180 });
  await letUserRead('prepared');
  const metrics = createMetrics();
  const store = await openTelemetry(urlOf('prepared'), { log: silentLog, metrics });
  const row = (offsetMs: number, speed: number, vehicleId = 'car-1') => ({
    vehicleId,
    observedAtMs: startMs + offsetMs,
    recordId: `r-${offsetMs}`,
    receivedAtMs: startMs + offsetMs + 50,
    values: { [SIGNAL.speed]: speed, [SIGNAL.isCharging]: true, 'Vehicle.Text': 'x' },
  });
  const rows = [row(0, 10), row(20_000, 40), row(40_000, 25), row(61_000, 5), row(0, 99, 'car-2')];
  const old = { ...row(0, 1), observedAtMs: startMs - 40 * 24 * HOUR_MS };
  await store.writeSignals(rows);
  await store.writeSignals([...rows.map((one) => ({ ...one, receivedAtMs: one.receivedAtMs + 1 })), old]);
  expect(await metrics.text()).toContain('telemetry_refused_rows_total{reason="beyond-retention"} 1');
  const days: number[] = [];
  await backfillSeries(url, { fromMs: startMs, toMs: startMs + 1 }, (day) => days.push(day));
  expect(days).toEqual([startMs]);
  const speed = (fold: string) => `${fold}_${SIGNAL.speed}`;
  const minutes = await records('SELECT * FROM prepared_folded.m1.signals_1m');
  const folds = { [speed('mean')]: 25, [speed('min')]: 10, [speed('max')]: 40, [speed('last')]: 25 };
  expect(minutes.filter(({ vehicle }) => vehicle === 'car-1')).toEqual([
    expect.objectContaining({ time: startMs * 1e6, ...folds }),
    expect.objectContaining({ time: (startMs + 60_000) * 1e6, [speed('mean')]: 5 }),
  ]);
  expect(Object.keys(minutes[0] ?? {}).toSorted()).toEqual(
    ['time', 'vehicle', ...Object.keys(folds)].toSorted(),
  );
  const hours = await records('SELECT * FROM prepared_folded.h1.signals_1h');
  expect(hours.find(({ vehicle }) => vehicle === 'car-1')).toMatchObject({
    ...{ time: startMs * 1e6, [speed('mean')]: 20, [speed('last')]: 5 },
  });
  expect(await records(`SELECT count("record:id") FROM signals`)).toMatchObject([{ count: 5 }]);
  await store.close();
});

it('folds by itself what was written within the last two hours', async () => {
  const folding = adminUrlOf('folding');
  await prepareSeries(folding, { rawDays: 7, minuteDays: 90 });
  const store = await openTelemetry(folding, { log: silentLog });
  const moment = { vehicleId: 'car-1', observedAtMs: startMs + 2.5 * HOUR_MS, recordId: 'r' };
  await store.writeSignals([{ ...moment, receivedAtMs: startMs, values: { [SIGNAL.speed]: 50 } }]);
  await store.close();
  // Aggregates made anew run at once, and from then on every five minutes.
  await prepareSeries(folding, { rawDays: 7, minuteDays: 90 });
  const means = () => records(`SELECT "mean_${SIGNAL.speed}" AS mean FROM folding_folded.m1.signals_1m`);
  for (let turn = 0; turn < 100 && (await means()).length === 0; turn++) await systemClock.sleep(100);
  expect(await means()).toMatchObject([{ mean: 50 }]);
});
