import { type Alert, SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advanceCar, dueMs, type LiveCar, receive, rejudge, situationOf } from './car.ts';
import {
  DRIVING,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  PARKED,
  placeOf,
  record,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { OpenedRecord } from './vehicle-state.ts';

const WINDOW_MS = 10_000;
const rules = [ruleOn('belowReserveProbability', 'stop')];

interface Delivery {
  readonly record: OpenedRecord;
  readonly arrivesAtMs: number;
}

/** Delivers records as they arrive, event time following at a window's distance, to the end. */
function run(deliveries: readonly Delivery[], endMs: number, from: LiveCar = liveCar({ values: DRIVING })) {
  let live = from;
  const alerts: Alert[] = [];
  let late = 0;
  const advance = (nowMs: number) => {
    const judged = advanceCar(live, nowMs - WINDOW_MS, rules);
    live = judged.live;
    alerts.push(...judged.alerts.map(({ alert }) => alert));
    late += judged.lateRecords;
    expect(judged.failures).toEqual([]);
  };
  for (const delivery of deliveries.toSorted((a, b) => a.arrivesAtMs - b.arrivesAtMs)) {
    live = receive(live, delivery.record);
    advance(delivery.arrivesAtMs);
  }
  advance(endMs);
  return { alerts, live, late };
}

/** A drive that gets into trouble and may get out of it: a record every few seconds for some minutes. */
const drive = fc
  .record({
    gapsS: fc.array(fc.integer({ min: 2, max: 25 }), { minLength: 20, maxLength: 40 }),
    levels: fc.array(fc.integer({ min: 35, max: 100 }), { minLength: 3, maxLength: 5 }),
  })
  .map(({ gapsS, levels }) => {
    let atS = 1;
    return gapsS.map((gapS, i) => {
      atS += gapS;
      const socPct = levels[Math.floor((i * levels.length) / gapsS.length)] ?? 50;
      return record(NOW_MS + atS * 1000, { ...placeOf(atS * 27), ...DRIVING, [SIGNAL.soc]: socPct });
    });
  });
const endOf = (records: readonly OpenedRecord[]) => (records.at(-1)?.observedAtMs ?? NOW_MS) + 10 * MINUTE_MS;
const inOrder = (records: readonly OpenedRecord[]) =>
  records.map((one) => ({ record: one, arrivesAtMs: one.observedAtMs }));

describe('however the network delivers', () => {
  test('the alerts are the same under repeats at will and displacement within the window', () => {
    let heard = 0;
    fc.assert(
      fc.property(
        drive.chain((records) =>
          fc.tuple(
            fc.constant(records),
            fc.array(fc.integer({ min: 0, max: WINDOW_MS }), {
              minLength: records.length,
              maxLength: records.length,
            }),
            fc.array(fc.tuple(fc.nat(records.length - 1), fc.nat(500_000)), { maxLength: 10 }),
          ),
        ),
        ([records, delays, repeats]) => {
          const kept = run(inOrder(records), endOf(records));
          const delivered = records.map((one, i) => ({
            record: one,
            arrivesAtMs: one.observedAtMs + (delays[i] ?? 0),
          }));
          const repeated = repeats.flatMap(([i, laterMs]) => {
            const one = delivered[i];
            return one === undefined ? [] : [{ ...one, arrivesAtMs: one.arrivesAtMs + laterMs }];
          });
          const end = endOf(records);
          const shaken = run(
            [...delivered, ...repeated].filter(({ arrivesAtMs }) => arrivesAtMs <= end),
            end,
          );
          expect(shaken.alerts).toEqual(kept.alerts);
          expect(JSON.stringify(shaken.live.car.memory)).toBe(JSON.stringify(kept.live.car.memory));
          heard += kept.alerts.length;
        },
      ),
      { numRuns: 25 },
    );
    expect(heard).toBeGreaterThan(20);
  });

  test('a record later than the window neither withdraws nor repeats anything', () => {
    fc.assert(
      fc.property(drive, fc.nat(100), fc.integer({ min: 1, max: 300 }), (records, which, lateS) => {
        const kept = run(inOrder(records), endOf(records));
        const early = records[which % records.length] as OpenedRecord;
        const late = record(early.observedAtMs - 500, { [SIGNAL.soc]: 100 });
        const arrivesAtMs = early.observedAtMs + WINDOW_MS + lateS * 1000;
        // Event time has passed it before it came.
        fc.pre(
          records.some(
            ({ observedAtMs }) =>
              observedAtMs < arrivesAtMs && observedAtMs - WINDOW_MS >= early.observedAtMs,
          ),
        );
        const disturbed = run([...inOrder(records), { record: late, arrivesAtMs }], endOf(records));
        expect(disturbed.alerts).toEqual(kept.alerts);
        expect(disturbed.late).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  test('looking more often changes nothing', () => {
    const records = Array.from({ length: 12 }, (_, i) =>
      record(NOW_MS + i * 20_000, { ...placeOf(i * 540), ...DRIVING, [SIGNAL.soc]: 45 }),
    );
    const often = run(inOrder(records), endOf(records));
    let live = liveCar({ values: DRIVING });
    for (const one of records) live = receive(live, one);
    const once = advanceCar(live, endOf(records) - WINDOW_MS, rules);
    expect(once.alerts.map(({ alert }) => alert)).toEqual(often.alerts);
    expect(JSON.stringify(once.live.car)).toBe(JSON.stringify(often.live.car));
  });
});

describe('time without telemetry', () => {
  test('a condition that lasts fires though nothing arrives', () => {
    const { live, alerts } = run(
      [{ record: record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }), arrivesAtMs: NOW_MS }],
      NOW_MS + 20_000,
    );
    expect(alerts).toEqual([]);
    expect(dueMs(live)).toBe(NOW_MS + 60_000);
    expect(advanceCar(live, NOW_MS + 59_999, rules).alerts).toEqual([]);
    const [fired] = advanceCar(live, NOW_MS + 60_000, rules).alerts;
    expect(fired?.alert).toMatchObject({ state: 'firing', changedAtMs: NOW_MS + 60_000 });
  });

  test('after an outage it fires as of then, not as of now', () => {
    const { live } = run(
      [{ record: record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }), arrivesAtMs: NOW_MS }],
      NOW_MS + 20_000,
    );
    const [fired] = advanceCar(live, NOW_MS + 3 * HOUR_MS, rules).alerts;
    expect(fired?.alert.changedAtMs).toBe(NOW_MS + 60_000);
  });

  test('a sleeping car is looked at as its departure comes nearer, then no more', () => {
    const asleep = (departAtMs: number) =>
      dueMs(liveCar({ trip: tripOf({ departAtMs }), observedAtMs: NOW_MS - HOUR_MS }));
    const since = NOW_MS - HOUR_MS;
    expect(asleep(since + 4 * HOUR_MS)).toBe(since + MINUTE_MS);
    const later = rejudge(
      liveCar({ trip: tripOf({ departAtMs: NOW_MS + 20 * HOUR_MS }) }),
      NOW_MS + HOUR_MS,
      rules,
    ).live;
    expect(dueMs(later)).toBe(NOW_MS + HOUR_MS + 15 * MINUTE_MS);
    expect(asleep(since)).toBeUndefined();
    expect(dueMs(liveCar({ trip: null }))).toBeUndefined();
  });

  test('a jump of the clock by half a year ends', () => {
    const live = liveCar({ trip: tripOf({ departAtMs: NOW_MS + 30 * HOUR_MS }), socPct: 60 });
    const judged = advanceCar(live, NOW_MS + 180 * 24 * HOUR_MS, []);
    expect(judged.live.car.judgedToMs).toBeLessThan(NOW_MS + 31 * HOUR_MS);
    expect(dueMs(judged.live)).toBeUndefined();
  });

  test('a clock that goes back judges nothing twice', () => {
    const before = run(
      [{ record: record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }), arrivesAtMs: NOW_MS }],
      NOW_MS + 5 * MINUTE_MS,
    );
    const back = advanceCar(before.live, NOW_MS - HOUR_MS, rules);
    expect(back.alerts).toEqual([]);
    expect(back.live.car.judgedToMs).toBe(before.live.car.judgedToMs);
    expect(rejudge(before.live, NOW_MS - HOUR_MS, rules).live.car.judgedToMs).toBe(
      before.live.car.judgedToMs,
    );
  });

  test('a battery cools through the night while the car is silent', () => {
    const warm = { ...PARKED, [SIGNAL.batteryTemp]: 25, [SIGNAL.airTemp]: -10 };
    const live = advanceCar(receive(liveCar({}), record(NOW_MS, warm)), NOW_MS, rules).live;
    expect(situationOf(live, NOW_MS).memory.battery?.tempC).toBe(25);
    expect(situationOf(live, NOW_MS + 11 * HOUR_MS).memory.battery?.tempC).toBeLessThan(6);
  });
});
