import { join } from 'node:path';
import { COMPARED_PATHS, compareTrips, type SaidForecast, type SaidSignals } from '@outrider/standalone';
import { afterEach, expect, test } from 'vitest';
import { type Json, type RecordedDrive, startRecordedDrive } from './recorded-drive.ts';
import { readRecordings } from './recordings.ts';

// Munich to Nuremberg, 161 km at -3 to -6 °C, half an hour of charging at km 78; arrived with 52 %. The rear left tyre
// loses air all the way; the car says so at 06:22:30.

const VIN = '5YJ3E1EA0PF000001';
const LIMIT_MS = 60_000;
/** At which the car told of its charge or its way. */
const MOMENTS = 85;
const records = readRecordings(join(import.meta.dirname, 'munich-nuremberg')).records.get('json') ?? [];
const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`);

const CHARGE_FIELDS = new Set(['Soc', 'BatteryLevel']);

/** The same drive with so many points less in the battery. */
const emptierBy =
  (points: number) =>
  (payload: Json): Json => ({
    ...payload,
    data: payload.data?.map(({ key, value }: Json) => ({
      key,
      value:
        CHARGE_FIELDS.has(key) && value?.doubleValue !== undefined
          ? { doubleValue: Math.max(0, value.doubleValue - points) }
          : key === 'EnergyRemaining'
            ? { invalid: true }
            : value,
    })),
  });

let drive: RecordedDrive;
afterEach(() => drive.stop());

const tripsOf = async (): Promise<Json[]> => (await drive.call('GET', `${drive.car}/trips`)).trips;
const alertsOf = async (): Promise<Json[]> => (await drive.call('GET', `${drive.car}/alerts`)).alerts;
/** Newest first. Five minutes after it began the driver is told: 06:17, before the car says so. */
const TYRE = [
  { ruleId: 'tyre-low', state: 'firing', startedAt: '2026-11-22T06:22:30.317Z', facts: { tyre: 'rearLeft' } },
  {
    ...{ ruleId: 'slow-puncture', severity: 'warning', state: 'firing' },
    ...{ startedAt: '2026-11-22T06:12:29.271Z', facts: { tyre: 'rearLeft' } },
  },
];
const arrivalOf = async (): Promise<Json> =>
  (await drive.call('GET', `${drive.car}/forecast`)).stops[0]?.arrivalSocPct;

/** What the car said of its own arrival, of its way, and of its charge; and what we said. */
async function saidUntil(untilMs: number): Promise<{ signals: SaidSignals[]; forecasts: SaidForecast[] }> {
  const span = `from=${new Date(at('05:00:00')).toISOString()}&to=${new Date(untilMs).toISOString()}`;
  const paths = COMPARED_PATHS.map((path) => `path=${path}`).join('&');
  const { rows } = await drive.call('GET', `${drive.car}/signals?${span}&${paths}&limit=5000`);
  const { forecasts } = await drive.call('GET', `${drive.car}/forecasts?${span}&limit=5000`);
  return {
    signals: rows.map(({ observedAt, values }: Json) => ({ observedAtMs: Date.parse(observedAt), values })),
    forecasts: forecasts.map(({ madeAt, stopId, arrivalSocPct }: Json) => ({
      ...{ madeAtMs: Date.parse(madeAt), stopId, p50: arrivalSocPct.p50 },
    })),
  };
}

test('the car’s own destination and road are a trip, its own forecast stands beside ours; only a tyre is warned of', {
  timeout: LIMIT_MS,
}, async () => {
  drive = await startRecordedDrive(records, VIN);
  await drive.driveTo(at('05:13:00'));
  expect(await tripsOf()).toEqual([]);
  await drive.driveTo(at('05:14:00'));
  const [begun] = await tripsOf();
  expect(begun).toMatchObject({ source: 'car', stops: [{ name: 'Königstraße 1, Nürnberg' }] });
  expect(begun.legs).toBeUndefined();
  await drive.driveTo(at('05:28:00'));
  // The line came late, and only the first one is news: the rest of the same road is none.
  expect(await tripsOf()).toMatchObject([{ tripId: begun.tripId, revision: 2 }]);
  await drive.driveTo(at('06:40:00'));
  expect(await tripsOf()).toMatchObject([{ tripId: begun.tripId, revision: 2 }]);
  const { p10, p90 } = await arrivalOf();
  expect(p10).toBeLessThan(52.1 + 2);
  expect(p90).toBeGreaterThan(52.1);
  await drive.driveTo(at('07:12:00'));
  const { signals, forecasts } = await saidUntil(at('07:12:00'));
  expect(signals).toHaveLength(MOMENTS);
  // At a quarter of the way neither knew of the charging to come.
  const marks = compareTrips(signals, forecasts);
  expect(marks.map(({ atPct }) => atPct)).toEqual([50, 75]);
  for (const { oursPct, carsPct } of marks) {
    expect(Math.abs(oursPct ?? 100)).toBeLessThan(10);
    expect(Math.abs(carsPct ?? 100)).toBeLessThan(10);
  }
  expect(await tripsOf()).toEqual([]);
  expect(await alertsOf()).toMatchObject(TYRE);
});

test('with less in the battery than the road takes the driver is warned, while there is time', {
  timeout: LIMIT_MS,
}, async () => {
  drive = await startRecordedDrive(records, VIN, emptierBy(25));
  await drive.driveTo(at('05:50:00'));
  const ruleIds = (await alertsOf()).map(({ ruleId }) => ruleId);
  expect(ruleIds).toContain('arrival-below-reserve');
});

test('the same some hours later, as a backlog, is stored in full and warns of nothing that is over', {
  timeout: LIMIT_MS,
}, async () => {
  drive = await startRecordedDrive(records, VIN, emptierBy(25));
  drive.clock.advanceTo(at('09:00:00'));
  await drive.driveTo(at('07:12:00'));
  drive.clock.advanceTo(at('09:30:00'));
  await drive.all.idle();
  const { signals } = await saidUntil(at('07:12:00'));
  expect(signals).toHaveLength(MOMENTS);
  expect(await tripsOf()).toEqual([]);
  // The tyre is as low as it was.
  expect((await alertsOf()).map(({ ruleId }) => ruleId).toSorted()).toEqual(['slow-puncture', 'tyre-low']);
});
