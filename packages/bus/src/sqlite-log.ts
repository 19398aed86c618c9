import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, openSqliteFile, type SqliteFileOptions } from '@outrider/runtime';
import type { RecordPosition } from './bus.ts';
import type { GroupOffset, LogRecord, LogStore, TrimLimits } from './log-store.ts';
import { OFFSETS_PER_STREAM, SqliteLogReads, type StreamBounds } from './sqlite-log-reads.ts';

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
  /** Other processes write to the file, too. */
  readonly isShared?: boolean;
}

/** One partition of one topic, with what is kept in memory of it. */
interface Stream extends StreamBounds {
  begin: number;
  end: number;
}

/** A log that learns of what other processes wrote when it is asked to. */
export interface SqliteLogStore extends LogStore {
  /** Reads what others wrote, and returns the partitions that hold more than at the last call. */
  refresh(): readonly Pick<RecordPosition, 'topic' | 'partition'>[];
}

/**
 * The log in a SQLite file. This process must be its only writer unless the log is shared: ends and committed
 * offsets are kept in memory beside the file.
 * @throws when the file has another number of partitions, or was written by a newer version.
 */
export function openSqliteLog(path: string, options: SqliteLogOptions): SqliteLogStore {
  const db = openSqliteFile(path, { ...options, migrations: MIGRATIONS });
  try {
    checkPartitions(db, path, options.partitions);
    return new SqliteLog(db, options);
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

function prepareWrites(db: DatabaseSync) {
  return {
    stream: db.prepare('INSERT INTO streams (topic, partition) VALUES (?, ?)'),
    record: db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?)'),
    offset: db.prepare(
      `INSERT INTO group_offsets VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
    ),
    deleteRange: db.prepare('DELETE FROM records WHERE id >= ? AND id < ?'),
    deleteOne: db.prepare('DELETE FROM records WHERE id = ?'),
    bounds: db.prepare('UPDATE streams SET begin_offset = ?, next_floor = ? WHERE id = ?'),
    version: db.prepare('PRAGMA data_version'),
    generation: db.prepare(
      `INSERT INTO groups VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1
       RETURNING generation`,
    ),
  };
}

class SqliteLog extends SqliteLogReads implements SqliteLogStore {
  readonly partitions: number;
  readonly #db: DatabaseSync;
  readonly #isShared: boolean;
  /** What SQLite counts up whenever somebody else commits. */
  #version: unknown;
  #grown: Pick<RecordPosition, 'topic' | 'partition'>[] = [];
  readonly #streams: Map<string, Stream[]>;
  readonly #committed: Committed;
  readonly #statements: ReturnType<typeof prepareWrites>;

  constructor(db: DatabaseSync, { partitions, isShared = false }: SqliteLogOptions) {
    const streams = loadStreams(db, partitions);
    super(db, (topic, partition) => streams.get(topic)?.[partition]);
    this.partitions = partitions;
    this.#db = db;
    this.#isShared = isShared;
    this.#streams = streams;
    this.#committed = loadCommitted(db);
    this.#statements = prepareWrites(db);
  }

  write(records: readonly LogRecord[], offsets: readonly GroupOffset[]): readonly RecordPosition[] {
    const targets = records.map((record) => this.#streamFor(record.topic, record.partition));
    const positions = inTransaction(this.#db, () => {
      // Nobody else writes from here on: now the ends are the ends.
      this.#readOthers();
      for (const { group, topic, partition, offset } of offsets)
        this.#statements.offset.run(group, topic, partition, offset);
      return this.#insertAll(targets, records);
    });
    // Only now it is durable; a failed transaction must leave memory as it was.
    for (const [index, { offset }] of positions.entries()) (targets[index] as Stream).end = offset + 1;
    for (const { group, topic, partition, offset } of offsets)
      committedOf(this.#committed, group, topic)[partition] = offset;
    return positions;
  }

  refresh(): readonly Pick<RecordPosition, 'topic' | 'partition'>[] {
    this.#readOthers();
    const grown = this.#grown;
    this.#grown = [];
    return grown;
  }

  committedOffset(group: string, topic: string, partition: number): number | undefined {
    return this.#committed.get(group)?.get(topic)?.[partition];
  }

  groupTopics(group: string): readonly string[] {
    return [...(this.#committed.get(group)?.keys() ?? [])];
  }

  topics(): readonly string[] {
    return [...this.#streams.keys()];
  }

  nextGeneration(group: string): number {
    return Number(this.#statements.generation.get(group)?.generation);
  }

  trim(topic: string, partition: number, limits: TrimLimits): number {
    const stream = this.#streamFor(topic, partition);
    const oldest = this.keys(topic, partition, stream.begin, limits.recordsMax);
    const kept = oldest.findIndex(
      (entry) => entry.timestampMs >= limits.beforeMs || entry.offset >= limits.belowOffset,
    );
    const gone = kept === -1 ? oldest.length : kept;
    const last = oldest[gone - 1];
    if (last === undefined) return 0;
    const firstId = stream.id * OFFSETS_PER_STREAM;
    inTransaction(this.#db, () => {
      this.#statements.deleteRange.run(firstId, firstId + last.offset + 1);
      this.#statements.bounds.run(last.offset + 1, stream.end, stream.id);
    });
    stream.begin = last.offset + 1;
    return gone;
  }

  remove(topic: string, partition: number, offsets: readonly number[]): void {
    const stream = this.#streamFor(topic, partition);
    inTransaction(this.#db, () => {
      for (const offset of offsets) this.#statements.deleteOne.run(stream.id * OFFSETS_PER_STREAM + offset);
      this.#statements.bounds.run(stream.begin, stream.end, stream.id);
    });
  }

  close(): void {
    this.#db.close();
  }

  #streamFor(topic: string, partition: number): Stream {
    const stream = (this.#streams.get(topic) ?? this.#createTopic(topic))[partition];
    if (stream === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return stream;
  }

  /** Makes the streams of a topic, in a transaction of its own: memory must not know what was rolled back. */
  #createTopic(topic: string): Stream[] {
    const created = inTransaction(this.#db, () => {
      this.#readOthers();
      return (
        this.#streams.get(topic) ??
        Array.from({ length: this.partitions }, (_, partition): Stream => {
          const id = Number(this.#statements.stream.run(topic, partition).lastInsertRowid);
          if (id >= STREAMS_MAX) throw new RangeError(`the log has no room for ${topic}`);
          return { id, begin: 0, end: 0 };
        })
      );
    });
    this.#streams.set(topic, created);
    return created;
  }

  /** Brings the ends in memory up to what is in the file. */
  #readOthers(): void {
    if (!this.#isShared) return;
    const version = this.#statements.version.get()?.data_version;
    if (version === this.#version) return;
    this.#version = version;
    for (const [topic, found] of loadStreams(this.#db, this.partitions)) {
      const known = this.#streams.get(topic);
      if (known === undefined) this.#streams.set(topic, found);
      for (const [partition, { begin, end }] of found.entries()) {
        const stream = known?.[partition];
        if (end > (stream?.end ?? 0)) this.#grown.push({ topic, partition });
        if (stream !== undefined) Object.assign(stream, { begin, end });
      }
    }
  }

  #insertAll(targets: readonly Stream[], records: readonly LogRecord[]): RecordPosition[] {
    const ends = new Map<Stream, number>();
    return records.map((record, index) => {
      const stream = targets[index] as Stream;
      const offset = ends.get(stream) ?? stream.end;
      ends.set(stream, offset + 1);
      const { topic, partition, key, value, timestampMs } = record;
      const id = stream.id * OFFSETS_PER_STREAM + offset;
      this.#statements.record.run(id, timestampMs, key, headersText(record.headers), value);
      return { topic, partition, offset };
    });
  }
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
