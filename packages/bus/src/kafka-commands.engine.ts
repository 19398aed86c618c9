import type { Command } from '@outrider/domain';
import { manualClock, randomId, silentLog, systemClock } from '@outrider/runtime';
import { expect, inject, test } from 'vitest';
import { type CommandBook, createCommandBook } from './command-book.ts';
import { createTopics } from './kafka-topics.ts';
import { openBus } from './open.ts';
import { TOPICS } from './topics.ts';
import { encodeRecord } from './typed.ts';

const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const CARS = Array.from({ length: 12 }, (_, index) => `veh_commands${String(index).padStart(8, '0')}`);
const NOT_SEALED = {
  seal: () => {
    throw new Error('commands travel unsealed');
  },
};

const askedOf = (vehicleId: string, by: string, nowMs: number): Command => ({
  ...{ commandId: `cmd_${by}_${vehicleId}`, vehicleId, kind: 'precondition-battery', state: 'asked' },
  ...{ askedAtMs: nowMs, expiresAtMs: nowMs + 1_800_000 },
});

test('two ask the same of every car at once: whoever reads, and from when on, knows the same one of each', async () => {
  const url = `${address.url}/${randomId('commands')}.`;
  // Kafka also asks where records of `trips.v1` are.
  await createTopics(url, { partitions: 4, replication: 1 }, silentLog, [TOPICS.commands, TOPICS.trips]);
  const nowMs = systemClock.nowMs();
  const deps = { clock: manualClock(nowMs), realClock: systemClock, log: silentLog };
  const person = await openBus(url, deps);
  const predictor = await openBus(url, deps);
  const follow = async (): Promise<CommandBook> => {
    const book = createCommandBook();
    const reading = await person.broadcast({
      topics: [TOPICS.commands.name],
      start: 'earliest',
      handle: async (batch) => void book.take(batch),
    });
    await reading.caughtUp;
    return book;
  };
  try {
    const early = await follow();
    const say = (bus: typeof person, step: Command) =>
      bus.publish([encodeRecord(TOPICS.commands, step.vehicleId, step, nowMs, NOT_SEALED)]);
    await Promise.all(
      CARS.flatMap((car) => [
        say(person, askedOf(car, 'person', nowMs)),
        say(predictor, askedOf(car, 'predictor', nowMs)),
      ]),
    );
    await expect.poll(() => CARS.every((car) => early.of(car).length === 2)).toBe(true);
    const late = await follow();
    const repeatsIn = (book: CommandBook) =>
      CARS.map((car) => book.of(car).filter(({ commandId }) => book.isRepeat(car, commandId)));
    expect(repeatsIn(early).map((all) => all.length)).toEqual(CARS.map(() => 1));
    expect(repeatsIn(late)).toEqual(repeatsIn(early));
    for (const car of CARS) {
      const first = early.of(car).find(({ commandId }) => !early.isRepeat(car, commandId));
      if (first !== undefined) await say(predictor, { ...first, state: 'done', changedAtMs: nowMs + 1 });
      await say(person, askedOf(car, 'later', nowMs + 2));
    }
    await expect.poll(() => CARS.every((car) => late.of(car).length === 3)).toBe(true);
    const later = CARS.map((car) => [early, late].map((book) => book.isRepeat(car, `cmd_later_${car}`)));
    expect(later).toEqual(CARS.map(() => [false, false]));
  } finally {
    await person.close();
    await predictor.close();
  }
});
