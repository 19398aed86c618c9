import { type Bus, createCommandBook, encodeRecord, TOPICS } from '@outrider/bus';
import type { Command } from '@outrider/domain';
import { CAR_A, START_MS, type Testbed } from './gateway.fixture.ts';

// Commands to car A, for tests.

export const ASKED: Command = {
  commandId: 'cmd-1',
  vehicleId: CAR_A,
  kind: 'precondition-battery',
  state: 'asked',
  askedAtMs: START_MS,
  expiresAtMs: START_MS + 600_000,
  minutes: 14,
};

/** Of the owner of car A. */
export async function consent(bed: Testbed, isGranted: boolean, atMs = START_MS): Promise<void> {
  await bed.trust.recordConsent({
    ...{ vehicleId: CAR_A, personId: 'per_aaaaaaaaaaaa', actor: 'test', textVersion: '1' },
    ...{ purpose: 'warm_battery', isGranted, atMs },
  });
}

/** A step as the api or another gateway writes it. */
export const say = (bed: Testbed, change: Partial<Command> = {}) => {
  const step = { ...ASKED, ...change };
  return bed.log.publish([encodeRecord(TOPICS.commands, step.vehicleId, step, START_MS, bed.trust)]);
};

/** Follows the log as the api does. */
export async function follow(log: Bus) {
  const book = createCommandBook();
  await log.broadcast({
    topics: [TOPICS.commands.name],
    start: 'earliest',
    handle: async (batch) => void book.take(batch),
  });
  return (commandId = 'cmd-1', vehicleId = CAR_A) => book.find(vehicleId, commandId);
}
