import { type InfluxAddress, isInfluxUrl, readInfluxUrl } from './influx-address.ts';
import { foldedDatabase, type SeriesRetention } from './influx-folds.ts';
import { InfluxRefusal, readInfluxVersion } from './influx-http.ts';
import { backfill1, prepare1 } from './influx1-prepare.ts';
import { backfill2, prepare2 } from './influx2-prepare.ts';
import { writeToken } from './influx2-token.ts';

export interface PrepareOptions extends SeriesRetention {
  /** InfluxDB 2: where a token goes that reads and writes the raw values and nothing else. One that is there stays. */
  readonly tokenFile?: string | undefined;
}

export interface BackfillSpan {
  /** Inclusive; widened to whole hours. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Makes the database that `url` names, its retention, and beside it the folds over minutes and hours; again after a
 * change of retention. Wants an admin's login or token. Returns what is there now, line by line.
 * @throws InfluxRefusal for a server that is no InfluxDB 1.x or 2.x, and for a database that something else made
 */
export async function prepareSeries(
  url: string,
  { tokenFile, ...retention }: PrepareOptions,
): Promise<readonly string[]> {
  const { address, major } = await serverOf(url);
  if (tokenFile !== undefined && major === 1) throw new InfluxRefusal('InfluxDB 1.x knows no tokens');
  await (major === 1 ? prepare1 : prepare2)(address, retention);
  if (tokenFile !== undefined) await writeToken(address, tokenFile);
  const { database } = address;
  const folded = foldedDatabase(database);
  return [
    `${database}.raw: as cars sent it, kept ${retention.rawDays} days`,
    `${folded}.m1.signals_1m: min, max, mean, last of every number, kept ${retention.minuteDays} days`,
    `${folded}.h1.signals_1h: the same by the hour, kept for ever`,
    ...(tokenFile === undefined ? [] : [`${tokenFile}: a token for ${database}.raw`]),
  ];
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
  const { address, major } = await serverOf(url);
  const toMs = Math.ceil(span.toMs / HOUR_MS) * HOUR_MS;
  for (let fromMs = Math.floor(span.fromMs / HOUR_MS) * HOUR_MS; fromMs < toMs; fromMs += DAY_MS) {
    await (major === 1 ? backfill1 : backfill2)(address, fromMs, Math.min(fromMs + DAY_MS, toMs));
    onDay(fromMs);
  }
}

async function serverOf(url: string): Promise<{ readonly address: InfluxAddress; readonly major: 1 | 2 }> {
  if (!isInfluxUrl(url))
    throw new InfluxRefusal('TELEMETRY_URL names no InfluxDB: there is nothing to prepare');
  const address = { ...readInfluxUrl(url), policy: undefined };
  const version = await readInfluxVersion(address, AbortSignal.timeout(address.timeoutMs));
  const [, major] = /^v?([12])\./.exec(version) ?? [];
  if (major === undefined)
    throw new InfluxRefusal(
      `this InfluxDB says it is ${version}: only 1.x and 2.x are prepared by Outrider, others with their own tools`,
    );
  return { address, major: major === '1' ? 1 : 2 };
}
