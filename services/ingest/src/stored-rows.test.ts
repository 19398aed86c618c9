import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAR_A, CAR_B, type RawFrame, registerCars, START_MS, startIngest } from './ingest.fixture.ts';

const frameText = fc
  .record({
    observedAtMs: fc.integer({ min: 0, max: 20 }).map((second) => START_MS + second * 1000),
    seq: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    signals: fc.dictionary(
      fc.constantFrom(
        'Vehicle.Speed',
        'Vehicle.TraveledDistance',
        'Vehicle.Exterior.AirTemperature',
        'Vehicle.Warp',
      ),
      fc.oneof(fc.integer({ min: -5, max: 60 }), fc.constant(null), fc.constant('x')),
      { maxKeys: 3 },
    ),
    vehicleId: fc.constantFrom(CAR_A, CAR_B),
  })
  .map(
    ({ observedAtMs, seq, signals, vehicleId }): RawFrame => ({
      vehicleId,
      frame: { observedAt: observedAtMs, ...(seq === undefined ? {} : { seq }), signals },
    }),
  );

/** The frames as a bad network delivers them: some twice, in any order, later than they were. */
const deliveries = fc.array(frameText, { minLength: 1, maxLength: 12 }).chain((frames) =>
  fc.record({
    frames: fc.constant(frames),
    delivered: fc
      .shuffledSubarray([...frames, ...frames], { minLength: frames.length * 2 })
      .chain((order) =>
        fc
          .array(fc.integer({ min: 0, max: 3_600_000 }), { minLength: order.length, maxLength: order.length })
          .map((delays) =>
            order.map((frame, index) => ({ ...frame, receivedAtMs: START_MS + (delays[index] ?? 0) })),
          ),
      ),
  }),
);

test('stored rows are the same under any shuffle, delay and duplication', async () => {
  const registry = await registerCars();
  const rowsAfter = async (frames: readonly RawFrame[]) => {
    const bench = await startIngest(registry);
    await bench.feed(...frames);
    const rows = [...(await bench.rows(CAR_A)), ...(await bench.rows(CAR_B))];
    await bench.stop();
    // When it arrived is the one thing that a delay changes; the first arrival is kept.
    return rows.map(({ receivedAtMs: _, ...row }) => row);
  };
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ frames, delivered }) => {
      expect(await rowsAfter(delivered)).toEqual(await rowsAfter(frames));
    }),
    { numRuns: 40 },
  );
  await registry.state.close();
});
