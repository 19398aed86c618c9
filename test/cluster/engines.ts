import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type InfluxdbServer, startInfluxdb } from '../../infra/native/influxdb.ts';
import { startKafka } from '../../infra/native/kafka.ts';
import { startPostgres } from '../../infra/native/postgres.ts';
import type { EngineUrls } from '../proof/examine.ts';
import { ROOT } from '../repository/files.ts';

export const ENGINES = ['broker', 'influxdb', 'postgres'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The real servers, prepared as their users prepare them. */
export interface Engines {
  /** As the services are given them. */
  readonly urls: EngineUrls;
  readonly influxdb: InfluxdbServer;
  /** An orderly end of one of them; its data stays. */
  takeAway(name: EngineName): Promise<void>;
  bringBack(name: EngineName): Promise<void>;
  stop(): Promise<void>;
}

const DATABASE = 'fleet';
const PARTITIONS = 8;
const COMMAND_MS = 60_000;

/**
 * Starts one Kafka, one InfluxDB and one PostgreSQL, makes the topics and the series, and leaves nothing running
 * when it fails.
 * @throws with the command that would help when a server is not installed and cannot be
 */
export async function startEngines(folder: string): Promise<Engines> {
  mkdirSync(folder, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0)) await one();
  };
  try {
    const kafka = await startKafka(join(folder, 'kafka'));
    stops.unshift(kafka.stop);
    const influxdb = await startInfluxdb(join(folder, 'influxdb'));
    stops.unshift(influxdb.stop);
    const postgres = await startPostgres(join(folder, 'postgres'));
    stops.unshift(postgres.stop);
    const urls = { bus: kafka.url, telemetry: influxdb.urlOf(DATABASE), state: postgres.url };
    runOutrider(['topics', 'create', '--partitions', String(PARTITIONS)], { BUS_URL: urls.bus });
    runOutrider(['series', 'prepare'], { TELEMETRY_URL: influxdb.urlOf(DATABASE, influxdb.admin) });
    // Allows it to the user.
    await influxdb.createDatabase(DATABASE);
    const [broker] = kafka.nodes;
    if (broker === undefined) throw new Error('Kafka has no node');
    const takeAway = { broker: () => broker.stop(), influxdb: influxdb.stop, postgres: postgres.stop };
    const bringBack = {
      broker: () => broker.restart(),
      influxdb: () => influxdb.restart(),
      postgres: () => postgres.start(),
    };
    return {
      ...{ urls, influxdb, stop },
      takeAway: (name) => takeAway[name](),
      bringBack: (name) => bringBack[name](),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function runOutrider(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  const program = join(ROOT, 'services/standalone/src/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    ...{ encoding: 'utf8', timeout: COMMAND_MS },
    env: { PATH: process.env.PATH, ...environment },
  });
  if (status !== 0) throw new Error(`outrider ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
}
