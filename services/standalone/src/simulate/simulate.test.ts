import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { manualClock } from '@outrider/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSimulateCommand } from './read-command.ts';
import { SimulationRefused, writeFleet } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-simulate-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SMALL = { kind: 'simulate-out', cars: 3, days: 1, seed: 5, fromMs: Date.UTC(2026, 0, 13) } as const;

/** What goes to stdout, and what is told on stderr. */
async function run(out: string, change: { readonly seed?: number; readonly fromMs?: undefined } = {}) {
  const stdout = new PassThrough();
  const written = text(stdout);
  const told: string[] = [];
  const clock = manualClock(Date.UTC(2026, 1, 1, 15));
  await writeFleet(
    { ...SMALL, out, ...change },
    { clock, stdout, stderr: (line) => told.push(line), isWatched: true },
  );
  stdout.end();
  return { stdout: await written, stderr: told.join('') };
}

describe('simulate --out', () => {
  test('two runs of one seed write the same bytes, another seed writes others', async () => {
    const first = await run('-');
    expect(first.stdout.length).toBeGreaterThan(10_000);
    expect((await run('-')).stdout).toBe(first.stdout);
    expect((await run('-', { seed: 6 })).stdout).not.toBe(first.stdout);
  });

  test('every line says that it is synthetic; none tells how a stretch truly ends', async () => {
    const lines = (await run('-')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.every(({ synthetic }) => synthetic === true)).toBe(true);
    expect(lines[0]).toMatchObject({ kind: 'fleet', seed: 5, cars: 3, from: '2026-01-13T00:00:00.000Z' });
    const kinds = new Set(lines.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(['fleet', 'frame', 'plan', 'vehicle']);
  });

  test('a file has the truth beside it, and one that is there is left alone', async () => {
    const out = join(folder, 'fleet.jsonl');
    const { stdout, stderr } = await run(out);
    expect(stdout).toBe('');
    expect(stderr).toContain('--cars 3 --days 1 --seed 5 --from 2026-01-13');
    expect(await readFile(out, 'utf8')).toBe((await run('-')).stdout);
    const truth = await readFile(join(folder, 'fleet.truth.jsonl'), 'utf8');
    expect(JSON.parse(truth.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      synthetic: true,
      kind: 'truth',
    });
    await expect(run(out)).rejects.toThrow(SimulationRefused);
    expect(await readFile(join(folder, 'fleet.truth.jsonl'), 'utf8')).toBe(truth);
  });

  test('without --from it ends today', async () => {
    const { stdout } = await run('-', { fromMs: undefined });
    expect(JSON.parse(stdout.slice(0, stdout.indexOf('\n')))).toMatchObject({
      from: '2026-01-31T00:00:00.000Z',
    });
  });
});

describe('the command', () => {
  const read = (line: string) => readSimulateCommand(line.split(' '));

  test('has defaults for all but where it goes', () => {
    expect(read('--out -')).toEqual({
      kind: 'simulate-out',
      cars: 50,
      days: 7,
      seed: 1,
      fromMs: undefined,
      out: '-',
    });
    expect(read('--data d --cars 2')).toMatchObject({
      ...{ kind: 'simulate-data', dataFolder: 'd', cars: 2 },
    });
    expect(read('--help')).toEqual({ kind: 'help', about: 'simulate' });
  });

  test.each(['--cars 1 --days 90 --seed 0 --from 2026-01-12 --out a', '--cars 10000 --out a'])(
    'takes %s',
    (line) => {
      expect(read(line)).toMatchObject({ kind: 'simulate-out', out: 'a' });
    },
  );

  test.each([
    ...[
      '--cars 5',
      '--out  ',
      '--cars 0 --out a',
      '--cars 10001 --out a',
      '--days 91 --out a',
      '--seed -1 --out a',
    ],
    ...[
      '--out a --data b',
      '--data  ',
      '--seed 1.5 --out a',
      '--from 2026-01-12T08:00Z --out a',
      '--from yesterday --out a',
      '--wheels 4 --out a',
    ],
  ])('refuses %s', (line) => {
    expect(() => read(line)).toThrow();
  });
});
