import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, openSqliteFile, type SqliteFileOptions } from '@outrider/runtime';
import type { RecordPosition } from './bus.ts';
import type { GroupOffset, LogRecord, LogStore } from './log-store.ts';
import { createSqliteReads, OFFSETS_PER_STREAM } from './sqlite-log-reads.ts';

/**
 * A stream is one partition of one topic. A record's id is stream × 2^38 + offset, so that the table's own
 * tree is the log: one insert per record, no index, and the next offset is read from the last id.
 * `next_floor` remembers the end of a stream whose last records were deleted.
 */
const MIGRATIONS = [
  `CREATE TABLE streams (
     id INTEGER PRIMARY KEY,
     topic TEXT NOT NULL,
     partition INTEGER NOT NULL,
     begin_offset INTEGER NOT NULL DEFAULT 0,
     next_floor INTEGER NOT NULL DEFAULT 0,
     UNIQUE (topic, partition)
   ) STRICT;
   CREATE TABLE records (
     id INTEGER PRIMARY KEY,
     at_ms INTEGER NOT NULL,
     key TEXT NOT NULL,
     headers TEXT,
     value BLOB
   ) STRICT;
   CREATE TABLE group_offsets (
     group_name TEXT NOT NULL,
     topic TEXT NOT NULL,
     partition INTEGER NOT NULL,
     next_offset INTEGER NOT NULL,
     PRIMARY KEY (group_name, topic, partition)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE groups (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE layout (partitions INTEGER NOT NULL) STRICT;`,
];

/** Ids stay exact in a JavaScript number: 2^53 / 2^38. */
const STREAMS_MAX = Number.MAX_SAFE_INTEGER / OFFSETS_PER_STREAM;

export interface SqliteLogOptions extends Pick<SqliteFileOptions, 'synchronous' | 'maxBytes'> {
  /** Fixed when the file is created. */
  readonly partitions: number;
}

/** One partition of one topic, with what is kept in memory of it. */
export interface Stream {
  readonly id: number;
  begin: number;
  end: number;
}

/**
 * The log in a SQLite file. This process must be its only writer: ends and committed offsets are kept in
 * memory beside the file.
 * @throws when the file has another number of partitions, or was written by a newer version.
 */
export function openSqliteLog(path: string, options: SqliteLogOptions): LogStore {
  const db = openSqliteFile(path, { ...options, migrations: MIGRATIONS });
  try {
    checkPartitions(db, path, options.partitions);
    return createSqliteLog(db, options.partitions);
  } catch (error) {
    db.close();
    throw error;
  }
}

function checkPartitions(db: DatabaseSync, path: string, partitions: number): void {
  const found = db.prepare('SELECT partitions FROM layout').get()?.partitions;
  if (found === undefined) db.prepare('INSERT INTO layout VALUES (?)').run(partitions);
  else if (Number(found) !== partitions)
    throw new Error(
      `${path} was created with ${found} partitions and cannot be opened with ${partitions}: ` +
        'keys would change their partition and lose their order. Growth means a new topic version.',
    );
}

