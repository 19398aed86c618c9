import { join } from 'node:path';
import { startInfluxdb } from '../../infra/native/influxdb.ts';
import { startKafka } from '../../infra/native/kafka.ts';
import { startPostgres } from '../../infra/native/postgres.ts';
import type { Engine } from './engine.ts';

/** All three engines together, and whole drives through every service on them. */
export const drive: Engine = {
  name: 'drive',
  files: ['test/engines/drive.engine.ts', 'test/engines/predictor-moves.engine.ts'],
  async start(folder) {
    const running: { stop(): Promise<void> }[] = [];
    const stop = async () => void (await Promise.all(running.map((server) => server.stop())));
    try {
      const kafka = await startKafka(join(folder, 'kafka'));
      running.push(kafka);
      const influxdb = await startInfluxdb(join(folder, 'influxdb'));
      running.push(influxdb);
      await influxdb.createDatabase('fleet');
      // Beside the others: its user has to walk down to it.
      const postgres = await startPostgres(`${folder}-postgres`);
      running.push(postgres);
      return {
        version: `Kafka ${kafka.version}, InfluxDB ${influxdb.version}, PostgreSQL ${postgres.version}`,
        addresses: { bus: kafka.url, telemetry: influxdb.urlOf('fleet'), state: postgres.url },
        stop,
      };
    } catch (error) {
      await stop();
      throw error;
    }
  },
};
