import { describe, expect, test } from 'vitest';
import { decodeFleetRecord } from './decode-record.ts';
import { readFixtures, vehicleOf } from './fixtures.fixture.ts';

const fixtures = readFixtures();

/** Of a trap that only one encoding can show, the other has no record. */
const ONE_ENCODING = new Set([979, 980]);

describe('records of the real server', () => {
  for (const { name, about, records } of fixtures)
    describe(`${name}: ${about}`, () => {
      for (const { n, encoding, record, expected } of records)
        test(`${encoding} of message ${n}`, () => {
          const { receivedAtMs, ...decoded } = decodeFleetRecord(record, vehicleOf);
          expect(receivedAtMs).toBe(Number(record.headers.receivedat));
          expect(decoded).toEqual(expected);
        });
    });

  test('every trap is there in both encodings', () => {
    for (const { name, records } of fixtures)
      for (const n of new Set(records.map((one) => one.n)))
        expect(
          records.filter((one) => one.n === n).map(({ encoding }) => encoding),
          `${name}, message ${n}`,
        ).toEqual(ONE_ENCODING.has(n) ? ['proto'] : ['proto', 'json']);
  });
});
