import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Bus, type OutgoingRecord, openBus } from '@outrider/bus';
import { type Channel, createNotifier, type Delivery } from '@outrider/notifier';
import { createMetrics, type ManualClock, manualClock, seededRandom, silentLog } from '@outrider/runtime';
import { type NotificationRow, openState, type State } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import {
  BOUNDARIES,
  type Boundary,
  createFuse,
  type Fuse,
  mortalBus,
  mortalChannel,
  mortalState,
  timesPassed,
} from './boundaries.ts';
import { readFeed } from './feed.ts';
import { type Copy, type Due, ESCALATION_MS, type Outcome } from './promises.ts';
import { type Sabotage, sabotaged } from './sabotage.ts';
import {
  alertRecord,
  dueOf,
  parkedRecord,
  registerCars,
  START_MS,
  settingsWith,
  vehicleOf,
} from './world.ts';

export interface RunOptions {
  /** Holds the template; the run's own files are made and removed here. */
  readonly folder: string;
  readonly run: number;
  readonly seed: number;
  readonly sabotage?: Sabotage;
}

export interface RunReport {
  readonly outcome: Outcome;
  /** Where its notifiers died. */
  readonly deaths: readonly Boundary[];
}

const VEHICLE = vehicleOf(0);
const ALERTS = ['alert-1', 'alert-2'];
const MINUTE_MS = 60_000;
/** A life is over when it was idle for so many turns of the event loop. */
const IDLE_TURNS = 10;
const TURNS_MAX = 20_000;
/** Retries wait up to five minutes, leases for less. */
const QUIET_MS = 10 * MINUTE_MS;
const QUIETS_MAX = 50;
const SECOND_DEATH_SHARE = 0.3;

/** A store with one registered car, and what the other services say about it. */
export async function prepareTemplate(folder: string): Promise<readonly OutgoingRecord[]> {
  const state = await openState(`sqlite:${templateIn(folder)}`, { log: silentLog, synchronous: 'off' });
  const trust = await registerCars(state, manualClock(START_MS), {
    cars: 1,
    webhookUrl: 'https://outrider.invalid/hook',
  });
  const records = [
    parkedRecord(trust, VEHICLE),
    ...ALERTS.map((alertId) => alertRecord(trust, VEHICLE, alertId, START_MS)),
  ];
  await state.close();
  return records;
}

const templateIn = (folder: string): string => join(folder, 'template.db');

/**
 * Lets a notifier work in this process and die at a boundary; another one takes over on the reopened store with
 * nothing in memory, and may die too; the last one lives.
 */
export async function runOnce(options: RunOptions, records: readonly OutgoingRecord[]): Promise<RunReport> {
  const file = join(options.folder, `run-${options.run}.db`);
  await copyFile(templateIn(options.folder), file);
  try {
    return await liveAndDie({ ...options, file, random: seededRandom(options.seed + options.run) }, records);
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true });
  }
}

interface Run extends RunOptions {
  readonly file: string;
  readonly random: () => number;
}

/** What outlives the notifier: the log, its file, its providers and time. */
interface World {
  readonly bus: Bus;
  readonly sink: Sink;
  eventMs: number;
  realMs: number;
}

async function liveAndDie(run: Run, records: readonly OutgoingRecord[]): Promise<RunReport> {
  const { random } = run;
  const boundary = BOUNDARIES[run.run % BOUNDARIES.length];
  const bus = await openBus('memory:', { clock: manualClock(START_MS), partitions: 2, log: silentLog });
  const world: World = { bus, sink: createSink(random), eventMs: START_MS, realMs: 1_000_000 };
  await bus.publish(records);
  // The boundary of this run, then perhaps any other while the next life is mending what the first left.
  const planned: readonly (Boundary | undefined)[] = [
    boundary,
    ...(random() < SECOND_DEATH_SHARE ? [BOUNDARIES[Math.floor(random() * BOUNDARIES.length)]] : []),
    undefined,
  ];
  const deaths: Boundary[] = [];
  const killedLives = new Set<number>();
  for (const [life, death] of planned.entries()) {
    const occurrence = 1 + Math.floor(random() * (death === undefined ? 1 : timesPassed(death)));
    const fuse = createFuse(death, occurrence);
    world.sink.life = life;
    await live(run, world, fuse);
    if (!fuse.isBlown() || death === undefined) continue;
    killedLives.add(life);
    deaths.push(death);
  }
  const { rows, feed } = await readOutcome(run, world);
  await bus.close();
  const outcome = {
    name: `run ${run.run}, ${deaths.join(', then ')}`,
    due: ALERTS.flatMap((alertId) => dueOf(alertId, 0)),
    copies: [...world.sink.copies, ...feed],
    rows,
    killedLives,
    lostAnswers: world.sink.lostAnswers,
  };
  return { outcome, deaths };
}

