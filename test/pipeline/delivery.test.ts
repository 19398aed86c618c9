import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CarFrame, type Delivery, driveFrames, runPipeline, START_MS } from './pipeline.fixture.ts';

/** The predictor's default reorder window. */
const WINDOW_MS = 10_000;
const RUNS = 8;

/** Charge that falls into trouble, stays, and may recover: warnings come, change and are withdrawn. */
const drives = fc
  .record({
    startPct: fc.integer({ min: 45, max: 95 }),
    lowPct: fc.integer({ min: 8, max: 25 }),
    recovers: fc.boolean(),
    gapsMs: fc.array(fc.integer({ min: 2_000, max: 9_000 }), { minLength: 45, maxLength: 60 }),
  })
  .map(({ startPct, lowPct, recovers, gapsMs }) =>
    driveFrames(
      gapsMs.map((afterMs, index) => {
        const third = Math.floor((3 * index) / gapsMs.length);
        return { afterMs, socPct: third === 0 ? startPct : third === 1 || !recovers ? lowPct : 95 };
      }),
    ),
  );

const inOrder = (frames: readonly CarFrame[]): readonly Delivery[] =>
  frames.map((frame) => ({ frame, arrivesAtMs: frame.observedAtMs }));

const delayed = (frames: readonly CarFrame[], delayMaxMs: number): fc.Arbitrary<readonly Delivery[]> =>
  fc
    .array(fc.integer({ min: 0, max: delayMaxMs }), { minLength: frames.length, maxLength: frames.length })
    .map((delays) =>
      frames.map((frame, index) => ({ frame, arrivesAtMs: frame.observedAtMs + (delays[index] ?? 0) })),
    );

/** Some deliveries again, at any later time. */
const repeated = (deliveries: readonly Delivery[]): fc.Arbitrary<readonly Delivery[]> =>
  fc.array(fc.tuple(fc.nat(deliveries.length - 1), fc.nat(600_000)), { maxLength: 25 }).map((repeats) => [
    ...deliveries,
    ...repeats.flatMap(([index, laterMs]) => {
      const one = deliveries[index];
      return one === undefined ? [] : [{ frame: one.frame, arrivesAtMs: one.arrivesAtMs + laterMs }];
    }),
  ]);

test('stored rows are the same under any shuffle, delay and duplication', async () => {
  await fc.assert(
    fc.asyncProperty(
      drives.chain((frames) => fc.tuple(fc.constant(frames), delayed(frames, 3_600_000).chain(repeated))),
      async ([frames, deliveries]) => {
        const kept = await runPipeline(inOrder(frames));
        expect(kept.rows).toHaveLength(frames.length);
        expect((await runPipeline(deliveries)).rows).toEqual(kept.rows);
      },
    ),
    { numRuns: RUNS },
  );
});

test('alerts are the same under duplication at will and displacement within the reorder window', async () => {
  let alertsSeen = 0;
  await fc.assert(
    fc.asyncProperty(
      drives.chain((frames) => fc.tuple(fc.constant(frames), delayed(frames, WINDOW_MS).chain(repeated))),
      async ([frames, deliveries]) => {
        const live = await runPipeline(inOrder(frames));
        alertsSeen += live.alerts.length;
        expect((await runPipeline(deliveries)).alerts).toEqual(live.alerts);
      },
    ),
    { numRuns: RUNS },
  );
  expect(alertsSeen).toBeGreaterThan(0);
});

test('a record that comes after the window is stored, and neither withdraws nor repeats an alert', async () => {
  await fc.assert(
    fc.asyncProperty(
      drives,
      fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 600 })), {
        minLength: 1,
        maxLength: 6,
      }),
      async (frames, late) => {
        const more = late.flatMap(([index, socPct, laterS]): Delivery[] => {
          const near = frames[index];
          if (near === undefined) return [];
          const observedAtMs = near.observedAtMs - 1;
          // One frame at least was judged in between, and the window is over.
          const arrivesAtMs = near.observedAtMs + 2 * WINDOW_MS + laterS * 1000;
          return [{ frame: { observedAtMs, signals: { ...near.signals, ...soc(socPct) } }, arrivesAtMs }];
        });
        const live = await runPipeline(inOrder(frames));
        const disturbed = await runPipeline([...inOrder(frames), ...more]);
        expect(disturbed.alerts).toEqual(live.alerts);
        expect(disturbed.rows.length).toBeGreaterThan(live.rows.length);
      },
    ),
    { numRuns: RUNS },
  );
});

const soc = (socPct: number) => ({
  'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': socPct,
});

const troubled = driveFrames(
  Array.from({ length: 60 }, (_, index) => ({
    afterMs: 8_000,
    socPct: index < 20 ? 90 : index < 40 ? 15 : 95,
  })),
);

test('the drives of these tests do raise alerts, and take them back', async () => {
  const { alerts } = await runPipeline(inOrder(troubled));
  expect(alerts.map(({ state }) => state)).toContain('firing');
  expect(alerts.map(({ state }) => state)).toContain('resolved');
  expect(alerts.every(({ startedAtMs }) => startedAtMs > START_MS)).toBe(true);
});

test('a plan read by a predictor that died before its first checkpoint is read again', async () => {
  const { alerts } = await runPipeline(inOrder(troubled), { losesPredictor: true });
  expect(alerts).toEqual((await runPipeline(inOrder(troubled))).alerts);
});
