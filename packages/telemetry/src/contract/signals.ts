import { SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, type Harness, MINUTE_MS, signalRow } from './harness.ts';

export function signalsContract(h: Harness): void {
  describe('signals', () => {
    it('come back as they were written, oldest first, of one vehicle only', async () => {
      const row = signalRow(1, {
        [SIGNAL.soc]: 85.5,
        [SIGNAL.isCharging]: false,
        'Vehicle.Private.Text': 'ü "quoted" \u0000 🚗',
        [SIGNAL.power]: -1e-7,
      });
      await h.store.writeSignals([row, signalRow(0), { ...signalRow(0), vehicleId: 'car-2' }]);
      expect(await h.store.readSignals(all)).toEqual({ rows: [signalRow(0), row] });
      expect(await h.store.readSignals({ ...all, vehicleId: 'nobody' })).toEqual({ rows: [] });
    });

    it('are the same after writing them again, also within one call and at the same time', async () => {
      const rows = [signalRow(0), signalRow(1), signalRow(0)];
      await Promise.all([h.store.writeSignals(rows), h.store.writeSignals(rows)]);
      await h.store.writeSignals(rows);
      expect((await h.store.readSignals(all)).rows).toEqual([signalRow(0), signalRow(1)]);
    });

    it('of one moment with different ids stand side by side', async () => {
      const twin = { ...signalRow(0), recordId: 'twin' };
      await h.store.writeSignals([twin, signalRow(0)]);
      expect((await h.store.readSignals(all)).rows).toEqual([signalRow(0), twin]);
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
              await h.store.writeSignals(
                shuffled.slice(at, at + groupSize).map((row) => ({ ...row, vehicleId })),
              );
            const { rows } = await h.store.readSignals({ ...all, vehicleId });
            expect(rows).toEqual(expected.map((row) => ({ ...row, vehicleId })));
          },
        ),
        { numRuns: 30 },
      );
    });

    it('may have names of prototypes as paths, ids and values', async () => {
      const values = JSON.parse('{"__proto__":1,"constructor":"toString","hasOwnProperty":true}');
      const row = { ...signalRow(0, values), vehicleId: '__proto__', recordId: 'constructor' };
      await h.store.writeSignals([row]);
      const query = { ...all, vehicleId: '__proto__' };
      const [read] = (await h.store.readSignals(query)).rows;
      expect(Object.entries(read?.values ?? {}).sort()).toEqual(Object.entries(values).sort());
      expect(Object.getPrototypeOf(read?.values)).toBe(Object.prototype);
      const [some] = (await h.store.readSignals({ ...query, paths: ['__proto__'] })).rows;
      expect(Object.entries(some?.values ?? {})).toEqual([['__proto__', 1]]);
      const span = { fromMs: all.fromMs, toMs: all.toMs, stepMs: MINUTE_MS };
      expect(await h.store.downsample({ vehicleId: '__proto__', path: 'toString', ...span })).toEqual([]);
      expect(await h.store.downsample({ vehicleId: '__proto__', path: '__proto__', ...span })).toHaveLength(
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
      await expect(h.store.writeSignals([signalRow(0), { ...signalRow(1), ...wrong }])).rejects.toThrow(
        RangeError,
      );
      expect((await h.store.readSignals(all)).rows).toEqual([]);
    });

    it('may be none', async () => {
      await h.store.writeSignals([]);
      await h.store.writeForecasts([]);
      expect(await h.store.readSignals(all)).toEqual({ rows: [] });
    });

    if (h.keepsRows)
      it('survive closing', async () => {
        await h.store.writeSignals([signalRow(0, { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 })]);
        await h.reopen();
        await h.store.writeSignals([signalRow(1, { [SIGNAL.speed]: 3 })]);
        expect((await h.store.readSignals(all)).rows.map(({ values }) => values)).toEqual([
          { [SIGNAL.soc]: 1, [SIGNAL.speed]: 2 },
          { [SIGNAL.speed]: 3 },
        ]);
      });

    if (h.keepsRows)
      it('are refused after closing', async () => {
        await h.store.ping();
        await h.store.close();
        await expect(h.store.ping()).rejects.toThrow('closed');
        await expect(h.store.writeSignals([signalRow(0)])).rejects.toThrow('closed');
        await expect(h.store.readSignals(all)).rejects.toThrow('closed');
      });
  });

  describe('places', () => {
    const places = { keyId: 'key-1', box: 'c2VhbGVk' };

    it('stay sealed and come along when all, or a place, is asked for', async () => {
      const row = { ...signalRow(0, { [SIGNAL.soc]: 50 }), places };
      const onlyPlaces = { ...signalRow(1, {}), places };
      await h.store.writeSignals([row, onlyPlaces]);
      expect((await h.store.readSignals(all)).rows).toEqual([row, onlyPlaces]);
      expect((await h.store.readSignals({ ...all, paths: [SIGNAL.latitude] })).rows).toEqual([
        { ...row, values: {} },
        onlyPlaces,
      ]);
      expect((await h.store.readSignals({ ...all, paths: [SIGNAL.soc] })).rows).toEqual([
        signalRow(0, { [SIGNAL.soc]: 50 }),
      ]);
    });
  });
}
