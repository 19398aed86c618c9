import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameFormat, SIGNALS } from '@outrider/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame } from '../decode-frame.ts';
import { formats } from './index.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 0, 15, 8);
const FIXTURES = join(import.meta.dirname, 'fixtures');

test('every format file is listed, once, under its own name, and the domain knows it', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => file.replace('.ts', ''));
  const names = formats.map((format) => format.name);
  expect(names.toSorted()).toEqual(files.toSorted());
  expect(names.toSorted()).toEqual(frameFormat.options.toSorted());
  expect(readdirSync(FIXTURES).toSorted()).toEqual(files.toSorted());
});

for (const format of formats) {
  const folder = join(FIXTURES, format.name);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.raw'))) {
    test(`${format.name} reads ${file} as expected`, () => {
      const decoded = decodeFrame(format.name, readFileSync(join(folder, file)), RECEIVED_AT_MS);
      const expected = readFileSync(join(folder, file.replace('.raw', '.expected.json')), 'utf8');
      expect(decoded).toEqual(JSON.parse(expected));
    });
  }
}

const anyKey = fc.oneof(
  fc.string(),
  fc.constantFrom(
    ...Object.keys(SIGNALS),
    'observedAt',
    'signals',
    'seq',
    'utc',
    'soc',
    'power',
    'is_parked',
    'lat',
  ),
);
const anyObject = fc.dictionary(anyKey, fc.jsonValue({ maxDepth: 3 }));

for (const format of formats) {
  test(`${format.name} never throws, whatever the bytes are`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeFrame(format.name, bytes, RECEIVED_AT_MS);
      }),
      { numRuns: 300 },
    );
  });

  test(`${format.name} never throws, whatever the JSON is, and keeps only what the catalogue allows`, () => {
    const frames = fc.oneof(
      fc.jsonValue(),
      anyObject.map((signals) => ({ observedAt: RECEIVED_AT_MS, signals })),
      anyObject.map((fields) => ({ ...fields, utc: RECEIVED_AT_MS / 1000 })),
    );
    fc.assert(
      fc.property(frames, (frame) => {
        const decoded = decodeFrame(format.name, Buffer.from(JSON.stringify(frame)), RECEIVED_AT_MS);
        if (decoded.kind === 'rejected') expect(decoded.rejects.length).toBeGreaterThan(0);
        const kept = decoded.kind === 'decoded' ? decoded.frame.values : {};
        for (const [path, value] of Object.entries(kept)) {
          const signal = SIGNALS[path];
          expect(typeof value).toBe(signal?.type);
          if (signal?.type === 'number')
            expect(Number(value) >= signal.min && Number(value) <= signal.max).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
}

const everyType: readonly { name: string; value: unknown }[] = [
  { name: 'null', value: null },
  { name: 'true', value: true },
  { name: 'a number', value: 1 },
  { name: 'text', value: '1' },
  { name: 'a list', value: [1] },
  { name: 'an object', value: { a: 1 } },
];
test('of every JSON type in every signal only the right one is kept; nothing is turned into something else', () => {
  for (const [path, signal] of Object.entries(SIGNALS)) {
    for (const { name, value } of everyType) {
      // Positions come in pairs; the twin is good, so that only this one can be refused.
      const twin = path.replace(/Latitude|Longitude/, (word) =>
        word === 'Latitude' ? 'Longitude' : 'Latitude',
      );
      const signals = { ...(twin === path ? {} : { [twin]: 9 }), [path]: inBounds(path, value) };
      const decoded = decodeFrame(
        'vss-json',
        Buffer.from(JSON.stringify({ observedAt: RECEIVED_AT_MS, signals })),
        RECEIVED_AT_MS,
      );
      const kept = decoded.kind === 'decoded' ? decoded.frame.values[path] : undefined;
      expect(kept, `${path} as ${name}`).toBe(
        typeof value === signal.type ? inBounds(path, value) : undefined,
      );
      if (value === null) expect(decoded.kind === 'decoded' && decoded.frame.cleared).toEqual([path]);
    }
  }
});

/** 1 is no cabin temperature; the lower bound of the signal is a value of it. */
function inBounds(path: string, value: unknown): unknown {
  const signal = SIGNALS[path];
  return value === 1 && signal?.type === 'number' ? Math.max(1, signal.min) : value;
}

test('both bounds of every signal are kept, and what is just outside is refused', () => {
  for (const [path, signal] of Object.entries(SIGNALS)) {
    if (signal.type !== 'number') continue;
    const twin = path.replace(/Latitude|Longitude/, (word) =>
      word === 'Latitude' ? 'Longitude' : 'Latitude',
    );
    const outside = (bound: number, sign: number) => bound + sign * Math.max(1e-9, Math.abs(bound) * 1e-9);
    const cases = [
      { value: signal.min, isKept: true },
      { value: signal.max, isKept: true },
      { value: outside(signal.min, -1), isKept: false },
      { value: outside(signal.max, 1), isKept: false },
    ];
    for (const { value, isKept } of cases) {
      const signals = { ...(twin === path ? {} : { [twin]: 9 }), [path]: value };
      const bytes = Buffer.from(JSON.stringify({ observedAt: RECEIVED_AT_MS, signals }));
      const decoded = decodeFrame('vss-json', bytes, RECEIVED_AT_MS);
      const kept = decoded.kind === 'decoded' ? decoded.frame.values[path] : undefined;
      expect(kept, `${path} = ${value}`).toBe(isKept ? value : undefined);
    }
  }
});

test('what is refused is explained without its value: a value may be a place', () => {
  const signals = {
    'Vehicle.CurrentLocation.Latitude': 91.2345,
    'Vehicle.CurrentLocation.Longitude': { value: 23.4567, unit: 'rad' },
    'Vehicle.Speed': '34.5678',
  };
  const decoded = decodeFrame(
    'vss-json',
    Buffer.from(JSON.stringify({ observedAt: RECEIVED_AT_MS, signals })),
    RECEIVED_AT_MS,
  );
  expect(decoded.rejects.length).toBe(3);
  expect(JSON.stringify(decoded.rejects)).not.toMatch(/2345|4567|5678/);
});
