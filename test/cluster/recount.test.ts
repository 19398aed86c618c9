import { describe, expect, test } from 'vitest';
import type { FoundAlert } from '../proof/examine.ts';
import { RULE_ID } from '../proof/parked-car.ts';
import type { Fall } from './drivers.ts';
import { checkAll, checkEndings, checkFalls, type Recount } from './recount.ts';
import type { Supervised } from './supervised.ts';

const CAR = { index: 0, vehicleId: 'veh_a', token: 'dev_a', driverToken: 'p', tripId: 't' } as const;

const fall = (fromMs: number): Fall => ({ carIndex: 0, fromMs, toMs: fromMs + 10, wasTold: true });
const alertAt = (startedAtMs: number, alertId = `a-${startedAtMs}`): FoundAlert => ({
  ...{ alertId, vehicleId: 'veh_a', ruleId: RULE_ID, subject: 's', revision: 1, startedAtMs },
});
const brokenOf = (falls: readonly Fall[], alerts: readonly FoundAlert[]) =>
  checkFalls([CAR], falls, { alerts }).map(({ broken }) => broken.length);

describe('one alert per fall', () => {
  test('each fall its own: nothing is broken', () => {
    expect(brokenOf([fall(100), fall(200)], [alertAt(100), alertAt(205)])).toEqual([0, 0, 0]);
  });
  test('a fall without one is lost', () => {
    expect(brokenOf([fall(100), fall(200)], [alertAt(100)])).toEqual([1, 0, 0]);
  });
  test('one about the plan before, and one about its own, are two', () => {
    expect(brokenOf([fall(100)], [alertAt(100), { ...alertAt(108), subject: 'new' }])).toEqual([0, 0, 0]);
  });
  test('a second one of a fall is a double, one before the first fall has no reason', () => {
    expect(brokenOf([fall(100)], [alertAt(100), alertAt(108)])).toEqual([0, 1, 0]);
    expect(brokenOf([fall(100)], [alertAt(100), alertAt(99)])).toEqual([0, 0, 1]);
  });
});

describe('the recount', () => {
  const recount: Recount = {
    found: {
      storedNumbers: new Map([['veh_a', [1]]]),
      ...{ alerts: [], published: [], notifications: [], unreadableAlerts: 0 },
    },
    stored: new Map([['veh_a', [{ observedAtMs: 100, number: 1 }]]]),
    toldForecasts: ['f-1'],
    storedForecasts: new Set(['f-1']),
    lags: [{ group: 'ingest', topic: 'raw', partition: 0, next: 1, end: 1 }],
  };
  const frame = { carIndex: 0, number: 1, phase: 0, observedAtMs: 100, sent: 2, ackedAtMs: 105 };
  const brokenBy = (change: Partial<Recount>) =>
    checkAll({ cars: [CAR], entries: [frame], sent: [], endMs: 200 }, [], { ...recount, ...change })
      .filter(({ broken }) => broken.length > 0)
      .map(({ promise }) => promise);

  test('a frame stored once at its moment, a forecast stored, a log worked off: nothing is broken', () => {
    expect(brokenBy({})).toEqual([]);
  });
  test('a row at another moment is noticed', () => {
    expect(brokenBy({ stored: new Map([['veh_a', [{ observedAtMs: 101, number: 1 }]]]) })).toEqual([
      'each stands at its moment',
    ]);
  });
  test('a forecast that was told and not stored is noticed', () => {
    expect(brokenBy({ storedForecasts: new Set() })).toEqual(['every forecast told is in the series']);
  });
  test('a partition that waits is noticed', () => {
    const lags = recount.lags.map((one) => ({ ...one, end: 2 }));
    expect(brokenBy({ lags })).toEqual(['every partition was worked off by its group']);
  });
});

describe('processes that end', () => {
  const OUTAGE = { engine: 'postgres', fromMs: 1_000, toMs: 2_000 };
  const brokenOf = (atMs: number, wasReady: boolean) => {
    const endings = [{ name: 'ingest-1', atMs, wasReady, said: '' }];
    return checkEndings([{ endings } as unknown as Supervised], [OUTAGE]).broken.length;
  };
  test('who cannot start while an engine is away is excused', () => {
    expect(brokenOf(1_500, false)).toBe(0);
    expect(brokenOf(2_000 + 20_000, false)).toBe(0);
  });
  test('who ends at its work, or at another time, is not', () => {
    expect(brokenOf(1_500, true)).toBe(1);
    expect(brokenOf(999, false)).toBe(1);
    expect(brokenOf(2_000 + 20_001, false)).toBe(1);
  });
});
