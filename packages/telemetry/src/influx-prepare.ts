import { type InfluxAddress, isInfluxUrl, readInfluxUrl } from './influx-address.ts';
import { InfluxRefusal, type InfluxTable, readInfluxVersion, runInfluxQl, sqlName } from './influx-http.ts';
import { SIGNALS } from './influx-line.ts';

/** How long what is kept. Whole days. */
export interface SeriesRetention {
  readonly rawDays: number;
  /** Of the means of minutes; those of hours are kept for ever. */
  readonly minuteDays: number;
}

export interface BackfillSpan {
  /** Inclusive; widened to whole hours. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

interface Aggregate {
  readonly query: string;
  readonly policy: string;
  readonly step: string;
  /** Late values within this time still count; later ones need a back-fill. */
  readonly lateFor: string;
  readonly every: string;
}

export const AGGREGATES: readonly Aggregate[] = [
  { query: 'outrider_1m', policy: 'm1', step: '1m', lateFor: '2h', every: '5m' },
  { query: 'outrider_1h', policy: 'h1', step: '1h', lateFor: '1d', every: '30m' },
];

const RAW_POLICY = 'raw';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STATEMENT_MS = 60_000;
const BACKFILL_MS = 600_000;
/** Every number, and nothing else: names of other fields have a colon. */
const NUMBERS = '/^[^:]+$/';

/** Beside the database of the raw values: rights are given by database, and who reads folds needs none to the rest. */
export const foldedDatabase = (database: string): string => `${database}_folded`;

/**
 * Makes the database that `url` names, its retention, and beside it the folds over minutes and hours; again after a
 * change of retention. Wants an admin's login. Returns what is there now, line by line.
 * @throws for a server that is no InfluxDB 1.x, and for a database that something else made
 */
export async function prepareSeries(
  url: string,
  { rawDays, minuteDays }: SeriesRetention,
): Promise<readonly string[]> {
  const address = await addressOf1x(url);
  const { database } = address;
  const folded = foldedDatabase(database);
  const raw = { name: RAW_POLICY, duration: `${rawDays}d`, shard: '1d' };
  const minutes = { name: 'm1', duration: `${minuteDays}d`, shard: '7d' };
  const hours = { name: 'h1', duration: 'INF', shard: '30d' };
  await prepareDatabase(address, database, [raw]);
  await prepareDatabase(address, folded, [minutes, hours]);
  for (const aggregate of AGGREGATES) await ask(address, ...continuousQueries(database, aggregate));
  return [
    `${database}.raw: as cars sent it, kept ${rawDays} days`,
    `${folded}.m1.signals_1m: min, max, mean, last of every number, kept ${minuteDays} days`,
    `${folded}.h1.signals_1h: the same by the hour, kept for ever`,
  ];
}

interface Policy {
  readonly name: string;
  readonly duration: string;
  readonly shard: string;
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
  for (const { name, duration, shard } of policies) {
    if (!known.includes(name))
      await ask(address, `CREATE RETENTION POLICY ${name} ON ${on} DURATION INF REPLICATION 1`);
    await ask(
      address,
      `ALTER RETENTION POLICY ${name} ON ${on} DURATION ${duration} SHARD DURATION ${shard}`,
    );
  }
}

/**
 * Computes the aggregates of a time again, from the raw values still there: for what came later than the server looks
 * back by itself. Tells `onDay` after each day that is done.
 */
export async function backfillSeries(
  url: string,
  span: BackfillSpan,
  onDay: (dayMs: number) => void = () => undefined,
): Promise<void> {
  const address = await addressOf1x(url);
  const toMs = Math.ceil(span.toMs / HOUR_MS) * HOUR_MS;
  for (let fromMs = Math.floor(span.fromMs / HOUR_MS) * HOUR_MS; fromMs < toMs; fromMs += DAY_MS) {
    const range = `time >= ${fromMs}ms AND time < ${Math.min(fromMs + DAY_MS, toMs)}ms`;
    for (const aggregate of AGGREGATES) {
      const statement = `${intoOf(address.database, aggregate, `WHERE ${range}`)} fill(none)`;
      await runInfluxQl(address, statement, AbortSignal.timeout(BACKFILL_MS));
    }
    onDay(fromMs);
  }
}

function intoOf(database: string, { policy, step }: Aggregate, where: string): string {
  const folds = ['mean', 'min', 'max', 'last'].map((fold) => `${fold}(${NUMBERS})`).join(', ');
  const [from, into] = [`${RAW_POLICY}.${SIGNALS}`, `${policy}.${SIGNALS}_${step}`];
  const to = `${sqlName(foldedDatabase(database))}.${into}`;
  return `SELECT ${folds} INTO ${to} FROM ${sqlName(database)}.${from} ${where} GROUP BY time(${step}), vehicle`;
}

/** Removed and made again, because it cannot be changed: the server looks back further than that takes. */
function continuousQueries(database: string, aggregate: Aggregate): readonly string[] {
  const { query, every, lateFor } = aggregate;
  const on = sqlName(database);
  return [
    `DROP CONTINUOUS QUERY ${query} ON ${on}`,
    `CREATE CONTINUOUS QUERY ${query} ON ${on} RESAMPLE EVERY ${every} FOR ${lateFor} BEGIN ${intoOf(database, aggregate, '')} END`,
  ];
}

async function addressOf1x(url: string): Promise<InfluxAddress> {
  if (!isInfluxUrl(url))
    throw new InfluxRefusal('TELEMETRY_URL names no InfluxDB: there is nothing to prepare');
  const address = { ...readInfluxUrl(url), policy: undefined };
  const version = await readInfluxVersion(address, AbortSignal.timeout(address.timeoutMs));
  if (!/^v?1\./.test(version))
    throw new InfluxRefusal(
      `this InfluxDB says it is ${version}: only 1.x is prepared by Outrider, later ones with their own tools`,
    );
  return address;
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
