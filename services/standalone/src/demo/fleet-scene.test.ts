import { join } from 'node:path';
import { silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FleetScene, playFleetScene } from './fleet-scene.ts';
import { openScratchFolder, type ScratchFolder } from './scratch-folder.ts';

const MONDAY_MS = Date.UTC(2026, 0, 19);
const HOUR_MS = 3_600_000;

let scratch: ScratchFolder;
let scene: FleetScene;
let page: { readonly status: number; readonly text: string };
const done: number[] = [];

beforeAll(async () => {
  scratch = await openScratchFolder();
  scene = await playFleetScene({
    ...{ dataFolder: scratch.path, realClock: systemClock, log: silentLog },
    ...{ signal: new AbortController().signal, opensAtMs: MONDAY_MS + 8 * HOUR_MS },
    onProgress: (minutes) => void done.push(minutes),
    linger: async ({ pages }) => {
      const answer = await fetch(pages.operator.replace('localhost', '127.0.0.1'));
      page = { status: answer.status, text: await answer.text() };
    },
  });
}, 120_000);
afterAll(() => scratch.remove());

describe('the fleet of a demo', () => {
  test('says that it is synthetic before anything else, and is so in every record', async () => {
    expect(scene.lines[0]).toMatch(/^A synthetic fleet .* nobody drove any of this/);
    const state = await openState(`sqlite:${join(scratch.path, 'state.db')}`, { log: silentLog });
    const cars = await state.vehicles.list('', 100);
    await state.close();
    expect(cars).toHaveLength(16);
    expect(cars.every(({ isSynthetic }) => isSynthetic === true)).toBe(true);
  });

  test('opens three pages, each with a link of its own, while it lingers', () => {
    const { operator, product, driver } = scene.pages;
    expect(new Set([operator, product, driver]).size).toBe(3);
    for (const link of [operator, product, driver]) expect(link).toContain('#sign-in=');
    expect(page.status).toBe(200);
    expect(page.text).toContain('<html');
  });

  test('shows how far it is, minute by minute up to the moment it opens', () => {
    expect(done.at(-1)).toBeGreaterThanOrEqual(8 * HOUR_MS);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.length).toBeGreaterThan(400);
  });
});
