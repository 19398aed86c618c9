import type { InfluxAddress } from './influx-address.ts';
import {
  AGGREGATES,
  type Aggregate,
  BACKFILL_MS,
  FOLDS,
  foldedDatabase,
  NUMBERS,
  RAW_POLICY,
  type SeriesRetention,
  SHARD_DAYS,
} from './influx-folds.ts';
import { InfluxRefusal, type InfluxTable, runInfluxQl, sqlName } from './influx-http.ts';
import { SIGNALS } from './influx-line.ts';

// InfluxDB 1.x: databases with retention policies, and continuous queries.

const STATEMENT_MS = 60_000;

/** @throws InfluxRefusal */
export async function prepare1(
  address: InfluxAddress,
  { rawDays, minuteDays }: SeriesRetention,
): Promise<void> {
  const { database } = address;
  await prepareDatabase(address, database, [{ name: RAW_POLICY, days: rawDays }]);
  await prepareDatabase(address, foldedDatabase(database), [
    { name: 'm1', days: minuteDays },
    { name: 'h1', days: undefined },
  ]);
  for (const aggregate of AGGREGATES) await ask(address, ...continuousQueries(database, aggregate));
}

interface Policy {
  readonly name: keyof typeof SHARD_DAYS;
  /** Absent: for ever. */
  readonly days: number | undefined;
}

/** The first policy is the one that is meant when none is named. */
async function prepareDatabase(
  address: InfluxAddress,
  database: string,
  policies: readonly [Policy, ...Policy[]],
): Promise<void> {
  const on = sqlName(database);
  const usual = policies[0].name;
  const databases = (await ask(address, 'SHOW DATABASES'))[0]?.values.flat() ?? [];
  if (!databases.includes(database))
    await ask(
      address,
      `CREATE DATABASE ${on} WITH DURATION INF REPLICATION 1 SHARD DURATION 1d NAME ${usual}`,
    );
  const known =
    (await ask(address, `SHOW RETENTION POLICIES ON ${on}`))[0]?.values.map(([name]) => name) ?? [];
  if (!known.includes(usual))
    throw new InfluxRefusal(`the database ${database} was made by something else: name another one`);
  for (const { name, days } of policies) {
    if (!known.includes(name))
      await ask(address, `CREATE RETENTION POLICY ${name} ON ${on} DURATION INF REPLICATION 1`);
    const duration = days === undefined ? 'INF' : `${days}d`;
    await ask(
      address,
      `ALTER RETENTION POLICY ${name} ON ${on} DURATION ${duration} SHARD DURATION ${SHARD_DAYS[name]}d`,
    );
  }
}

/** Whole hours, a day at most. @throws InfluxRefusal */
export async function backfill1(address: InfluxAddress, fromMs: number, toMs: number): Promise<void> {
  const range = `time >= ${fromMs}ms AND time < ${toMs}ms`;
  for (const aggregate of AGGREGATES) {
    const statement = `${intoOf(address.database, aggregate, `WHERE ${range}`)} fill(none)`;
    await runInfluxQl(address, statement, AbortSignal.timeout(BACKFILL_MS));
  }
}

function intoOf(database: string, { policy, step }: Aggregate, where: string): string {
  const folds = FOLDS.map((fold) => `${fold}(${NUMBERS})`).join(', ');
  const [from, into] = [`${RAW_POLICY}.${SIGNALS}`, `${policy}.${SIGNALS}_${step}`];
  const to = `${sqlName(foldedDatabase(database))}.${into}`;
  return `SELECT ${folds} INTO ${to} FROM ${sqlName(database)}.${from} ${where} GROUP BY time(${step}), vehicle`;
}

/** Removed and made again, because it cannot be changed: the server looks back further than that takes. */
function continuousQueries(database: string, aggregate: Aggregate): readonly string[] {
  const { name, every, lateFor } = aggregate;
  const on = sqlName(database);
  return [
    `DROP CONTINUOUS QUERY ${name} ON ${on}`,
    `CREATE CONTINUOUS QUERY ${name} ON ${on} RESAMPLE EVERY ${every} FOR ${lateFor} BEGIN ${intoOf(database, aggregate, '')} END`,
  ];
}

async function ask(
  address: InfluxAddress,
  ...statements: readonly string[]
): Promise<readonly InfluxTable[]> {
  let tables: readonly InfluxTable[] = [];
  for (const statement of statements)
    tables = (await runInfluxQl(address, statement, AbortSignal.timeout(STATEMENT_MS)))[0] ?? [];
  return tables;
}
