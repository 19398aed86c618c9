import type { Command } from '@outrider/domain';
import { expect, test } from 'vitest';
import type { BusRecord } from './bus.ts';
import { COMMANDS_PER_CAR_MAX, createCommandBook } from './command-book.ts';

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
