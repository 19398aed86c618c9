import type { Log } from '@outrider/runtime';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { DatabaseError, Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { fromPostgresText, toPostgresValue } from './postgres-values.ts';

/** The connection went away between a commit and its answer: everything was written, or nothing. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** How long things may take, in ms. A server that is away must not hold up a caller for longer. */
export interface PostgresLimits {
  /** To get a connection, from the pool or a new one. */
  readonly connectMs: number;
  /** One statement, by the server's clock. */
  readonly statementMs: number;
  /** Of that, waiting for somebody else's lock. */
  readonly lockMs: number;
  readonly connections: number;
}

/** Of the store at work. */
export const WORK_LIMITS: PostgresLimits = {
  connectMs: 5_000,
  statementMs: 15_000,
  lockMs: 5_000,
  connections: 10,
};
/** While the schema is changed: a large table takes its time, and others wait for it. */
export const MIGRATION_LIMITS: PostgresLimits = {
  connectMs: 5_000,
  statementMs: 600_000,
  lockMs: 600_000,
  connections: 2,
};
/** A transaction whose process hangs must not keep its locks. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** When the server itself falls silent: by our clock, after its own limit. */
const SILENCE_MS = 2_000;

/**
 * kysely over a bounded pool. Its `destroy` is for when nothing runs any more: call `end`.
 * @param url as `checkPostgresUrl` accepts it
 */
export function openPostgres<T>(url: string, limits: PostgresLimits, log: Log): PostgresDatabase<T> {
  const pool = new Pool({
    connectionString: url,
    max: limits.connections,
    connectionTimeoutMillis: limits.connectMs,
    idleTimeoutMillis: 30_000,
    statement_timeout: limits.statementMs,
    query_timeout: limits.statementMs + SILENCE_MS,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    types: { getTypeParser },
  });
  const note = (error: Error) => log.warn({ err: error.message }, 'a connection to PostgreSQL was lost');
  pool.on('error', note);
  // A connection that is in use and idle for the moment emits its own end: unheard, that ends the process.
  pool.on('connect', (client) => client.on('error', note));
  const counted = createCountedPool(pool);
  const database = new Kysely<T>({ dialect: new PostgresDialect({ pool: counted }) });
  return {
    database,
    async end() {
      // Whoever asked before has its place in the queue now. A server that is away ends this wait.
      await database
        .connection()
        .execute(async () => {})
        .catch(() => undefined);
      await counted.drained();
      await database.destroy();
    },
  };
}

export interface PostgresDatabase<T> {
  readonly database: Kysely<T>;
  /** Closes it once everything that was begun is over. */
  end(): Promise<void>;
}

interface CountedPool extends PostgresPool {
  /** Nobody has a connection or queues for one. */
  drained(): Promise<void>;
}

function createCountedPool(pool: Pool): CountedPool {
  let inUse = 0;
  let onDrained: (() => void) | undefined;
  const leave = () => {
    inUse -= 1;
    if (inUse === 0) onDrained?.();
  };
  return {
    options: {},
    async connect() {
      inUse += 1;
      try {
        return watched(await pool.connect(), leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    async drained() {
      const drained = Promise.withResolvers<void>();
      onDrained = drained.resolve;
      if (inUse > 0) await drained.promise;
    },
    end: () => pool.end(),
  };
}

/** One connection while somebody has it: who loses it gives it back to be closed, and learns what became of a commit. */
function watched(client: PoolClient, onRelease: () => void): PostgresPoolClient {
  let isLost = false;
  const query = async (sqlText: string, parameters: readonly unknown[]) => {
    // The server has rolled back with the connection's end; a second error would hide the first.
    if (isLost && sqlText === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
    try {
      return await client.query(sqlText, parameters.map(toPostgresValue));
    } catch (error) {
      isLost ||= !isAnswer(error);
      if (sqlText === 'commit' && isLost)
        throw new CommitUnknown('the connection was lost before the commit was answered', { cause: error });
      throw error;
    }
  };
  return {
    // Its other form is for cursors, which nothing here uses.
    query: query as unknown as PostgresPoolClient['query'],
    release(destroy) {
      client.release(destroy === true || isLost);
      onRelease();
    },
  };
}

/** The server refused the statement and goes on; anything else is the end of the connection. */
const isAnswer = (error: unknown): boolean => error instanceof DatabaseError && error.severity === 'ERROR';

/** Another transaction was in the way and this one left nothing: run again, it may well succeed. */
export const isLostRace = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');

type GetTypeParser = NonNullable<NonNullable<PoolConfig['types']>['getTypeParser']>;

const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary') {
    if (oid === types.builtins.INT8) return toSafeInteger;
    if (oid === types.builtins.TEXT) return fromPostgresText;
    if (oid === types.builtins.BYTEA) return toBytes;
  }
  return types.getTypeParser(oid, format as 'text');
}) as GetTypeParser;

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a stored integer is larger than numbers can tell');
  return value;
}

const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