/** One life of a notifier: until it dies, or until nothing is left to do. Its clocks end with it. */
async function live(run: Run, world: World, fuse: Fuse): Promise<void> {
  const store = await openState(`sqlite:${run.file}`, { log: silentLog, synchronous: 'off' });
  const state = sabotaged(mortalState(store, fuse), run.sabotage);
  const eventClock = manualClock(world.eventMs);
  const realClock = manualClock(world.realMs);
  const { bus, leave } = mortalBus(world.bus, fuse);
  const notifier = createNotifier({
    ...{ bus, state, trust: createTrust({ ...state, eventClock, realClock }) },
    runtime: { eventClock, realClock, log: silentLog, metrics: createMetrics() },
    settings: settingsWith(),
    channels: [FEED, ...world.sink.channels.map((channel) => mortalChannel(channel, fuse))],
    random: run.random,
  });
  await notifier.start().catch(() => undefined);
  const rest = () => untilIdle(() => fuse.isBlown() || notifier.isIdle(), eventClock);
  await rest();
  for (let quiet = 0; quiet < QUIETS_MAX && !fuse.isBlown() && (await waits(store)); quiet++) {
    realClock.advanceTo(realClock.nowMs() + QUIET_MS);
    // Who is told when nobody answers waits in event time.
    eventClock.advanceTo(eventClock.nowMs() + ESCALATION_MS);
    await rest();
  }
  // A process that is gone has left its group; one that is not ends in order.
  if (!fuse.isBlown()) await notifier.stop();
  realClock.advanceTo(realClock.nowMs() + QUIET_MS);
  await leave();
  await store.close();
  world.eventMs = eventClock.nowMs() + MINUTE_MS;
  world.realMs = realClock.nowMs() + QUIET_MS;
}

const waits = async (store: State): Promise<boolean> => (await store.notifications.countWaiting()) > 0;

/** Ticks while it works, as the seconds of a real clock would. */
async function untilIdle(isIdle: () => boolean, clock: ManualClock): Promise<void> {
  for (let turn = 0, idle = 0; turn < TURNS_MAX && idle < IDLE_TURNS; turn++) {
    await nextTurn();
    idle = isIdle() ? idle + 1 : 0;
    if (turn % 8 === 0) clock.advanceTo(clock.nowMs() + 1);
  }
}

async function readOutcome(
  { file }: Run,
  { bus, eventMs, realMs }: World,
): Promise<{ readonly rows: readonly NotificationRow[]; readonly feed: readonly Copy[] }> {
  const state = await openState(`sqlite:${file}`, { log: silentLog, synchronous: 'off' });
  const trust = createTrust({ ...state, eventClock: manualClock(eventMs), realClock: manualClock(realMs) });
  const feed = await readFeed(bus, trust, [VEHICLE]);
  const rows = await state.notifications.listOfVehicle(VEHICLE, 0, 1_000);
  await state.close();
  return { rows, feed };
}

const FEED: Channel = {
  name: 'feed',
  reaches: () => true,
  deliver: async () => ({ kind: 'delivered' }),
  close: async () => {},
};

interface Sink {
  life: number;
  readonly channels: readonly Channel[];
  readonly copies: readonly Copy[];
  readonly lostAnswers: readonly string[];
}

/** Mail and webhook as their receivers see them; some answers get lost, and some tries come to nothing. */
function createSink(random: () => number): Sink {
  const copies: Copy[] = [];
  const lostAnswers: string[] = [];
  const deliver = async (due: Due, id: string): Promise<Delivery> => {
    // The way there and the way back take a while each.
    for (let turn = 0; turn < 4; turn++) await nextTurn();
    const fate = random();
    if (fate < 0.1) return { kind: 'retryable', reason: 'unreachable' };
    if (fate < 0.15) return { kind: 'retryable', reason: 'throttled', retryAfterMs: MINUTE_MS };
    copies.push({ ...due, collapseKey: id, life: sink.life });
    for (let turn = 0; turn < 4; turn++) await nextTurn();
    if (fate > 0.1 + 0.8) {
      lostAnswers.push(id);
      return { kind: 'retryable', reason: 'ambiguous' };
    }
    return { kind: 'delivered' };
  };
  const channel = (name: 'email' | 'webhook'): Channel => ({
    name,
    reaches: () => true,
    deliver: ({ notificationId, alertId, recipient: { personId } }) =>
      deliver({ alertId, personId, channel: name }, notificationId),
    close: async () => {},
  });
  const sink: Sink = { life: 0, copies, lostAnswers, channels: [channel('email'), channel('webhook')] };
  return sink;
}
