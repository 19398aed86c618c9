import { SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForecastRow, RawQuery, SeriesValue, SignalRow, TelemetryStore } from './telemetry.ts';

const START_MS = Date.UTC(2026, 0, 15, 8);
const MINUTE_MS = 60_000;

/** An engine as the contract drives it: `open` again after `close` must find what was written. */
export interface TelemetryEngine {
  open(): Promise<TelemetryStore>;
  /** Removes everything. */
  clean(): Promise<void>;
}

const signalRow = (
  index: number,
  values: Record<string, SeriesValue> = { [SIGNAL.soc]: index },
): SignalRow => ({
  vehicleId: 'car-1',
  observedAtMs: START_MS + index * 1_000,
  recordId: `record-${String(index).padStart(4, '0')}`,
  receivedAtMs: START_MS + index * 1_000 + 200,
  values,
});

const all: RawQuery = {
  vehicleId: 'car-1',
  paths: [],
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER,
  limit: 10_000,
};

export function telemetryContract(
  name: string,
  { keepsRows }: { readonly keepsRows: boolean },
  createEngine: () => TelemetryEngine,
): void {
  describe(`telemetry: ${name}`, () => {
    let engine: TelemetryEngine;
    let store: TelemetryStore;
    beforeEach(async () => {
      engine = createEngine();
      store = await engine.open();
    });
    afterEach(async () => {
      await store.close();
      await engine.clean();
    });

    describe('signals', () => {
      it('come back as they were written, oldest first, of one vehicle only', async () => {
        const row = signalRow(1, {
          [SIGNAL.soc]: 85.5,
          [SIGNAL.isCharging]: false,
          'Vehicle.Private.Text': 'ü "quoted" \u0000 🚗',
          [SIGNAL.power]: -1e-7,
        });
        await store.writeSignals([row, signalRow(0), { ...signalRow(0), vehicleId: 'car-2' }]);
        expect(await store.readSignals(all)).toEqual({ rows: [signalRow(0), row] });
        expect(await store.readSignals({ ...all, vehicleId: 'nobody' })).toEqual({ rows: [] });
      });

      it('are the same after writing them again, also within one call and at the same time', async () => {
        const rows = [signalRow(0), signalRow(1), signalRow(0)];
        await Promise.all([store.writeSignals(rows), store.writeSignals(rows)]);
        await store.writeSignals(rows);
        expect((await store.readSignals(all)).rows).toEqual([signalRow(0), signalRow(1)]);
      });

      it('of one moment with different ids stand side by side', async () => {
        const twin = { ...signalRow(0), recordId: 'twin' };
        await store.writeSignals([twin, signalRow(0)]);
        expect((await store.readSignals(all)).rows).toEqual([signalRow(0), twin]);
      });

      it('are the same under any order, repetition, grouping and later repeats of writing', async () => {
        const variants = Array.from({ length: 6 }, (_, index) => index).flatMap((index) => {
          const places = (box: string) => ({ places: { keyId: 'key-1', box } });
          const first = { ...signalRow(index), ...places(`b${index}`) };
          return [
            first,
            { ...first, ...places(`a${index}`) },
            { ...first, receivedAtMs: first.receivedAtMs + 60_000, ...places('0') },
          ];
        });
        const expected = Array.from({ length: 6 }, (_, index) => ({
          ...signalRow(index),
          places: { keyId: 'key-1', box: `a${index}` },
        }));
        let run = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.shuffledSubarray(
              variants.flatMap((row) => [row, row]),
              { minLength: variants.length * 2 },
            ),
            fc.integer({ min: 1, max: 7 }),
            async (shuffled, groupSize) => {
              const vehicleId = `run-${run++}`;
              for (let at = 0; at < shuffled.length; at += groupSize)
                await store.writeSignals(
                  shuffled.slice(at, at + groupSize).map((row) => ({ ...row, vehicleId })),
                );
              const { rows } = await store.readSignals({ ...all, vehicleId });
              expect(rows).toEqual(expected.map((row) => ({ ...row, vehicleId })));
            },
          ),
          { numRuns: 30 },
        );
      });

      it('may have names of prototypes as paths, ids and values', async () => {
        const values = JSON.parse('{"__proto__":1,"constructor":"toString","hasOwnProperty":true}');
        const row = { ...signalRow(0, values), vehicleId: '__proto__', recordId: 'constructor' };
        await store.writeSignals([row]);
        const query = { ...all, vehicleId: '__proto__' };
        const [read] = (await store.readSignals(query)).rows;
        expect(Object.entries(read?.values ?? {}).sort()).toEqual(Object.entries(values).sort());
        expect(Object.getPrototypeOf(read?.values)).toBe(Object.prototype);
        const [some] = (await store.readSignals({ ...query, paths: ['__proto__'] })).rows;
        expect(Object.entries(some?.values ?? {})).toEqual([['__proto__', 1]]);
        const span = { fromMs: all.fromMs, toMs: all.toMs, stepMs: MINUTE_MS };
        expect(await store.downsample({ vehicleId: '__proto__', path: 'toString', ...span })).toEqual([]);
        expect(await store.downsample({ vehicleId: '__proto__', path: '__proto__', ...span })).toHaveLength(
          1,
        );
      });

      it.each([
        ['a value that is no number', { values: { [SIGNAL.soc]: Number.NaN } }],
        ['an infinite value', { values: { [SIGNAL.soc]: Number.POSITIVE_INFINITY } }],
        ['a time that is no number', { observedAtMs: Number.NaN }],
        ['a time between milliseconds', { receivedAtMs: 1.5 }],
        ['no id', { recordId: '' }],
      ])('are refused with %s, and nothing of the call is written', async (_, wrong) => {
        await expect(store.writeSignals([signalRow(0), { ...signalRow(1), ...wrong }])).rejects.toThrow(
          RangeError,
        );
        expect((await store.readSignals(all)).rows).toEqual([]);
      });

      it('may be none', async () => {
        await store.writeSignals([]);
        await store.writeForecasts([]);
        expect(await store.readSignals(all)).toEqual({ rows: [] });
      });

      if (keepsRows)
        it('survive closing', async () => {
          await store.writeSignals([signalRow(0, { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 })]);
          await store.close();
          store = await engine.open();
          await store.writeSignals([signalRow(1, { [SIGNAL.speed]: 3 })]);
          expect((await store.readSignals(all)).rows.map(({ values }) => values)).toEqual([
            { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 },
            { [SIGNAL.speed]: 3 },
          ]);
        });

      it('are refused after closing', async () => {
        if (keepsRows) {
          await store.close();
          await expect(store.writeSignals([signalRow(0)])).rejects.toThrow('closed');
          await expect(store.readSignals(all)).rejects.toThrow('closed');
        }
      });
    });

    describe('places', () => {
      const places = { keyId: 'key-1', box: 'c2VhbGVk' };

      it('stay sealed and come along when all, or a place, is asked for', async () => {
        const row = { ...signalRow(0, { [SIGNAL.soc]: 50 }), places };
        const onlyPlaces = { ...signalRow(1, {}), places };
        await store.writeSignals([row, onlyPlaces]);
        expect((await store.readSignals(all)).rows).toEqual([row, onlyPlaces]);
        expect((await store.readSignals({ ...all, paths: [SIGNAL.latitude] })).rows).toEqual([
          { ...row, values: {} },
          onlyPlaces,
        ]);
        expect((await store.readSignals({ ...all, paths: [SIGNAL.soc] })).rows).toEqual([
          signalRow(0, { [SIGNAL.soc]: 50 }),
        ]);
      });
    });

    describe('pages', () => {
      it('hold what lies from the beginning, included, to the end, excluded', async () => {
        await store.writeSignals([0, 1, 2, 3].map((index) => signalRow(index)));
        const query = { ...all, fromMs: START_MS + 1_000, toMs: START_MS + 3_000 };
        expect((await store.readSignals(query)).rows).toEqual([signalRow(1), signalRow(2)]);
        expect((await store.readSignals({ ...query, toMs: query.fromMs })).rows).toEqual([]);
        expect((await store.readSignals({ ...query, toMs: START_MS })).rows).toEqual([]);
      });

      it('follow each other without gap or repeat, although rows arrive in between', async () => {
        const moment = (recordId: string) => ({ ...signalRow(0), recordId });
        const ids = ['a', 'b', 'c', 'd', 'e'];
        await store.writeSignals([...ids.map(moment), signalRow(1)]);
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await store.readSignals({ ...all, limit: 2, ...(after !== undefined && { after }) });
          seen.push(...page.rows.map(({ recordId }) => recordId));
          after = page.next;
          await store.writeSignals([moment('0-behind'), moment('dd-ahead')]);
        } while (after !== undefined);
        expect(seen).toEqual([...ids.slice(0, 4), 'dd-ahead', 'e', 'record-0001']);
      });

      it('say that there is more only when there is', async () => {
        await store.writeSignals([signalRow(0), signalRow(1), signalRow(2, { [SIGNAL.speed]: 1 })]);
        expect((await store.readSignals({ ...all, limit: 3 })).next).toBeUndefined();
        expect((await store.readSignals({ ...all, limit: 2 })).next).toBeDefined();
        expect((await store.readSignals({ ...all, paths: [SIGNAL.soc], limit: 2 })).next).toBeUndefined();
      });

      it('hold the asked paths only, and no row without any of them', async () => {
        await store.writeSignals([
          signalRow(0, { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 }),
          signalRow(1, { [SIGNAL.speed]: 3 }),
        ]);
        const paths = [SIGNAL.soc, 'never.written'];
        expect((await store.readSignals({ ...all, paths })).rows).toEqual([
          signalRow(0, { [SIGNAL.soc]: 1 }),
        ]);
        expect((await store.readSignals({ ...all, paths: ['never.written'] })).rows).toEqual([]);
      });

      it.each([
        ['no rows', { limit: 0 }],
        ['a part of a row', { limit: 1.5 }],
        ['a time that is no number', { fromMs: Number.NaN }],
        ['a place to go on that is none', { after: 'x' }],
      ])('are refused for %s', async (_, wrong) => {
        await expect(store.readSignals({ ...all, ...wrong })).rejects.toThrow(RangeError);
      });
    });

    describe('downsampling', () => {
      const query = {
        vehicleId: 'car-1',
        path: SIGNAL.speed,
        fromMs: START_MS,
        toMs: START_MS + 10 * MINUTE_MS,
        stepMs: MINUTE_MS,
      };
      const at = (offsetMs: number, value: SeriesValue, path: string = SIGNAL.speed): SignalRow => ({
        ...signalRow(0, { [path]: value }),
        observedAtMs: START_MS + offsetMs,
        recordId: `at-${offsetMs}`,
      });

      it('folds aligned buckets: count, least, greatest, mean, last; a border belongs to the later one', async () => {
        await store.writeSignals([
          at(59_999, 10),
          at(0, 40),
          at(30_000, -20),
          at(60_000, 7),
          at(3 * MINUTE_MS, 0),
        ]);
        expect(await store.downsample(query)).toEqual([
          { startMs: START_MS, count: 3, min: -20, max: 40, mean: 10, last: 10 },
          { startMs: START_MS + MINUTE_MS, count: 1, min: 7, max: 7, mean: 7, last: 7 },
          { startMs: START_MS + 3 * MINUTE_MS, count: 1, min: 0, max: 0, mean: 0, last: 0 },
        ]);
      });

      it('aligns to multiples of the step, not to the beginning of the query, and keeps to the query', async () => {
        await store.writeSignals([at(0, 1), at(30_000, 2), at(90_000, 3), at(120_000, 4)]);
        const shifted = { ...query, fromMs: START_MS + 30_000, toMs: START_MS + 120_000 };
        expect(
          (await store.downsample(shifted)).map(({ startMs, last }) => [startMs - START_MS, last]),
        ).toEqual([
          [0, 2],
          [MINUTE_MS, 3],
        ]);
      });

      it('leaves out texts, flags and other paths', async () => {
        await store.writeSignals([at(0, 'fast'), at(1, true), at(2, 5), at(3, 99, SIGNAL.soc)]);
        expect(await store.downsample(query)).toEqual([
          { startMs: START_MS, count: 1, min: 5, max: 5, mean: 5, last: 5 },
        ]);
      });

      it('handles times before 1970', async () => {
        await store.writeSignals([{ ...at(0, 1), observedAtMs: -1 }]);
        const before = { ...query, fromMs: -MINUTE_MS, toMs: 0 };
        expect((await store.downsample(before))[0]?.startMs).toBe(-MINUTE_MS);
      });

      it.each([[0], [-1], [1.5], [Number.NaN]])('refuses buckets of %d ms', async (stepMs) => {
        await expect(store.downsample({ ...query, stepMs })).rejects.toThrow(RangeError);
      });

      it('refuses an answer of more than 50,000 buckets', async () => {
        await store.writeSignals(Array.from({ length: 50_001 }, (_, index) => at(index, index)));
        await expect(store.downsample({ ...query, stepMs: 1 })).rejects.toThrow('larger step');
        expect(await store.downsample({ ...query, stepMs: 2 })).toHaveLength(25_001);
      });
    });

    describe('forecasts', () => {
      const forecast = (index: number, stopId = 'home'): ForecastRow => ({
        vehicleId: 'car-1',
        madeAtMs: START_MS + index,
        forecastId: `forecast-${index}`,
        stopId,
        p10: 5.25,
        p50: 9,
        p90: 12,
        belowReserveProbability: 0.08,
      });
      const span = { vehicleId: 'car-1', fromMs: START_MS, toMs: START_MS + 3, limit: 100 };

      it('come back once, oldest first, of the asked time and number', async () => {
        const rows = [forecast(2), forecast(0, 'work'), forecast(0), forecast(3), forecast(1)];
        await store.writeForecasts(rows);
        await store.writeForecasts([...rows, { ...forecast(0), p50: 1 }]);
        expect(await store.readForecasts(span)).toEqual([
          forecast(0),
          forecast(0, 'work'),
          forecast(1),
          forecast(2),
        ]);
        expect(await store.readForecasts({ ...span, limit: 1 })).toEqual([forecast(0)]);
        expect(await store.readForecasts({ ...span, vehicleId: 'nobody' })).toEqual([]);
      });
    });

    describe('pruning', () => {
      it('removes what was observed before, not at, the moment, and says how many', async () => {
        const many = Array.from({ length: 2_500 }, (_, index) => signalRow(index));
        await store.writeSignals([...many, { ...signalRow(0), vehicleId: 'car-2' }]);
        const made = { vehicleId: 'car-1', forecastId: 'f', stopId: 's', p10: 1, p50: 2, p90: 3 };
        await store.writeForecasts([{ ...made, madeAtMs: START_MS, belowReserveProbability: 0 }]);
        expect(await store.prune(START_MS + 2_400_000)).toBe(2_402);
        expect(await store.prune(START_MS + 2_400_000)).toBe(0);
        const { rows } = await store.readSignals(all);
        expect(rows).toHaveLength(100);
        expect(rows[0]).toEqual(signalRow(2_400));
      });
    });
  });
}
