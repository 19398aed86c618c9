import { systemClock } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { StillBusy, untilIdle } from './idle.ts';

/** Busy for the first `turns` questions. */
const busyFor = (name: string, turns: number) => {
  let asked = 0;
  return { name, isIdle: () => ++asked > turns, asked: () => asked };
};

describe('waiting until everything has come to rest', () => {
  test('one quiet moment is not enough: it asks twice', async () => {
    const app = busyFor('a', 0);
    await untilIdle([app], systemClock, 1_000);
    expect(app.asked()).toBe(2);
  });

  test('work that wakes somebody up again starts the count anew', async () => {
    const answers = [false, true, false, true, true];
    let asked = 0;
    await untilIdle([{ name: 'a', isIdle: () => answers[asked++] ?? true }], systemClock, 1_000);
    expect(asked).toBe(answers.length);
  });

  test('after the deadline it fails and names who is busy', async () => {
    const stuck = { name: 'predictor', isIdle: () => false };
    const waiting = untilIdle([busyFor('api', 0), stuck], systemClock, 20);
    await expect(waiting).rejects.toThrow(/predictor/);
    await expect(untilIdle([stuck], systemClock, 0)).rejects.toMatchObject({ busy: ['predictor'] });
    await expect(untilIdle([stuck], systemClock, 0)).rejects.toBeInstanceOf(StillBusy);
  });
});
