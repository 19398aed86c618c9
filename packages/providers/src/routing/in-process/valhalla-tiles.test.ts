import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manualClock, systemClock } from '@outrider/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { valhalla } from '../valhalla.ts';
import { actorFailure } from './actor-failure.ts';
import { IN_PROCESS_URL, openValhallaTiles, VALHALLA_PACKAGE } from './valhalla-tiles.ts';

/** The package's shape: text in, text out, errors in words; a `/route` without places never ends. */
const PACKAGE = `exports.Actor = class {
  constructor(config) { this.config = config; if (config.isBroken) throw new Error('no tiles here'); }
  async status() { return JSON.stringify({ version: '3.6.1', config: this.config }); }
  async route(text) {
    const { locations } = JSON.parse(text);
    while (locations.length === 0) {}
    throw new Error('Route error: No suitable edges near location');
  }
};`;
const CONFIG = {
  mjolnir: { tile_dir: 'tiles', tile_url: 'https://tiles.example/{tilePath}', logging: { type: 'std_out' } },
  additional_data: { elevation: 'heights', elevation_url: 'https://heights.example' },
  thor: { logging: { type: 'std_out' }, max: 1 },
};

async function folderOf(config: object = CONFIG, source = PACKAGE): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'outrider-tiles-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const home = join(folder, 'node_modules', VALHALLA_PACKAGE);
  await mkdir(home, { recursive: true });
  if (source !== '') await writeFile(join(home, 'index.js'), source);
  await writeFile(join(folder, 'valhalla.json'), JSON.stringify(config));
  return folder;
}

function open(path: string, clock = systemClock) {
  const tiles = openValhallaTiles(path, clock);
  onTestFinished(() => tiles.close());
  const ask = (action: string, json: object, signal?: AbortSignal) =>
    tiles.fetch(`${IN_PROCESS_URL}${action}`, {
      ...{ method: 'POST', body: JSON.stringify(json) },
      ...(signal === undefined ? {} : { signal }),
    });
  return { tiles, ask };
}

describe('tiles are asked', () => {
  test.each([
    ['by their folder', ''],
    ['by their configuration', 'valhalla.json'],
  ])('%s, silently and without the network', async (_, name) => {
    const { ask } = open(join(await folderOf(), name));
    const { config } = (await (await ask('/status', {})).json()) as { config: object };
    expect(config).toMatchObject({
      mjolnir: { tile_dir: 'tiles', tile_url: '', logging: { type: '' } },
      additional_data: { elevation: 'heights', elevation_url: '' },
      thor: { max: 1, logging: { type: '' } },
    });
  });

  test('by the same adapter as a server', async () => {
    const { fetch } = open(await folderOf()).tiles;
    const provider = valhalla({ baseUrl: IN_PROCESS_URL, clock: systemClock, random: () => 0, fetch });
    const never = new AbortController().signal;
    expect(await provider.probe(never)).toBe('version 3.6.1');
    await expect(provider.route({ lat: 1, lon: 1 }, { lat: 2, lon: 2 }, never)).rejects.toMatchObject({
      provider: 'valhalla',
      kind: 'no-data',
    });
  });

  test('for an action they do not know', async () => {
    expect((await open(await folderOf()).ask('/isochrone', {})).status).toBe(404);
  });
});

describe('who asks is not kept waiting', () => {
  test('by a question that never ends, nor by the thread it holds', async () => {
    const clock = manualClock(0);
    const { ask } = open(await folderOf(), clock);
    const endless = ask('/route', { locations: [] });
    expect((await ask('/status', {})).status).toBe(200);
    clock.advanceTo(5_000);
    expect((await endless).status).toBe(503);
    expect((await ask('/status', {})).status).toBe(200);
  });

  test('once it has given up', async () => {
    const { ask } = open(await folderOf(), manualClock(0));
    const givingUp = new AbortController();
    const asked = ask('/route', { locations: [] }, givingUp.signal);
    givingUp.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await expect(ask('/status', {}, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  });
});

test('an idle thread keeps no program from ending', async () => {
  const child = join(import.meta.dirname, 'valhalla-tiles.child.ts');
  const run = promisify(execFile)(process.execPath, [child, await folderOf()], { timeout: 15_000 });
  expect((await run).stdout).toBe('200');
});

describe('what is missing is said', () => {
  test('the package, with the command that brings it', async () => {
    const folder = await folderOf(CONFIG, '');
    expect(() => openValhallaTiles(folder, systemClock)).toThrow(
      `npm install --prefix ${folder} --ignore-scripts ${VALHALLA_PACKAGE}@3.6.1`,
    );
  });

  test('the configuration', async () => {
    const missing = join(await folderOf(), 'elsewhere.json');
    expect(() => openValhallaTiles(missing, systemClock)).toThrow(missing);
  });

  test.each([
    ['tiles', { isBroken: true }, PACKAGE, 'no tiles here'],
    ['a package that works on this machine', CONFIG, "throw new Error('wrong platform');", 'wrong platform'],
  ])('%s', async (_, config, source, why) => {
    const answer = await open(await folderOf(config, source)).ask('/status', {});
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining(why)]);
  });
});

test.each([
  ['Route error: No suitable edges near location', 171],
  ['Locations are in unconnected regions. Go check', 170],
  ['No path could be found for input', 442],
  ['Path distance exceeds the max distance limit', 154],
  ['Insufficient number of locations provided', 120],
  ["No costing method found: 'x'", 125],
  ['Exact route match algorithm (edge_walk) failed', 443],
  ['Map Match algorithm failed to find path', 444],
  ['something new', 199],
])('“%s” has the number %i', (message, error_code) => {
  expect(actorFailure(message)).toEqual({ error_code, error: message });
});
