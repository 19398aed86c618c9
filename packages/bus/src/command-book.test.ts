import { type Command, commandStateAt, isCommandOpen } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BusRecord } from './bus.ts';
import { COMMANDS_PER_CAR_MAX, type CommandBook, createCommandBook } from './command-book.ts';

const CAR = 'veh_aaaaaaaaaaaa';
const DAY_MS = 86_400_000;
const asked: Command = {
  commandId: 'cmd-1',
  vehicleId: CAR,
  kind: 'precondition-battery',
  state: 'asked',
  askedAtMs: 1_000,
  expiresAtMs: 2_000,
};
const record = (value: unknown, key = CAR): BusRecord => ({
  ...{ topic: 'commands.v1', partition: 0, offset: 0, key, headers: {}, timestampMs: 0 },
  value: Buffer.from(JSON.stringify(value)),
});
const batch = (...records: readonly BusRecord[]) => ({ topic: 'commands.v1', partition: 0, records });

test('steps are folded, and only what changed is named', () => {
  const book = createCommandBook();
  expect([...book.take(batch(record(asked)))]).toEqual([CAR]);
  expect([...book.take(batch(record(asked)))]).toEqual([]);
  expect([...book.take(batch(record({ ...asked, state: 'started' })))]).toEqual([CAR]);
  expect([...book.take(batch(record({ ...asked, state: 'accepted' })))]).toEqual([]);
  expect(book.find(CAR, 'cmd-1')?.state).toBe('started');
  expect(book.find('veh_bbbbbbbbbbbb', 'cmd-1')).toBeUndefined();
});

test('what is no command, or stands under another car’s key, is left out', () => {
  const book = createCommandBook();
  const lines = batch(
    record('nonsense'),
    record({ ...asked, kind: 'open-doors' }),
    record(asked, 'veh_bbbbbbbbbbbb'),
  );
  expect([...book.take(lines)]).toEqual([]);
  expect(book.of(CAR)).toEqual([]);
  expect(book.of('veh_bbbbbbbbbbbb')).toEqual([]);
});

test('a cancel of what was never asked is nothing', () => {
  const book = createCommandBook();
  expect(book.note({ ...asked, state: 'cancelled' })).toBe(false);
  expect(book.of(CAR)).toEqual([]);
  book.note(asked);
  expect(book.note({ ...asked, state: 'cancelled' })).toBe(true);
  expect(book.find(CAR, 'cmd-1')?.state).toBe('cancelled');
});

test('a day after its expiry a command is forgotten, not a moment earlier', () => {
  const book = createCommandBook();
  book.note(asked);
  book.sweep(2_000 + DAY_MS - 1);
  expect(book.of(CAR)).toHaveLength(1);
  book.sweep(2_000 + DAY_MS);
  expect(book.of(CAR)).toHaveLength(0);
});

test('of many commands to one car the newest are kept, newest first', () => {
  const book = createCommandBook();
  for (let count = 0; count <= COMMANDS_PER_CAR_MAX; count++)
    book.note({ ...asked, commandId: `cmd-${count}`, askedAtMs: 1_000 + count });
  expect(book.of(CAR)).toHaveLength(COMMANDS_PER_CAR_MAX);
  expect(book.of(CAR)[0]?.commandId).toBe(`cmd-${COMMANDS_PER_CAR_MAX}`);
  expect(book.find(CAR, 'cmd-0')).toBeUndefined();
});

describe('asked while the same is open', () => {
  const other: Command = { ...asked, commandId: 'cmd-2', askedAtMs: 900 };
  const rows: readonly { name: string; log: readonly Command[]; isRepeat: boolean }[] = [
    { name: 'it is a repeat, whichever says the earlier moment', log: [asked, other], isRepeat: true },
    {
      name: 'also while the car is at it',
      log: [asked, { ...asked, state: 'started' }, other],
      isRepeat: true,
    },
    {
      name: 'not when that was refused before',
      log: [asked, { ...asked, state: 'refused' }, other],
      isRepeat: false,
    },
    { name: 'not when that had expired', log: [asked, { ...other, changedAtMs: 2_000 }], isRepeat: false },
    { name: 'a moment before it had', log: [asked, { ...other, changedAtMs: 1_999 }], isRepeat: true },
    {
      name: 'it stays one when that is over',
      log: [asked, other, { ...asked, state: 'done' }, other],
      isRepeat: true,
    },
    {
      name: 'not when only a repeat is open',
      log: [{ ...asked, commandId: 'a' }, asked, { ...asked, commandId: 'a', state: 'done' }, other],
      isRepeat: false,
    },
  ];
  test.each(rows)('$name', ({ log, isRepeat }) => {
    const book = createCommandBook();
    book.take(batch(...log.map((one) => record(one))));
    expect(book.isRepeat(CAR, 'cmd-2')).toBe(isRepeat);
  });

  test('what one noted for itself before the log said so does not count', () => {
    const book = createCommandBook();
    book.note(other);
    book.take(batch(record(asked)));
    expect(book.isRepeat(CAR, 'cmd-1')).toBe(false);
    book.take(batch(record(other)));
    expect(book.isRepeat(CAR, 'cmd-2')).toBe(true);
  });
});

/** Steps of three commands as they may stand in the log: the askers', the car's, a gateway's. */
const logOf = fc.array(
  fc.record({
    commandId: fc.constantFrom('cmd-1', 'cmd-2', 'cmd-3'),
    state: fc.constantFrom(
      ...(['asked', 'asked', 'asked', 'started', 'done', 'refused', 'cancelled'] as const),
    ),
    afterMs: fc.integer({ min: 0, max: 400 }),
  }),
  { minLength: 1, maxLength: 14 },
);

const isDue = (book: CommandBook, commandId: string, nowMs: number): boolean => {
  const one = book.find(CAR, commandId);
  if (one === undefined || book.isRepeat(CAR, commandId)) return false;
  return commandStateAt(one, nowMs) === 'asked';
};

test('never are two open at the car, whoever reads the log, from when on, and what they noted before', () => {
  fc.assert(
    fc.property(logOf, fc.array(fc.nat({ max: 13 }), { maxLength: 4 }), (said, noted) => {
      let nowMs = 1_000;
      const log = said.map(({ commandId, state, afterMs }): Command => {
        nowMs += afterMs;
        return { ...asked, commandId, state, changedAtMs: nowMs, expiresAtMs: 2_000 };
      });
      const always = createCommandBook();
      const hasty = createCommandBook();
      const atCar = new Map<string, Command>();
      log.forEach((step, at) => {
        const stepMs = step.changedAtMs ?? 0;
        always.take(batch(record(step)));
        // Another that cancelled something a moment before the log had it.
        if (noted.includes(at)) hasty.note({ ...step, state: 'cancelled' });
        hasty.take(batch(record(step)));
        const restarted = createCommandBook();
        restarted.take(batch(...log.slice(0, at + 1).map((one) => record(one))));
        for (const { commandId } of always.of(CAR)) {
          expect(restarted.isRepeat(CAR, commandId)).toBe(always.isRepeat(CAR, commandId));
          expect(hasty.isRepeat(CAR, commandId)).toBe(always.isRepeat(CAR, commandId));
        }
        for (const id of ['cmd-1', 'cmd-2', 'cmd-3']) if (isDue(always, id, stepMs)) atCar.set(id, step);
        const open = [...atCar.keys()].filter((id) => {
          const one = always.find(CAR, id);
          return one !== undefined && isCommandOpen(one, stepMs);
        });
        expect(open.length).toBeLessThanOrEqual(1);
      });
    }),
    { numRuns: 500 },
  );
});
