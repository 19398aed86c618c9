import { describe, expect, it } from 'vitest';
import type { BusRecord } from './bus.ts';
import { KafkaWindow, recordOf } from './kafka-window.ts';

const record = (offset: number, timestampMs = offset): BusRecord => ({
  ...{ topic: 't', partition: 0, offset, key: 'k', value: new Uint8Array(1), headers: {}, timestampMs },
});
const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => record(from + index));
const ALL = { recordsMax: 10_000, bytesMax: Number.POSITIVE_INFINITY };

function open() {
  const did: string[] = [];
  const window = new KafkaWindow({
    fetchFrom: (offset) => did.push(`from ${offset}`),
    pause: () => did.push('pause'),
    resume: () => did.push('resume'),
  });
  return { window, did, offsets: (from: number) => window.read(from, ALL).map(({ offset }) => offset) };
}

describe('the window on a partition', () => {
  it('fetches from where it is read, once, and gives what came', () => {
    const { window, did, offsets } = open();
    expect([window.next, window.head(5)]).toEqual([undefined, undefined]);
    expect(did).toEqual(['from 5']);
    window.take(records(5, 3), 8);
    expect(offsets(5)).toEqual([5, 6, 7]);
    expect(offsets(7)).toEqual([7]);
    expect(offsets(8)).toEqual([]);
    expect(did).toEqual(['from 5']);
  });

  it('fetches again what it gave up, and what is beyond', () => {
    const { window, did, offsets } = open();
    window.head(5);
    window.take(records(5, 3), 8);
    expect(offsets(7)).toEqual([7]);
    expect(offsets(6)).toEqual([]);
    expect(did).toEqual(['from 5', 'from 6']);
    window.take(records(6, 2), 8);
    expect(offsets(9)).toEqual([]);
    expect(did.at(-1)).toBe('from 9');
  });

  it('passes over gaps, also behind the last record', () => {
    const { window, offsets } = open();
    window.head(0);
    window.take([record(0), record(7)], 12);
    expect(offsets(1)).toEqual([7]);
    expect(offsets(8)).toEqual([]);
    expect(window.next).toBe(12);
  });

  it('pauses above its bound, and goes on below half of it', () => {
    const { window, did } = open();
    window.head(0);
    window.take(records(0, 2_000), 2_000);
    expect(did).toEqual(['from 0']);
    window.take(records(2_000, 1), 2_001);
    expect(did.at(-1)).toBe('pause');
    window.head(1_001);
    expect(did.at(-1)).toBe('pause');
    window.head(1_002);
    expect(did.at(-1)).toBe('resume');
  });

  it('ends a batch at its bounds, and always gives one record', () => {
    const { window } = open();
    window.head(0);
    window.take(records(0, 10), 10);
    expect(window.read(0, { ...ALL, recordsMax: 4 })).toHaveLength(4);
    expect(window.read(0, { ...ALL, bytesMax: 1 })).toHaveLength(1);
    expect(window.read(0, { ...ALL, untilMs: 2 })).toHaveLength(3);
    expect(window.read(5, { ...ALL, untilMs: 2 })).toHaveLength(1);
  });
});

describe('a message of another producer', () => {
  it('may have no key, no headers, and headers given twice', () => {
    const message = { key: null, value: null, timestamp: '7', offset: '3', attributes: 0 };
    const plain = { topic: 't', partition: 1, offset: 3, key: '', value: null, headers: {}, timestampMs: 7 };
    expect(recordOf('t', 1, { ...message, headers: {} })).toEqual(plain);
    const headers = { one: Buffer.from('ü'), two: [Buffer.from('a'), Buffer.from('b')], none: undefined };
    expect(recordOf('t', 1, { ...message, headers }).headers).toEqual({ one: 'ü', two: 'b' });
  });
});
