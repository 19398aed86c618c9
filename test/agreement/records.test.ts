import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BusRecord,
  decodeRecord,
  encodeRecord,
  type Opener,
  type Sealer,
  topicList,
} from '@outrider/bus';
import { rawHeaders } from '@outrider/domain';
import { describe, expect, test } from 'vitest';

// Records as they were written when a version was released: each later version has to read them. None is edited; a
// field that is added comes with another file.

interface WrittenRecord {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Readonly<Record<string, unknown>>;
}

const FOLDER = join(import.meta.dirname, 'records');
const files = readdirSync(FOLDER).toSorted();
const readRecord = (file: string): WrittenRecord => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
/** `alerts.v1.json`, and later `alerts.v1-2.json`. */
const topicOf = (file: string) => topicList.find(({ name }) => name === file.replace(/(-\d+)?\.json$/, ''));

const clear: Sealer & Opener = {
  seal: (_vehicleId, _atMs, box) => ({ keyId: 'key_example', box }),
  open: (_vehicleId, _keyId, bytes) => ({ kind: 'opened', bytes }),
};

const decoded = (file: string, value: unknown) => {
  const topic = topicOf(file);
  if (topic === undefined) throw new Error(`${file} is of no topic`);
  const { key, headers } = readRecord(file);
  const at = { topic: topic.name, partition: 0, offset: 0, timestampMs: 0 };
  const record: BusRecord = { ...at, key, headers, value: Buffer.from(JSON.stringify(value)) };
  return decodeRecord(topic, record, clear);
};

/** Adds a field to every object within, as a newer version may; not where any name is data. */
function extended(value: unknown, isOpen = false): unknown {
  if (Array.isArray(value)) return value.map((one) => extended(one));
  if (typeof value !== 'object' || value === null) return value;
  const inside = Object.entries(value).map(([name, one]) => [name, extended(one, NAMED_BY_DATA.has(name))]);
  return { ...Object.fromEntries(inside), ...(isOpen ? {} : { addedLater: { by: 'a newer version' } }) };
}
const NAMED_BY_DATA: ReadonlySet<string> = new Set(['values', 'quality', 'facts']);

test('there are records of every topic', () => {
  const topics = new Set(files.map((file) => topicOf(file)?.name));
  expect([...topics].toSorted()).toEqual(topicList.map(({ name }) => name).toSorted());
});

describe.for(files.filter((file) => topicOf(file)?.schema !== undefined))('%s', (file) => {
  const written = readRecord(file);

  test('is read as it was written', () => {
    expect(decoded(file, written.value)).toEqual({ kind: 'record', record: written.value });
  });

  test('is read the same when a newer version added fields at every level', () => {
    const newer = extended(written.value);
    expect(newer).not.toEqual(written.value);
    expect(decoded(file, newer)).toEqual({ kind: 'record', record: written.value });
  });

  test('is written under the same key', () => {
    const topic = topicOf(file);
    const subject = written.key.split('/')[0] ?? '';
    expect(topic && encodeRecord(topic, subject, written.value, 0, clear).key).toBe(written.key);
  });

  test('lacks nothing that could be left out unnoticed', () => {
    const [required = ''] = Object.keys(written.value);
    const { [required]: _, ...less } = written.value;
    expect(decoded(file, less).kind).toBe('unreadable');
  });
});

test("the raw record's headers are read, whatever else stands there", () => {
  const { format, receivedAtMs, keyId } = readRecord('telemetry.raw.v1.json').headers;
  expect(rawHeaders.safeParse({ format, receivedAtMs, keyId }).success).toBe(true);
});