function createSqliteLog(db: DatabaseSync, partitions: number): LogStore {
  const streams = loadStreams(db, partitions);
  const committed = loadCommitted(db);
  const insertStream = db.prepare('INSERT INTO streams (topic, partition) VALUES (?, ?)');
  const insertRecord = db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?)');
  const storeOffset = db.prepare(
    `INSERT INTO group_offsets VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
  );
  const deleteRange = db.prepare('DELETE FROM records WHERE id >= ? AND id < ?');
  const deleteOne = db.prepare('DELETE FROM records WHERE id = ?');
  const storeBounds = db.prepare('UPDATE streams SET begin_offset = ?, next_floor = ? WHERE id = ?');
  const raiseGeneration = db.prepare(
    `INSERT INTO groups VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1
     RETURNING generation`,
  );

  /** Makes the streams of a topic, in a transaction of its own: memory must not know what was rolled back. */
  function createTopic(topic: string): Stream[] {
    const created = inTransaction(db, () =>
      Array.from({ length: partitions }, (_, partition): Stream => {
        const id = Number(insertStream.run(topic, partition).lastInsertRowid);
        if (id >= STREAMS_MAX) throw new RangeError(`the log has no room for ${topic}`);
        return { id, begin: 0, end: 0 };
      }),
    );
    streams.set(topic, created);
    return created;
  }

  function streamFor(topic: string, partition: number): Stream {
    const stream = (streams.get(topic) ?? createTopic(topic))[partition];
    if (stream === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return stream;
  }

  function insertAll(targets: readonly Stream[], records: readonly LogRecord[]): RecordPosition[] {
    const ends = new Map<Stream, number>();
    return records.map((record, index) => {
      const stream = targets[index] as Stream;
      const offset = ends.get(stream) ?? stream.end;
      ends.set(stream, offset + 1);
      const { topic, partition, key, value, timestampMs } = record;
      const id = stream.id * OFFSETS_PER_STREAM + offset;
      insertRecord.run(id, timestampMs, key, headersText(record.headers), value);
      return { topic, partition, offset };
    });
  }

  function keepCommitted({ group, topic, partition, offset }: GroupOffset): void {
    committedOf(committed, group, topic)[partition] = offset;
  }

  const reads = createSqliteReads(db, (topic, partition) => streams.get(topic)?.[partition]);

  return {
    ...reads,
    partitions,
    write(records, offsets) {
      const targets = records.map((record) => streamFor(record.topic, record.partition));
      const positions = inTransaction(db, () => {
        for (const entry of offsets) storeOffset.run(entry.group, entry.topic, entry.partition, entry.offset);
        return insertAll(targets, records);
      });
      // Only now it is durable; a failed transaction must leave the ends where they were.
      positions.forEach(({ offset }, index) => {
        (targets[index] as Stream).end = offset + 1;
      });
      offsets.forEach(keepCommitted);
      return positions;
    },
    committedOffset: (group, topic, partition) => committed.get(group)?.get(topic)?.[partition],
    groupTopics: (group) => [...(committed.get(group)?.keys() ?? [])],
    topics: () => [...streams.keys()],
    nextGeneration: (group) => Number(raiseGeneration.get(group)?.generation),
    trim(topic, partition, limits) {
      const stream = streamFor(topic, partition);
      const oldest = reads.keys(topic, partition, stream.begin, limits.recordsMax);
      const isOld = (entry: { offset: number; timestampMs: number }) =>
        entry.timestampMs < limits.beforeMs && entry.offset < limits.belowOffset;
      const kept = oldest.findIndex((entry) => !isOld(entry));
      const gone = kept === -1 ? oldest.length : kept;
      const last = oldest[gone - 1];
      if (last === undefined) return 0;
      const firstId = stream.id * OFFSETS_PER_STREAM;
      inTransaction(db, () => {
        deleteRange.run(firstId, firstId + last.offset + 1);
        storeBounds.run(last.offset + 1, stream.end, stream.id);
      });
      stream.begin = last.offset + 1;
      return gone;
    },
    remove(topic, partition, offsets) {
      const stream = streamFor(topic, partition);
      inTransaction(db, () => {
        for (const offset of offsets) deleteOne.run(stream.id * OFFSETS_PER_STREAM + offset);
        storeBounds.run(stream.begin, stream.end, stream.id);
      });
    },
    close: () => db.close(),
  };
}

type Committed = Map<string, Map<string, (number | undefined)[]>>;

function committedOf(committed: Committed, group: string, topic: string): (number | undefined)[] {
  const byTopic = committed.get(group) ?? new Map<string, (number | undefined)[]>();
  committed.set(group, byTopic);
  const byPartition = byTopic.get(topic) ?? [];
  byTopic.set(topic, byPartition);
  return byPartition;
}

function loadCommitted(db: DatabaseSync): Committed {
  const committed: Committed = new Map();
  for (const row of db.prepare('SELECT * FROM group_offsets').all())
    committedOf(committed, String(row.group_name), String(row.topic))[Number(row.partition)] = Number(
      row.next_offset,
    );
  return committed;
}

function loadStreams(db: DatabaseSync, partitions: number): Map<string, Stream[]> {
  const streams = new Map<string, Stream[]>();
  const lastId = db.prepare('SELECT max(id) AS id FROM records WHERE id >= ? AND id < ?');
  for (const row of db.prepare('SELECT * FROM streams ORDER BY topic, partition').all()) {
    const id = Number(row.id);
    const firstId = id * OFFSETS_PER_STREAM;
    const last = lastId.get(firstId, firstId + OFFSETS_PER_STREAM)?.id;
    const afterLast = last === null || last === undefined ? 0 : Number(last) - firstId + 1;
    const all = streams.get(String(row.topic)) ?? new Array<Stream>(partitions);
    all[Number(row.partition)] = {
      id,
      begin: Number(row.begin_offset),
      end: Math.max(afterLast, Number(row.next_floor)),
    };
    streams.set(String(row.topic), all);
  }
  return streams;
}

function headersText(headers: Readonly<Record<string, string>>): string | null {
  // The empty case is the common one and saves two bytes and a parse.
  for (const _name in headers) return JSON.stringify(headers);
  return null;
}
