import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, systemClock } from '@outrider/runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { routeSources } from './route-sources.ts';
import { worldSettings } from './settings.ts';

const sourcesOf = (environment: Readonly<Record<string, string>>) =>
  routeSources(readSettings(worldSettings, environment), { clock: systemClock, random: () => 0, fetch });
const namesOf = (all: readonly { readonly name: string }[] = []) => all.map(({ name }) => name);

test('by default nobody is asked', () => {
  expect(sourcesOf({})).toEqual({ routing: [], elevation: [], matrix: [], probes: [] });
});

test('those that are named are asked in their order', () => {
  const sources = sourcesOf({
    VALHALLA_URL: 'http://valhalla.example',
    OSRM_URL: 'http://osrm.example',
    ELEVATION_FOLDER: 'heights',
  });
  expect(namesOf(sources.routing)).toEqual(['valhalla', 'osrm']);
  expect(namesOf(sources.elevation)).toEqual(['valhalla-heights', 'hgt-folder']);
  expect(namesOf(sources.matrix)).toEqual(['valhalla']);
  expect(namesOf(sources.probes)).toEqual(['valhalla', 'osrm']);
});

test.each(['VALHALLA_URL', 'OSRM_URL'])('%s is a web address', (setting) => {
  expect(() => sourcesOf({ [setting]: 'file:///etc' })).toThrow(setting);
});

describe('tiles in process', () => {
  function folderOf(hasPackage: boolean): string {
    const folder = mkdtempSync(join(tmpdir(), 'outrider-tiles-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const home = join(folder, 'node_modules', '@valhallajs', 'valhallajs');
    mkdirSync(home, { recursive: true });
    if (hasPackage) writeFileSync(join(home, 'index.js'), '');
    writeFileSync(join(folder, 'valhalla.json'), '{}');
    return folder;
  }

  test('answer for all that a server would', () => {
    const sources = sourcesOf({ VALHALLA_TILES: folderOf(true) });
    expect(namesOf(sources.routing)).toEqual(['valhalla']);
    expect(namesOf(sources.elevation)).toEqual(['valhalla-heights']);
    expect(namesOf(sources.matrix)).toEqual(['valhalla']);
    expect(namesOf(sources.probes)).toEqual(['valhalla']);
  });

  test('are not opened beside a server', () => {
    const sources = sourcesOf({ VALHALLA_TILES: 'nowhere', VALHALLA_URL: 'http://valhalla.example' });
    expect(namesOf(sources.routing)).toEqual(['valhalla']);
  });

  test.each([
    ['without the package say how to get it', () => folderOf(false), /npm install --prefix .*valhallajs@/],
    ['that are not there are named', () => 'nowhere', /VALHALLA_TILES.*nowhere/],
  ])('%s', (_, folder, words) => {
    expect(() => sourcesOf({ VALHALLA_TILES: folder() })).toThrow(words);
  });
});
