import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@outrider/runtime';
import { examineSeries } from '../proof/examine.ts';
import { type RegisteredCar, registerFleet } from '../proof/fleet.ts';
import { type FrameEntry, startLoad } from '../proof/load.ts';
import { checkFrames } from '../proof/promises.ts';
import { openSinks } from '../proof/sinks.ts';
import { copyImage, makeImage, mountImage, unmount, withMounted } from './ext4-image.ts';
import { fastClock } from './fast-clock.ts';
import type { Sabotage } from './sabotage.ts';
import { type ServerOptions, startServer } from './server-process.ts';

export interface PowerCutOptions {
  /** For images and mount points; emptied behind us. */
  readonly folder: string;
  readonly images: number;
  readonly random: () => number;
  readonly realClock: Clock;
  readonly sabotage?: Sabotage;
  readonly out?: string;
  readonly onProgress: (done: number, text: string) => void;
}

export interface PowerCutReport {
  readonly acked: number;
  readonly lost: number;
  readonly doubled: number;
  /** Images whose server did not come up again, with why; all that was acknowledged there counts as lost. */
  readonly unreadable: readonly string[];
}

/** Real time here: what matters is when bytes reach the disk. */
const SPEED = 1;
const CARS = 8;
const FRAME_EVERY_MS = 16;
const LOAD_MIN_MS = 300;
const LOAD_SPAN_MS = 1_500;
/** Answers that the server had written when it froze are still read: they are promises. */
const LAST_ACKS_MS = 100;

/**
 * Cuts the power: the server runs on a file system inside a file, is frozen at a random moment, and the file
 * is copied as it is. Pages the kernel had not written are not in the copy, as they would not be on a disk. A
 * new server starts on the copy, works off what it finds, and its series is compared with the acks.
 */
export async function runPowerCuts(options: PowerCutOptions): Promise<PowerCutReport> {
  const { folder, images, random, realClock } = options;
  await mkdir(folder, { recursive: true });
  const sinks = await openSinks();
  const base = { file: join(folder, 'base.img'), cars: [] as readonly RegisteredCar[] };
  const baseMs = realClock.nowMs();
  const serverOn = (mountPoint: string): ServerOptions => ({
    folder: join(mountPoint, 'data'),
    baseMs,
    speed: SPEED,
    smtpUrl: sinks.smtpUrl,
    logLevel: 'silent',
    ...(options.sabotage === undefined ? {} : { sabotage: options.sabotage }),
  });
  const report = { acked: 0, lost: 0, doubled: 0, unreadable: [] as string[] };
  try {
    await makeImage(base.file);
    base.cars = await withMounted(base.file, join(folder, 'base'), (at) =>
      registerOn(serverOn(at), sinks.webhookUrl),
    );
    for (let image = 0; image < images; image++) {
      const entries = await cutOnce({
        ...options,
        base,
        serverOn,
        loadMs: LOAD_MIN_MS + random() * LOAD_SPAN_MS,
      });
      const found = await recover({ folder, base, serverOn });
      const acked = entries.filter(({ ackedAtMs }) => ackedAtMs !== undefined).length;
      const [lost, doubled] =
        found.kind === 'read' ? checkFrames({ cars: base.cars, entries }, found) : [undefined, undefined];
      report.acked += acked;
      report.lost += lost?.broken.length ?? acked;
      report.doubled += doubled?.broken.length ?? 0;
      if (found.kind === 'unreadable') report.unreadable.push(found.why);
      if (options.out !== undefined)
        await keepImageLedger(join(options.out, `image-${image}.jsonl`), base.cars, entries, found);
      options.onProgress(image + 1, `${report.acked} acked, ${report.lost} lost`);
    }
    return report;
  } finally {
    await sinks.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function registerOn(server: ServerOptions, webhookUrl: string): Promise<readonly RegisteredCar[]> {
  const running = await startServer(server);
  try {
    if (running.adminToken === undefined) throw new Error('the image is not empty');
    const clock = fastClock(server.baseMs, server.speed);
    const { api, adminToken } = running;
    return await registerFleet({ api, adminToken, count: CARS, webhookUrl, clock });
  } finally {
    await running.stop();
  }
}

interface Base {
  readonly file: string;
  readonly cars: readonly RegisteredCar[];
}

/** Loads a server on a fresh copy of the base image, freezes it, and keeps the image as it then was. */
async function cutOnce(options: {
  readonly folder: string;
  readonly base: Base;
  readonly serverOn: (mountPoint: string) => ServerOptions;
  readonly loadMs: number;
  readonly realClock: Clock;
}): Promise<readonly FrameEntry[]> {
  const { folder, base, realClock } = options;
  const live = join(folder, 'live.img');
  const mountPoint = join(folder, 'live');
  await copyImage(base.file, live);
  await mountImage(live, mountPoint);
  try {
    const server = options.serverOn(mountPoint);
    const running = await startServer(server);
    const clock = fastClock(server.baseMs, server.speed);
    const load = startLoad({
      cars: base.cars,
      clock,
      realClock,
      phaseOf: () => 0,
      everyMs: FRAME_EVERY_MS,
    });
    try {
      load.connect(running.gateway);
      load.begin();
      await realClock.sleep(options.loadMs);
      running.freeze();
      await copyImage(live, join(folder, 'cut.img'));
      await realClock.sleep(LAST_ACKS_MS);
      return load.entries.map((entry) => ({ ...entry }));
    } finally {
      load.close();
      await running.kill();
    }
  } finally {
    await unmount(mountPoint);
    await rm(live, { force: true });
  }
}

type Recovered =
  | { readonly kind: 'read'; readonly storedNumbers: ReadonlyMap<string, readonly number[]> }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Mounts the cut image (ext4 replays its journal), lets a new server work off what is there, and reads it. */
async function recover(options: {
  readonly folder: string;
  readonly base: Base;
  readonly serverOn: (mountPoint: string) => ServerOptions;
}): Promise<Recovered> {
  const { folder, base } = options;
  const file = join(folder, 'cut.img');
  try {
    return await withMounted(file, join(folder, 'cut'), async (mountPoint) => {
      const server = options.serverOn(mountPoint);
      const running = await startServer(server);
      try {
        await running.idle();
      } finally {
        await running.stop();
      }
      const vehicleIds = base.cars.map(({ vehicleId }) => vehicleId);
      const url = `sqlite:${join(server.folder, 'telemetry.db')}`;
      return { kind: 'read', storedNumbers: await examineSeries(url, vehicleIds) };
    });
  } catch (error) {
    return { kind: 'unreadable', why: (error as Error).message.split('\n')[0] ?? '' };
  } finally {
    await rm(file, { force: true });
  }
}

/** One line per frame: what it was, and whether it was there after the cut. */
async function keepImageLedger(
  file: string,
  cars: readonly RegisteredCar[],
  entries: readonly FrameEntry[],
  found: Recovered,
): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const storedOf = new Map(
    cars.map(({ index, vehicleId }) => [
      index,
      { vehicleId, numbers: new Set(found.kind === 'read' ? found.storedNumbers.get(vehicleId) : []) },
    ]),
  );
  const lines = entries.map(({ carIndex, number, sent, ackedAtMs }) => {
    const stored = storedOf.get(carIndex);
    return { vehicleId: stored?.vehicleId, number, sent, ackedAtMs, isStored: stored?.numbers.has(number) };
  });
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
