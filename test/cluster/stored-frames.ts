import { SIGNAL } from '@outrider/domain';
import type { InfluxdbServer } from '../../infra/native/influxdb.ts';

/** A row of the series, as InfluxDB itself tells it. */
export interface StoredFrame {
  readonly observedAtMs: number;
  readonly number: number;
}

const DATABASE = 'fleet';
const QUERY_MS = 60_000;

/** Every row of a car, by InfluxQL and past our own reader: what is counted is what others would find. */
export async function readStoredFrames(
  { httpUrl, admin }: InfluxdbServer,
  vehicleId: string,
): Promise<readonly StoredFrame[]> {
  const q = `SELECT "${SIGNAL.odometer}" FROM signals WHERE vehicle = '${vehicleId}'`;
  const rows = await runQuery(httpUrl, admin, q);
  return rows.map(([atMs, number]) => ({ observedAtMs: Number(atMs), number: Number(number) }));
}

/** Ids of the forecasts in the series. */
export async function readStoredForecasts({ httpUrl, admin }: InfluxdbServer): Promise<ReadonlySet<string>> {
  const rows = await runQuery(httpUrl, admin, 'SELECT forecast FROM forecasts');
  return new Set(rows.map(([, id]) => String(id)));
}

async function runQuery(
  httpUrl: string,
  { name, password }: InfluxdbServer['admin'],
  q: string,
): Promise<readonly (readonly unknown[])[]> {
  const answer = await fetch(`${httpUrl}/query?${new URLSearchParams({ db: DATABASE, epoch: 'ms', q })}`, {
    headers: { authorization: `Basic ${btoa(`${name}:${password}`)}` },
    signal: AbortSignal.timeout(QUERY_MS),
  });
  const { results } = (await answer.json()) as {
    readonly results: readonly [
      { readonly error?: string; readonly series?: readonly [{ values: unknown[][] }] },
    ];
  };
  const [{ error, series }] = results;
  if (error !== undefined) throw new Error(`InfluxDB answers ${error}`);
  return series?.[0].values ?? [];
}
