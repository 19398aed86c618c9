import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { BusRecord } from './bus.ts';
import { type LogStore, recordBytes } from './log-store.ts';

/** Offsets a stream has room for: at 1,000 records per second and partition, nine years. */
export const OFFSETS_PER_STREAM = 2 ** 38;

interface StreamBounds {
  readonly id: number;
  readonly begin: number;
  readonly end: number;
}

type Reads = Pick<LogStore, 'read' | 'headTimestampMs' | 'keys' | 'beginOffset' | 'endOffset'>;

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** Statements whose rows come as arrays: half the cost of objects. */
function prepareRows(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement;
}

const rowsOf = (rows: Iterable<unknown>) => rows as Iterable<SQLOutputValue[]>;

/** The reading half of the SQLite log. */
export function createSqliteReads(
  db: DatabaseSync,
  streamOf: (topic: string, partition: number) => StreamBounds | undefined,
): Reads {
  const selectRecords = prepareRows(
    db,
    'SELECT id, at_ms, key, headers, value FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
  );
  const selectHead = prepareRows(
    db,
    'SELECT at_ms FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1',
  );
  const selectKeys = prepareRows(
    db,
    'SELECT id, key, at_ms, value IS NULL FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
  );

  return {
    read(topic, partition, fromOffset, { recordsMax, bytesMax, untilMs = Number.POSITIVE_INFINITY }) {
      const stream = streamOf(topic, partition);
      if (stream === undefined || fromOffset >= stream.end) return [];
      const firstId = stream.id * OFFSETS_PER_STREAM;
      const records: BusRecord[] = [];
      let bytes = 0;
      const rows = selectRecords.iterate(firstId + fromOffset, firstId + stream.end, recordsMax);
      for (const [id, timestampMs, key, headers, value] of rowsOf(rows)) {
        if (records.length > 0 && ((timestampMs as number) > untilMs || bytes >= bytesMax)) break;
        const record: BusRecord = {
          topic,
          partition,
          offset: (id as number) - firstId,
          key: key as string,
          value: value as Uint8Array | null,
          headers: headers === null ? NO_HEADERS : JSON.parse(headers as string),
          timestampMs: timestampMs as number,
        };
        records.push(record);
        bytes += recordBytes(record);
      }
      return records;
    },
    headTimestampMs(topic, partition, fromOffset) {
      const stream = streamOf(topic, partition);
      if (stream === undefined || fromOffset >= stream.end) return undefined;
      const firstId = stream.id * OFFSETS_PER_STREAM;
      const row = selectHead.get(firstId + fromOffset, firstId + stream.end) as unknown as
        | number[]
        | undefined;
      return row?.[0];
    },
    keys(topic, partition, fromOffset, max) {
      const stream = streamOf(topic, partition);
      if (stream === undefined) return [];
      const firstId = stream.id * OFFSETS_PER_STREAM;
      const rows = selectKeys.all(firstId + fromOffset, firstId + stream.end, max);
      return Array.from(rowsOf(rows as Iterable<unknown>), ([id, key, timestampMs, isTombstone]) => ({
        offset: (id as number) - firstId,
        key: key as string,
        timestampMs: timestampMs as number,
        isTombstone: isTombstone === 1,
      }));
    },
    beginOffset: (topic, partition) => streamOf(topic, partition)?.begin ?? 0,
    endOffset: (topic, partition) => streamOf(topic, partition)?.end ?? 0,
  };
}
