import { expect, test } from 'vitest';
import { createAlarm } from './alarm.ts';
import { manualClock, systemClock } from './clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = manualClock(1_000);
  const rung: number[] = [];
  const alarm = createAlarm(clock, () => rung.push(clock.nowMs()));
  const advance = async (toMs: number) => {
    clock.advanceTo(toMs);
    await settled();
  };
  return { alarm, rung, advance };
}

test('it rings once, at its moment and not before', async () => {
  const { alarm, rung, advance } = setUp();
  alarm.set(1_500);
  await advance(1_499);
  expect(rung).toEqual([]);
  await advance(1_500);
  await advance(9_000);
  expect(rung).toEqual([1_500]);
});

test('the moment set last counts, sooner or later, or never', async () => {
  const { alarm, rung, advance } = setUp();
  alarm.set(1_500);
  alarm.set(1_200);
  await advance(1_200);
  alarm.set(1_300);
  alarm.set(1_700);
  await advance(1_600);
  expect(rung).toEqual([1_200]);
  await advance(1_700);
  alarm.set(2_000);
  alarm.set(undefined);
  await advance(5_000);
  expect(rung).toEqual([1_200, 1_700]);
});

test('a moment that is past rings soon, and counts as due until then', async () => {
  const { alarm, rung } = setUp();
  expect(alarm.isDue()).toBe(false);
  alarm.set(Number.NEGATIVE_INFINITY);
  expect(alarm.isDue()).toBe(true);
  await settled();
  expect(rung).toEqual([1_000]);
  expect(alarm.isDue()).toBe(false);
});

test('more than a timer can hold ahead, it is set again on the way', async () => {
  const { alarm, rung, advance } = setUp();
  const inAYearMs = 1_000 + 365 * 24 * 3_600_000;
  alarm.set(inAYearMs);
  await advance(1_000 + 2 ** 31);
  await advance(inAYearMs - 1);
  expect(rung).toEqual([]);
  for (let turn = 0; turn < 20; turn += 1) await advance(inAYearMs);
  expect(rung).toEqual([inAYearMs]);
});

test('on the real clock it does not ring early', async () => {
  const atMs = systemClock.nowMs() + 20;
  const rangAtMs = await new Promise<number>((resolve) => {
    createAlarm(systemClock, () => resolve(systemClock.nowMs())).set(atMs);
  });
  expect(rangAtMs).toBeGreaterThanOrEqual(atMs);
});
