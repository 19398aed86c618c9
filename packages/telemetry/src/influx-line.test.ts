import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText, fieldOf, forecastLine, pathOf, signalLines, slotOf } from './influx-line.ts';
import type { SeriesValue, SignalRow } from './telemetry.ts';

/** A line as the protocol's own description reads it. */
function parseLine(line: string) {
  const parts: string[] = [''];
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    const isMark = !isQuoted && (char === ',' || char === ' ' || char === '=');
    if (char === '\\' && at + 1 < line.length) {
      parts[parts.length - 1] += char + line[++at];
      continue;
    }
    if (char === '"') isQuoted = !isQuoted;
    if (isMark) parts.push(char, '');
    else parts[parts.length - 1] += char;
  }
  expect(isQuoted).toBe(false);
  const plain = (name = '') => name.replace(/\\([,= ])/g, '$1');
  const [measurement, , , , vehicle, ...rest] = parts;
  const fields = new Map<string, string>();
  let at = 0;
  for (; rest[at] === (at === 0 ? ' ' : ','); at += 4) fields.set(plain(rest[at + 1]), rest[at + 3] ?? '');
  expect(rest.slice(at)).toEqual([' ', expect.stringMatching(/^-?\d+$/)]);
  return { measurement, vehicle: plain(vehicle), fields, ns: BigInt(rest[at + 1] ?? '') };
}

const unquote = (text = '') => text.slice(1, -1).replace(/\\(["\\])/g, '$1');
const readValue = (text: string): SeriesValue =>
  text.startsWith('"') ? unquote(text) : text === 'true' || text === 'false' ? text === 'true' : Number(text);

/** No line break in a text: a parser by lines would need to know about quotes, as the server does. */
const words = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', ''));
const names = fc.oneof(
  fc.constantFrom(
    'Vehicle.Speed',
    'time',
    'vehicle',
    '_field',
    '__proto__',
    '',
    '%',
    '%41',
    'a:text',
    'a\nb',
    '#',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const values = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), words);
const rows: fc.Arbitrary<SignalRow> = fc.record({
  vehicleId: names,
  observedAtMs: fc.integer({ min: -9_223_372_036_853, max: 9_223_372_036_853 }),
  recordId: words.filter((id) => id !== ''),
  receivedAtMs: fc.integer(),
  values: fc.dictionary(names, values, { noNullPrototype: true }),
});

describe('lines', () => {
  it('say what the row says, whatever its names and texts are', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const [receipt = '', signal = '', ...more] = signalLines(row).split('\n');
        expect(more).toEqual([]);
        const { vehicle, fields, ns, measurement } = parseLine(signal);
        expect({ vehicle, measurement }).toEqual({
          vehicle: encodeText(row.vehicleId),
          measurement: 'signals',
        });
        expect(Number(ns / 1_000_000n) - (ns < 0n && ns % 1_000_000n !== 0n ? 1 : 0)).toBe(row.observedAtMs);
        expect(unquote(fields.get('record:id'))).toBe(row.recordId);
        fields.delete('record:id');
        const read = [...fields].map(([field, text]) => [pathOf(field), readValue(text)]);
        const written = Object.entries(row.values).map(([path, value]) => [path, value === 0 ? 0 : value]);
        expect(read).toEqual(written);
        expect(unquote(parseLine(receipt).fields.get('record'))).toBe(row.recordId);
      }),
    );
  });

  it('never give one field two types', () => {
    const kindOf = (text: string) =>
      text.startsWith('"') ? 'text' : /^(true|false)$/.test(text) ? 'flag' : 'number';
    const kinds = new Map<string, string>();
    fc.assert(
      fc.property(rows, (row) => {
        for (const [field, text] of parseLine(signalLines(row).split('\n')[1] ?? '').fields) {
          expect(kinds.get(field) ?? kindOf(text)).toBe(kindOf(text));
          kinds.set(field, kindOf(text));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are the same for the same row, and stand elsewhere for another record of the same moment', () => {
    const row = { vehicleId: 'c', observedAtMs: 1_000, recordId: 'a', receivedAtMs: 1_001, values: { x: 1 } };
    const nsOf = (one: SignalRow) =>
      signalLines(one)
        .split('\n')
        .map((line) => parseLine(line).ns);
    expect(signalLines(row)).toBe(signalLines({ ...row }));
    expect(nsOf({ ...row, receivedAtMs: 2_000 })[1]).toBe(nsOf(row)[1]);
    expect(nsOf({ ...row, receivedAtMs: 2_000 })[0]).not.toBe(nsOf(row)[0]);
    expect(nsOf({ ...row, recordId: 'b' })[1]).not.toBe(nsOf(row)[1]);
  });

  it('hold a forecast', () => {
    const row = {
      vehicleId: 'c',
      madeAtMs: 5,
      forecastId: 'f',
      stopId: 'a "b"',
      p10: -1.5,
      p50: 2,
      p90: 3e-7,
    };
    const { fields, measurement } = parseLine(forecastLine({ ...row, belowReserveProbability: 1 }));
    expect(measurement).toBe('forecasts');
    expect(Object.fromEntries(fields)).toEqual({
      ...{ forecast: '"f"', stop: '"a \\"b\\""', p10: '-1.5', p50: '2', p90: '3e-7', below_reserve: '1' },
    });
  });
});

describe('names of fields', () => {
  it.each([
    ['Vehicle.Speed', '', 'Vehicle.Speed'],
    ['Vehicle.IsOn', ':flag', 'Vehicle.IsOn:flag'],
    ['time', '', '%74ime'],
    ['_x', '', '%5fx'],
    ['a:flag', '', 'a%3aflag'],
    ['', ':text', '%:text'],
  ] as const)('%s%s is %s', (path, kind, field) => {
    expect(fieldOf(path, kind)).toBe(field);
    expect(pathOf(field)).toBe(path);
  });
  it('of our own are no paths', () => {
    expect(pathOf('record:id')).toBeUndefined();
  });
});

describe('places within a millisecond', () => {
  it('stay clear of the next one, where nanoseconds are rounded to 256', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 9_223_372_036_853 }), (id, atMs) => {
        const ns = Number(BigInt(atMs) * 1_000_000n + BigInt(slotOf(id)));
        expect(Math.floor(ns / 1e6)).toBe(atMs);
      }),
    );
  });

  it('are taken evenly: of 2,000 records two meet about twice', () => {
    const taken = new Set(Array.from({ length: 2_000 }, (_, index) => slotOf(`record-${index}`)));
    expect(taken.size).toBeGreaterThan(1_990);
  });
});
