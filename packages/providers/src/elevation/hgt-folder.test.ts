import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Position } from '@outrider/domain';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hgtFolder } from './hgt-folder.ts';

const never = new AbortController().signal;
const SIDE = 1_201;

/** A cell of three arc seconds: 100 m at its southern edge and 1,300 m at its northern; `void` where told. */
function cell(isVoid: (row: number, column: number) => boolean = () => false): Buffer {
  const bytes = Buffer.alloc(SIDE * SIDE * 2);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++)
      bytes.writeInt16BE(isVoid(row, column) ? -32_768 : 1_300 - row, (row * SIDE + column) * 2);
  return bytes;
}

async function folderOf(files: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'outrider-heights-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

const heightsOf = async (files: Readonly<Record<string, Buffer>>, ...points: readonly Position[]) =>
  hgtFolder(await folderOf(files)).heights(points, never);

describe('a folder of cells', () => {
  test.each([
    ['at its southern edge', { lat: 41, lon: -74.5 }, 100],
    ['at its northern edge, almost', { lat: 41.999999, lon: -74.5 }, 1_299.9988],
    ['in its middle', { lat: 41.5, lon: -74.5 }, 700],
    ['between two samples', { lat: 41.5 + 0.5 / 1_200, lon: -74.5 }, 700.5],
    ['at its western edge', { lat: 41.5, lon: -75 }, 700],
  ])('%s', async (_, place, expected) => {
    const [height] = await heightsOf({ 'N41W075.hgt': cell() }, place);
    expect(height).toBeCloseTo(expected, 3);
  });

  test.each([
    ['north and west', 'N41W075.hgt', { lat: 41.5, lon: -74.5 }],
    ['south and east', 'S34E018.hgt', { lat: -33.5, lon: 18.5 }],
    ['in a folder for its latitude', 'N05E007.hgt', { lat: 5.5, lon: 7.5 }],
    ['in a folder for its latitude, below', 'N05/N05E007.hgt', { lat: 5.5, lon: 7.5 }],
  ])('%s is found by its corner', async (_, name, place) => {
    expect(await heightsOf({ [name]: cell() }, place)).toEqual([expect.closeTo(700, 3)]);
  });

  test('one void sample does not matter, a void place is not known', async () => {
    const pinhole = cell((row, column) => row === 600 && column === 600);
    const near = { lat: 41.5 - 0.9 / 1_200, lon: -74.5 + 0.9 / 1_200 };
    expect(await heightsOf({ 'N41W075.hgt': pinhole }, near, { lat: 41.5, lon: -74.5 })).toEqual([
      expect.closeTo(699.1, 0),
      null,
    ]);
  });

  test('a place outside its cells is not known, and only such places are no answer', async () => {
    const files = { 'N41W075.hgt': cell() };
    expect((await heightsOf(files, { lat: 41.5, lon: -74.5 }, { lat: 10, lon: 10 }))[1]).toBeNull();
    await expect(heightsOf(files, { lat: 10, lon: 10 })).rejects.toMatchObject({ kind: 'no-data' });
  });

  test('half a download is no cell', async () => {
    const files = { 'N41W075.hgt': cell().subarray(0, 1_000_000) };
    await expect(heightsOf(files, { lat: 41.5, lon: -74.5 })).rejects.toMatchObject({ kind: 'no-data' });
  });

  test('a cell that was let go is read again', async () => {
    const names = [0, 1, 2, 3, 4, 5].map((lon) => `N41E00${lon}.hgt`);
    const bytes = cell();
    const folder = hgtFolder(await folderOf(Object.fromEntries(names.map((name) => [name, bytes]))));
    const places = [0, 1, 2, 3, 4, 5, 0].map((lon) => ({ lat: 41.5, lon: lon + 0.5 }));
    expect(await folder.heights(places, never)).toEqual(places.map(() => expect.closeTo(700, 3)));
  });

  test('given up, it says so', async () => {
    const folder = hgtFolder(await folderOf({}));
    await expect(folder.heights([{ lat: 41, lon: 1 }], AbortSignal.abort())).rejects.toMatchObject({
      provider: 'hgt-folder',
    });
  });
});

test('a cell that could not be read is tried again', async () => {
  const place = { lat: 41.5, lon: -74.5 };
  const folder = await folderOf({ 'N41W075.hgt/not-yet': Buffer.alloc(0) });
  const heights = hgtFolder(folder);
  await expect(heights.heights([place], never)).rejects.toMatchObject({ kind: 'unavailable' });
  await rm(join(folder, 'N41W075.hgt'), { recursive: true });
  await writeFile(join(folder, 'N41W075.hgt'), cell());
  expect(await heights.heights([place], never)).toEqual([expect.closeTo(700, 3)]);
});
