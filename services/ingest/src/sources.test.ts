import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSources } from './sources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(value: unknown) {
  const path = join(folder, 'sources.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return readSources(path);
}

const one = (change: object = {}) => ({
  ...{ name: 'eu', format: 'fleet-telemetry', url: 'kafka://reader:secret@127.0.0.1:9092?tls=on' },
  ...{ group: 'outrider', topics: ['tesla_*'], start: 'latest' },
  vehicles: { '5YJ3E1EA0PF000001': 'veh_aaaaaaaaaaaa' },
  ...change,
});
const list = (...sources: object[]) => ({ sources });

test('a source says where, what, from when and whose', () => {
  const [source] = read(list(one({ start: '2026-01-15T08:00:00Z' })));
  expect(source).toMatchObject({ group: 'outrider', start: { fromMs: Date.UTC(2026, 0, 15, 8) } });
  expect(source?.vehicles.get('5YJ3E1EA0PF000001')).toBe('veh_aaaaaaaaaaaa');
  expect(read(list())).toEqual([]);
});

test.each([
  ['an unknown field', list(one({ extra: 1 }))],
  ['another format', list(one({ format: 'abrp' }))],
  ['a prefix', list(one({ url: 'kafka://127.0.0.1:9092/mine.' }))],
  ['another scheme', list(one({ url: 'http://127.0.0.1:9092' }))],
  ['no topics', list(one({ topics: [] }))],
  ['a regular expression', list(one({ topics: ['tesla_(V|alerts)'] }))],
  ['a moment without offset', list(one({ start: '2026-01-15T08:00:00' }))],
  ['a car that is none', list(one({ vehicles: { VIN: 'car 1' } }))],
  ['one car twice', list(one({ vehicles: { A: 'veh_aaaaaaaaaaaa', B: 'veh_aaaaaaaaaaaa' } }))],
  ['one name twice', list(one(), one())],
  ['a key said twice', '{"sources": [], "sources": []}'],
  ['no JSON', 'sources: []'],
])('%s is refused, and the password not told', (_name, value) => {
  let said = '';
  try {
    read(value);
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).not.toBe('');
  expect(said).not.toContain('secret');
});

test('a file that is not there is refused', () => {
  expect(() => readSources(join(folder, 'none.json'))).toThrow();
});
