import type { Clock } from '@outrider/runtime';
import { examine } from '../proof/examine.ts';
import { type RegisteredCar, registerFleet } from '../proof/fleet.ts';
import { writeLedger } from '../proof/ledger.ts';
import { type Load, startLoad } from '../proof/load.ts';
import { type Finding, repeatsOf } from '../proof/promises.ts';
import { openSinks } from '../proof/sinks.ts';
import { check } from './check.ts';
import { fastClock } from './fast-clock.ts';
import { startReplanning } from './replanning.ts';
import type { Sabotage } from './sabotage.ts';
import { PARKED_MS, PHASE_MS, phaseAt } from './script.ts';
import {
  killWhileStarting,
  type ServerOptions,
  type ServerProcess,
  startServer,
  urlsIn,
} from './server-process.ts';

export interface KillsOptions {
  readonly folder: string;
  readonly kills: number;
  readonly random: () => number;
  readonly realClock: Clock;
  readonly sabotage?: Sabotage;
  /** Where the ledger goes, if anywhere. */
  readonly out?: string;
  readonly onProgress: (done: number, text: string) => void;
}

export interface KillsReport {
  readonly findings: readonly Finding[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Event time runs this much faster than real time: a rule's minute is six seconds. */
const SPEED = 10;
const CARS = 12;
const FRAME_EVERY_MS = 48;
/** Longer than a lease that a killed process left behind, on the fast clock. */
const LEASES_OVER_MS = 120_000 / SPEED + 1_000;
const ALIVE_MIN_MS = 20;
const ALIVE_SPAN_MS = 1_400;
/** One life in so many is long: messages are held and tried again, and some kills shall find them at it. */
const LONG_LIFE_EVERY = 4;
const LONG_LIFE_SPAN_MS = 6_000;
/** One kill in so many comes while the server is starting. */
const START_KILL_EVERY = 5;
const START_SPAN_MS = 600;
/** For answers that were on their way when the server died: an ack counts once it left. */
const LAST_ACKS_MS = 20;
/** Even a run of few kills lasts until every car's charge has fallen once. */
const RUN_AT_LEAST_MS = (2.5 * PHASE_MS) / SPEED;
/** Event time from the start of a run to its first phase: registering takes a moment. */
const SETUP_MS = 60_000;
const DRAIN_DEADLINE_MS = 60_000;

/** Kills the server over and over in the middle of its work, then counts what is there. */
export async function runKills(options: KillsOptions): Promise<KillsReport> {
  const { folder, random, realClock } = options;
  const baseMs = realClock.nowMs();
  const clock = fastClock(baseMs, SPEED);
  const sinks = await openSinks();
  const server = serverOf(options, baseMs, sinks.smtpUrl);
  const startMs = clock.nowMs() + SETUP_MS;
  const { cars, load } = await prepare({ server, clock, realClock, startMs, webhookUrl: sinks.webhookUrl });
  let running: ServerProcess | undefined;
  let replanning: { stop(): void } | undefined;
  const startedRealMs = realClock.nowMs();
  let killsInFlight = 0;
  let slowestStartMs = 0;
  try {
    running = await startServer(server);
    load.connect(running.gateway);
    load.begin();
    replanning = startReplanning({ cars, clock, realClock, startMs, api: () => running?.api });
    for (let kill = 0; kill < options.kills; kill++) {
      const spanMs = kill % LONG_LIFE_EVERY === 0 ? LONG_LIFE_SPAN_MS : ALIVE_SPAN_MS;
      await realClock.sleep(ALIVE_MIN_MS + random() * spanMs);
      if (load.inFlight > 0) killsInFlight += 1;
      await running.kill();
      running = undefined;
      await realClock.sleep(LAST_ACKS_MS);
      load.disconnect();
      if (kill % START_KILL_EVERY === START_KILL_EVERY - 1 && kill + 1 < options.kills) {
        kill += 1;
        await killWhileStarting(server, realClock.sleep(random() * START_SPAN_MS));
      }
      const fromMs = realClock.nowMs();
      running = await startServer(server);
      slowestStartMs = Math.max(slowestStartMs, realClock.nowMs() - fromMs);
      load.connect(running.gateway);
      options.onProgress(kill + 1, `${load.entries.length} frames, ${sinks.sent.length} messages`);
    }
    await realClock.sleep(Math.max(0, RUN_AT_LEAST_MS - (realClock.nowMs() - startedRealMs)));
    replanning?.stop();
    load.finish();
    await until(() => load.unacked === 0, DRAIN_DEADLINE_MS, realClock, 'every frame is acknowledged');
    await realClock.sleep(LEASES_OVER_MS);
    await running.idle();
    const endMs = clock.nowMs();
    await running.stop();
    running = undefined;
    const found = await examine({
      urls: urlsIn(folder),
      vehicleIds: cars.map(({ vehicleId }) => vehicleId),
      clock,
    });
    const ledger = { cars, entries: load.entries, sent: sinks.sent, endMs };
    if (options.out !== undefined) await writeLedger(options.out, ledger, found);
    return {
      findings: check(ledger, found),
      figures: {
        kills: options.kills,
        'kills with frames on their way': killsInFlight,
        'frames acknowledged': load.entries.filter(({ ackedAtMs }) => ackedAtMs !== undefined).length,
        'frames sent more than once': load.entries.filter(({ sent }) => sent > 1).length,
        alerts: found.alerts.length,
        'records in alerts.v1': found.published.length,
        notifications: found.notifications.length,
        'messages received': sinks.sent.length,
        'repeats under the same id (allowed)': repeatsOf(sinks.sent),
        'slowest start, ms': Math.round(slowestStartMs),
        'seconds of load': Math.round((realClock.nowMs() - startedRealMs) / 1000),
      },
    };
  } finally {
    replanning?.stop();
    load.close();
    await running?.kill();
    await sinks.close();
  }
}

const serverOf = ({ folder, sabotage }: KillsOptions, baseMs: number, smtpUrl: string): ServerOptions => ({
  folder,
  baseMs,
  speed: SPEED,
  smtpUrl,
  logLevel: 'error',
  ...(sabotage === undefined ? {} : { sabotage }),
});

/** Registers the cars, and lets them say that they are parked, on a server whose clock is that far behind. */
async function prepare(options: {
  readonly server: ServerOptions;
  readonly clock: Clock;
  readonly realClock: Clock;
  readonly startMs: number;
  readonly webhookUrl: string;
}): Promise<{ readonly cars: readonly RegisteredCar[]; readonly load: Load }> {
  const { server, clock, realClock, startMs, webhookUrl } = options;
  const before = await startServer({ ...server, shiftMs: -PARKED_MS });
  try {
    const { api, adminToken } = before;
    if (adminToken === undefined) throw new Error(`${server.folder} was used before`);
    const past = fastClock(server.baseMs, server.speed, -PARKED_MS);
    const cars = await registerFleet({ api, adminToken, count: CARS, webhookUrl, clock: past });
    const load = startLoad({
      ...{ cars, clock, realClock, everyMs: FRAME_EVERY_MS },
      phaseOf: ({ index }, atMs) => phaseAt(startMs, index, cars.length, atMs),
      parkedFromMs: startMs - PARKED_MS,
    });
    load.connect(before.gateway);
    await until(() => load.unacked === 0, DRAIN_DEADLINE_MS, realClock, 'every car is parked');
    load.disconnect();
    return { cars, load };
  } finally {
    await before.stop();
  }
}

async function until(isSo: () => boolean, deadlineMs: number, realClock: Clock, what: string): Promise<void> {
  const fromMs = realClock.nowMs();
  while (!isSo()) {
    if (realClock.nowMs() - fromMs > deadlineMs)
      throw new Error(`waited ${deadlineMs / 1000} s in vain until ${what}`);
    await realClock.sleep(50);
  }
}
