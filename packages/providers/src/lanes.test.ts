import { expect, test } from 'vitest';
import { createGate, inLanes } from './lanes.ts';

test('at most so many at once, all of them, in order', async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return 10 * item;
  };
  expect(await Promise.all(inLanes([1, 2, 3, 4, 5], 2, work))).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
  expect(await Promise.all(inLanes([], 2, work))).toEqual([]);
});

test('what was not begun when one failed fails with the same and is never begun', async () => {
  const begun: number[] = [];
  const answers = inLanes([1, 2, 3], 1, async (item) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
    return item;
  });
  expect(await Promise.allSettled(answers)).toMatchObject([
    { value: 1 },
    { reason: { message: 'two' } },
    { reason: { message: 'two' } },
  ]);
  expect(begun).toEqual([1, 2]);
});

test('through a gate at most so many go at once, in order, and one that fails lets the next one in', async () => {
  const gate = createGate(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const work = (item: number) => async () => {
    begun.push(item);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (item === 1) throw new Error('one');
    return item;
  };
  const done = await Promise.allSettled([0, 1, 2, 3, 4].map((item) => gate(work(item))));
  expect(done.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  ]);
  expect([begun, most]).toEqual([[0, 1, 2, 3, 4], 2]);
  await Promise.all([5, 6, 7].map((item) => gate(work(item))));
  expect(most).toBe(2);
});
