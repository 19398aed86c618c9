import { join } from 'node:path';
import { type InfluxdbServer, startInfluxdb } from '../../infra/native/influxdb.ts';
import { startInfluxdb2 } from '../../infra/native/influxdb2.ts';
import { startKafka } from '../../infra/native/kafka.ts';
import { startPostgres } from '../../infra/native/postgres.ts';
import type { Engine, StartedEngine } from './engine.ts';
import { influxdb2 } from './influxdb.ts';

/** All three engines together, and whole drives through every service on them. */
export const drive: Engine = {
  name: 'drive',
  files: ['test/engines/drive.engine.ts', 'test/engines/predictor-moves.engine.ts'],
  start: (folder) => startAll(folder, startInfluxdb),
};

/** The same drives with InfluxDB 2. */
export const drive2: Engine = {
  ...{ name: 'drive2', files: ['test/engines/drive.engine.ts'] },
  ...(influxdb2.missing && { missing: influxdb2.missing }),
  start: (folder) => startAll(folder, startInfluxdb2),
};

async function startAll(
  folder: string,
  startSeries: (folder: string) => Promise<InfluxdbServer>,
): Promise<StartedEngine> {
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => void (await Promise.all(running.map((server) => server.stop())));
  try {
    const kafka = await startKafka(join(folder, 'kafka'));
    running.push(kafka);
    const series = await startSeries(join(folder, 'influxdb'));
    running.push(series);
    await series.createDatabase('fleet');
    // Beside the others: its user has to walk down to it.
    const postgres = await startPostgres(`${folder}-postgres`);
    running.push(postgres);
    return {
      version: `Kafka ${kafka.version}, InfluxDB ${series.version}, PostgreSQL ${postgres.version}`,
      addresses: { bus: kafka.url, telemetry: series.urlOf('fleet'), state: postgres.url },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
