import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeLog } from './trip.fixture.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-accuracy-'));
  mkdirSync(join(folder, 'trips'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'trips/TripA01.csv'), writeLog(300));
  writeFileSync(join(folder, 'trips/other.csv'), 'a;b\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** As npm runs it: elsewhere, with the folder of the caller in the environment. */
const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { INIT_CWD: folder },
  });

describe('the command', () => {
  test('reads a folder beside the caller, prints a table and names what it left out', () => {
    const { status, stdout, stderr } = run('trips');
    expect(status).toBe(0);
    expect(stdout).toContain('EPA label');
    expect(stderr).toContain('other.csv:1');
  });
  test('prints one JSON object, the same each time, without a NaN', () => {
    const [first, second] = [run('trips', '--json'), run('trips', '--json')];
    expect(first.status).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({ trips: [{ trip: 'TripA01' }], winter: null });
  });
  test('draws where it is told to', () => {
    expect(run('trips', '--plot', 'pictures').status).toBe(0);
    expect(existsSync(join(folder, 'pictures/reliability.svg'))).toBe(true);
  });
  test('helps', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('npm run accuracy');
  });
  for (const [name, args] of [
    ['no folder', []],
    ['two folders', ['trips', 'empty']],
    ['a folder without a trip', ['empty']],
    ['a folder that is not there', ['gone']],
    ['an option that does not exist', ['trips', '--fast']],
  ] as const)
    test(`ends with 2 for ${name}, and prints nothing but the reason`, () => {
      const { status, stdout, stderr } = run(...args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).not.toBe('');
    });
});
