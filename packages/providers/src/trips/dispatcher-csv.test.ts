import { expect, test } from 'vitest';
import { dispatcherCsv } from './dispatcher-csv.ts';

const HEAD = 'tripRef,departAt,arriveBy,fromName,fromLat,fromLon,toName,toLat,toLon,payloadKg,status';
const read = (...rows: string[]) => dispatcherCsv.read({ text: [HEAD, ...rows].join('\n') });
const GOOD = 'T-1,2026-01-15T08:00:00Z,2026-01-15T10:00:00+00:00,Depot,60,24,"Shop, north",61,24,300,';

test('a row is a trip, and its reference the id of the entry', () => {
  const { entries, problems, cancelled } = read(GOOD);
  expect({ problems, cancelled }).toEqual({ problems: [], cancelled: [] });
  expect(entries).toEqual([
    {
      entryId: 'T-1',
      plan: {
        departAtMs: Date.UTC(2026, 0, 15, 8),
        origin: { name: 'Depot', lat: 60, lon: 24 },
        stops: [
          {
            name: 'Shop, north',
            lat: 61,
            lon: 24,
            kind: 'destination',
            arriveAtMs: Date.UTC(2026, 0, 15, 10),
          },
        ],
        use: { payloadKg: 300 },
      },
    },
  ]);
});

test('a cancelled row withdraws, an empty cell is absent, and a byte order mark is passed over', () => {
  expect(read(GOOD.replace(/,$/, ',cancelled'))).toMatchObject({ entries: [], cancelled: ['T-1'] });
  const bare = dispatcherCsv.read({ text: `\uFEFF${HEAD}\nT-2,2026-01-15T08:00:00Z,,,60,24,Shop,61,24,,` });
  expect(bare.entries[0]?.plan).toMatchObject({ origin: { name: 'Start' }, stops: [{ name: 'Shop' }] });
  expect(bare.entries[0]?.plan).not.toHaveProperty('use');
});

test.each([
  ['with nothing but its reference', 'T-2,,,,,,,,,,cancelled'],
  ['whose places are wrong', 'T-2,tomorrow,,,95,24,,,,,cancelled'],
])('a cancelled row %s withdraws', (_, row) => {
  expect(read(GOOD, row)).toMatchObject({ entries: [{ entryId: 'T-1' }], cancelled: ['T-2'], problems: [] });
});

test('a row that cancels one of its own file is a problem, and so is one without a reference', () => {
  expect(read(GOOD, 'T-1,,,,,,,,,,cancelled')).toMatchObject({ cancelled: [], problems: [{}] });
  expect(read(',,,,,,,,,,cancelled').cancelled).toEqual([]);
});

test.each([
  ['departAt', 'T-2,tomorrow,,,60,24,Shop,61,24,,'],
  ['departAt', 'T-2,2026-01-15T08:00:00,,,60,24,Shop,61,24,,'],
  ['arriveBy', 'T-2,2026-01-15T08:00:00Z,2026-01-15T07:59:59Z,,60,24,Shop,61,24,,'],
  ['toLat', 'T-2,2026-01-15T08:00:00Z,,,60,24,Shop,,24,,'],
  ['toLon', 'T-2,2026-01-15T08:00:00Z,,,60,24,Shop,61,181,,'],
  ['fromLat', 'T-2,2026-01-15T08:00:00Z,,,0x10,24,Shop,61,24,,'],
  ['payloadKg', 'T-2,2026-01-15T08:00:00Z,,,60,24,Shop,61,24,9999,'],
  ['status', 'T-2,2026-01-15T08:00:00Z,,,60,24,Shop,61,24,,maybe'],
  ['tripRef', GOOD],
])('a wrong %s names line and field, and leaves the other row', (field, row) => {
  const { entries, problems } = read(GOOD, row);
  expect(entries.map(({ entryId }) => entryId)).toEqual(['T-1']);
  expect(problems.map((one) => [one.line, one.field])).toEqual([[3, field]]);
});

test('a misspelt column, a broken quotation and a row too many are problems', () => {
  expect(dispatcherCsv.read({ text: `${HEAD},prioritty\n${GOOD},high` }).problems).toMatchObject([
    { line: 1, field: 'prioritty' },
  ]);
  expect(read('"T-1').problems).toHaveLength(1);
  expect(read(GOOD, 'T-2,x').problems).toHaveLength(1);
  expect(read(...Array.from({ length: 1_001 }, () => GOOD)).problems[0]?.why).toContain('1000');
  expect(dispatcherCsv.read({ text: '' }).entries).toEqual([]);
});
