import { startInfluxdb } from '../../infra/native/influxdb.ts';
import type { Engine } from './engine.ts';

export const influxdb: Engine = {
  name: 'influxdb',
  files: [
    'test/engines/influxdb.engine.ts',
    'test/engines/influxdb-drive.engine.ts',
    'test/engines/fleet-dashboard.engine.ts',
    'packages/telemetry/src/influx-telemetry.engine.ts',
    'packages/telemetry/src/influx-prepare.engine.ts',
  ],
  async start(folder) {
    const { version, httpUrl, admin, urlOf, stop } = await startInfluxdb(folder);
    return { version, addresses: { httpUrl, admin: urlOf('', admin), user: urlOf('') }, stop };
  },
};
