import { SIGNAL } from '@outrider/domain';
import { describe, expect, it } from 'vitest';
import type { ForecastRow, SeriesValue, SignalRow } from '../telemetry.ts';
import { all, type Harness, MINUTE_MS, START_MS, signalRow } from './harness.ts';

export function queriesContract(h: Harness): void {
  describe('pages', () => {
    it('hold what lies from the beginning, included, to the end, excluded', async () => {
      await h.store.writeSignals([0, 1, 2, 3].map((index) => signalRow(index)));
      const query = { ...all, fromMs: START_MS + 1_000, toMs: START_MS + 3_000 };
      expect((await h.store.readSignals(query)).rows).toEqual([signalRow(1), signalRow(2)]);
      expect((await h.store.readSignals({ ...query, toMs: query.fromMs })).rows).toEqual([]);
      expect((await h.store.readSignals({ ...query, toMs: START_MS })).rows).toEqual([]);
    });

    it('follow each other without gap or repeat, although rows arrive in between', async () => {
      const moment = (recordId: string) => ({ ...signalRow(0), recordId });
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await h.store.writeSignals([...ids.map(moment), signalRow(1)]);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await h.store.readSignals({ ...all, limit: 2, ...(after !== undefined && { after }) });
        seen.push(...page.rows.map(({ recordId }) => recordId));
        after = page.next;
        await h.store.writeSignals([moment('0-behind'), moment('dd-ahead')]);
      } while (after !== undefined);
      expect(seen).toEqual([...ids.slice(0, 4), 'dd-ahead', 'e', 'record-0001']);
    });

    it('say that there is more only when there is', async () => {
      await h.store.writeSignals([signalRow(0), signalRow(1), signalRow(2, { [SIGNAL.speed]: 1 })]);
      expect((await h.store.readSignals({ ...all, limit: 3 })).next).toBeUndefined();
      expect((await h.store.readSignals({ ...all, limit: 2 })).next).toBeDefined();
      expect((await h.store.readSignals({ ...all, paths: [SIGNAL.soc], limit: 2 })).next).toBeUndefined();
    });

    it('hold the asked paths only, and no row without any of them', async () => {
      await h.store.writeSignals([
        signalRow(0, { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 }),
        signalRow(1, { [SIGNAL.speed]: 3 }),
      ]);
      const paths = [SIGNAL.soc, 'never.written'];
      expect((await h.store.readSignals({ ...all, paths })).rows).toEqual([
        signalRow(0, { [SIGNAL.soc]: 1 }),
      ]);
      expect((await h.store.readSignals({ ...all, paths: ['never.written'] })).rows).toEqual([]);
    });

    it.each([
      ['no rows', { limit: 0 }],
      ['a part of a row', { limit: 1.5 }],
      ['a time that is no number', { fromMs: Number.NaN }],
      ['a place to go on that is none', { after: 'x' }],
    ])('are refused for %s', async (_, wrong) => {
      await expect(h.store.readSignals({ ...all, ...wrong })).rejects.toThrow(RangeError);
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
      await h.store.writeSignals([
        at(59_999, 10),
        at(0, 40),
        at(30_000, -20),
        at(60_000, 7),
        at(3 * MINUTE_MS, 0),
      ]);
      expect(await h.store.downsample(query)).toEqual([
        { startMs: START_MS, count: 3, min: -20, max: 40, mean: 10, last: 10 },
        { startMs: START_MS + MINUTE_MS, count: 1, min: 7, max: 7, mean: 7, last: 7 },
        { startMs: START_MS + 3 * MINUTE_MS, count: 1, min: 0, max: 0, mean: 0, last: 0 },
      ]);
    });

    it('aligns to multiples of the step, not to the beginning of the query, and keeps to the query', async () => {
      await h.store.writeSignals([at(0, 1), at(30_000, 2), at(90_000, 3), at(120_000, 4)]);
      const shifted = { ...query, fromMs: START_MS + 30_000, toMs: START_MS + 120_000 };
      expect(
        (await h.store.downsample(shifted)).map(({ startMs, last }) => [startMs - START_MS, last]),
      ).toEqual([
        [0, 2],
        [MINUTE_MS, 3],
      ]);
    });

    it('leaves out texts, flags and other paths', async () => {
      await h.store.writeSignals([at(0, 'fast'), at(1, true), at(2, 5), at(3, 99, SIGNAL.soc)]);
      expect(await h.store.downsample(query)).toEqual([
        { startMs: START_MS, count: 1, min: 5, max: 5, mean: 5, last: 5 },
      ]);
    });

    it('handles times before 1970', async () => {
      await h.store.writeSignals([{ ...at(0, 1), observedAtMs: -1 }]);
      const before = { ...query, fromMs: -MINUTE_MS, toMs: 0 };
      expect((await h.store.downsample(before))[0]?.startMs).toBe(-MINUTE_MS);
    });

    it.each([[0], [-1], [1.5], [Number.NaN]])('refuses buckets of %d ms', async (stepMs) => {
      await expect(h.store.downsample({ ...query, stepMs })).rejects.toThrow(RangeError);
    });

    it('refuses an answer of more than 50,000 buckets', async () => {
      await h.store.writeSignals(Array.from({ length: 50_001 }, (_, index) => at(index, index)));
      await expect(h.store.downsample({ ...query, stepMs: 1 })).rejects.toThrow('larger step');
      expect(await h.store.downsample({ ...query, stepMs: 2 })).toHaveLength(25_001);
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
      await h.store.writeForecasts(rows);
      await h.store.writeForecasts([...rows, { ...forecast(0), p50: 1 }]);
      expect(await h.store.readForecasts(span)).toEqual([
        forecast(0),
        forecast(0, 'work'),
        forecast(1),
        forecast(2),
      ]);
      expect(await h.store.readForecasts({ ...span, limit: 1 })).toEqual([forecast(0)]);
      expect(await h.store.readForecasts({ ...span, vehicleId: 'nobody' })).toEqual([]);
    });

    it('are refused with a value that is no finite number, and nothing of the call is written', async () => {
      const wrong = { ...forecast(1), p50: Number.NaN };
      await expect(h.store.writeForecasts([forecast(0), wrong])).rejects.toThrow(RangeError);
      expect(await h.store.readForecasts(span)).toEqual([]);
    });
  });

  describe('pruning', () => {
    it('removes what was observed before, not at, the moment, and says how many', async () => {
      const many = Array.from({ length: 2_500 }, (_, index) => signalRow(index));
      await h.store.writeSignals([...many, { ...signalRow(0), vehicleId: 'car-2' }]);
      const made = { vehicleId: 'car-1', forecastId: 'f', stopId: 's', p10: 1, p50: 2, p90: 3 };
      await h.store.writeForecasts([{ ...made, madeAtMs: START_MS, belowReserveProbability: 0 }]);
      expect(await h.store.prune(START_MS + 2_400_000)).toBe(2_402);
      expect(await h.store.prune(START_MS + 2_400_000)).toBe(0);
      const { rows } = await h.store.readSignals(all);
      expect(rows).toHaveLength(100);
      expect(rows[0]).toEqual(signalRow(2_400));
    });
  });
}
