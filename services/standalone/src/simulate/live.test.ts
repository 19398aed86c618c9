import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openBus, TOPICS } from '@outrider/bus';
import { manualClock, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQuality } from '../alert-quality.ts';
import { openScratchFolder, type ScratchFolder } from '../demo/scratch-folder.ts';
import { SimulationRefused } from './run.ts';
import { runLive } from './run-live.ts';

const FROM_MS = Date.UTC(2026, 0, 12);
const DAY_MS = 24 * 3_600_000;
const FLEET = { kind: 'simulate-data', cars: 8, days: 1, seed: 1, fromMs: FROM_MS } as const;

let scratch: ScratchFolder;
let said: string;
let dataFolder: string;

async function run(folder: string): Promise<string> {
  const stdout = new PassThrough();
  const written = text(stdout);
  const tools = { clock: systemClock, stdout, stderr: () => {}, isWatched: false, log: silentLog };
  await runLive({ ...FLEET, dataFolder: folder }, tools).finally(() => stdout.end());
  return written;
}

beforeAll(async () => {
  scratch = await openScratchFolder();
  dataFolder = join(scratch.path, 'data');
  said = await run(dataFolder);
}, 120_000);
afterAll(() => scratch.remove());

describe('a fleet that lives with the services', () => {
  test('is registered as synthetic, every car of it', async () => {
    const state = await openState(`sqlite:${join(dataFolder, 'state.db')}`, { log: silentLog });
    const cars = await state.vehicles.list('', 100);
    await state.close();
    expect(cars).toHaveLength(FLEET.cars);
    expect(cars.every(({ isSynthetic }) => isSynthetic === true)).toBe(true);
  });

  test('leaves stretches on the board of synthetic cars, and none on that of real ones', async () => {
    const clock = manualClock(FROM_MS + DAY_MS);
    const read = (isSynthetic: boolean) =>
      readQuality(
        `sqlite:${join(dataFolder, 'state.db')}`,
        { days: 2, isSynthetic },
        { clock, log: silentLog },
      );
    const [madeUp, real] = [await read(true), await read(false)];
    expect(madeUp.stretches).toBeGreaterThan(0);
    expect(real).toMatchObject({ stretches: 0, leftOut: madeUp.stretches });
  });

  test('has the truth beside the data, and a summary that says whose it is', async () => {
    const lines = (await readFile(join(dataFolder, 'truth.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).every(({ synthetic }) => synthetic === true)).toBe(true);
    const told = lines.filter((line) => JSON.parse(line).isTold).length;
    expect(said).toMatch(/^Synthetic: nobody drove any of this/);
    expect(said).toContain(`${told} stretches of plans that were told`);
    expect(said).toMatch(/^rule +alerts +cars +interrupted +right +wrong$/m);
    expect(said).toMatch(/^planned-charger-doubtful /m);
    expect(said).toContain('--cars 8 --days 1 --seed 1 --from 2026-01-12');
  });

  test('hears of chargers as their network pushes them: what is broken, what is taken, and what nobody tells', async () => {
    const bus = await openBus(`sqlite:${join(dataFolder, 'bus.db')}`, {
      ...{ clock: systemClock, realClock: systemClock, log: silentLog },
    });
    const statuses = new Set<string>();
    const subscription = await bus.broadcast({
      topics: [TOPICS.chargers.name],
      start: 'earliest',
      handle: async ({ records }) => {
        for (const { value, headers } of records) {
          expect(headers.ocpi).toContain('synthetic');
          for (const { status } of JSON.parse(Buffer.from(value ?? '').toString()).evses)
            statuses.add(status);
        }
      },
    });
    await subscription.caughtUp;
    await subscription.stop();
    await bus.close();
    expect([...statuses].toSorted()).toEqual(['AVAILABLE', 'CHARGING', 'OUTOFORDER', 'UNKNOWN']);
  });

  test('is refused a folder that is in use, and touches nothing there', async () => {
    const truth = await readFile(join(dataFolder, 'truth.jsonl'), 'utf8');
    await expect(run(dataFolder)).rejects.toThrow(SimulationRefused);
    expect(await readFile(join(dataFolder, 'truth.jsonl'), 'utf8')).toBe(truth);
    expect(existsSync(join(scratch.path, 'other'))).toBe(false);
  });
});
