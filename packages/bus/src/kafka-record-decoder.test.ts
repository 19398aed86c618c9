import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { type BatchContext, decodeRecord } from './kafka-record-decoder.ts';

// What kafkajs itself writes and reads decides.
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder');
const writeRecord = require('kafkajs/src/protocol/recordBatch/record/v0');
const theirs = require('kafkajs/src/protocol/recordBatch/record/v0/decoder');

const context: BatchContext = {
  ...{ firstOffset: '4294967296123', firstTimestamp: '1700000000000', maxTimestamp: '1700000000777' },
  ...{ magicByte: 2, isControlBatch: false, timestampType: 0 },
};

const records: readonly (readonly [string, object, Partial<BatchContext>?])[] = [
  ['a plain one', { key: Buffer.from('veh_1'), value: Buffer.from('x'), headers: { format: 'vss-json' } }],
  ['neither key nor value', { key: null, value: null, offsetDelta: 70_000 }],
  ['empty ones', { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { a: '' } }],
  [
    'letters beyond ASCII',
    { key: Buffer.from('Ž'), value: Buffer.alloc(9_000, 1), headers: { größe: 'µ→' } },
  ],
  ['a time long before the first', { key: null, value: null, timestampDelta: -5_000_000_000 }],
  ['a time long after it', { key: null, value: null, timestampDelta: 5_000_000_000 }],
  ["the broker's time", { key: null, value: null, timestampDelta: 3 }, { timestampType: 1 }],
  ['a mark of a transaction', { key: Buffer.alloc(4), value: null }, { isControlBatch: true }],
];

describe('a fetched record', () => {
  for (const [name, record, own] of records)
    it(`is what kafkajs reads: ${name}`, () => {
      const batch = { ...context, ...own };
      const written = new Decoder(writeRecord(record).buffer);
      const bytes: Buffer = written.readVarIntBytes();
      const expected = theirs(new Decoder(bytes), batch);
      const headers = Object.entries(expected.headers as Record<string, Buffer>);
      expect(decodeRecord({ buffer: bytes, offset: 0 }, batch)).toEqual({
        ...expected,
        headers: Object.fromEntries(headers.map(([header, value]) => [header, value.toString()])),
      });
    });

  it('has the last of a header given several times, and none that is null', () => {
    const headers = { a: ['1', '2'], b: null };
    // kafkajs writes no null itself: its length, -1, in place of the empty text's 0.
    const bytes: Buffer = new Decoder(
      writeRecord({ key: null, value: null, headers: { ...headers, b: '' } }).buffer,
    ).readVarIntBytes();
    bytes[bytes.length - 1] = 1;
    expect(decodeRecord({ buffer: bytes, offset: 0 }, context).headers).toEqual({ a: '2' });
  });

  it('may have any header, also one that an object has already', () => {
    const record = writeRecord({ key: null, value: null, headers: { ['__proto__']: 'x', toString: 'y' } });
    const bytes: Buffer = new Decoder(record.buffer).readVarIntBytes();
    const { headers } = decodeRecord({ buffer: bytes, offset: 0 }, context);
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'x'],
      ['toString', 'y'],
    ]);
  });
});
