import { type InfluxdbServer, startInfluxdb } from '../../infra/native/influxdb.ts';
import { startInfluxdb2 } from '../../infra/native/influxdb2.ts';
import { BUILD_COMMAND, isInfluxdb2Built } from '../../infra/native/influxdb2-program.ts';
import type { Engine, StartedEngine } from './engine.ts';

const FILES = [
  'test/engines/influxdb.engine.ts',
  'test/engines/influxdb-drive.engine.ts',
  'test/engines/influxdb-network.engine.ts',
  'packages/telemetry/src/influx-telemetry.engine.ts',
  'packages/telemetry/src/influx-prepare.engine.ts',
];

const sabotages = { 'forget-batch': 'takes rows for stored whose write failed' };

export const influxdb: Engine = {
  ...{ name: 'influxdb', sabotages },
  files: [
    ...FILES,
    'test/engines/fleet-dashboard.engine.ts',
    'packages/telemetry/src/influx1-prepare.engine.ts',
  ],
  start: async (folder) => toEngine(await startInfluxdb(folder), '^1\\.6\\.'),
};

export const influxdb2: Engine = {
  ...{ name: 'influxdb2', sabotages },
  files: [
    ...FILES,
    'packages/telemetry/src/influx2-prepare.engine.ts',
    'test/engines/fleet-dashboard2.engine.ts',
  ],
  missing: () =>
    isInfluxdb2Built() ? undefined : `it is not built on this machine; it is by: ${BUILD_COMMAND}`,
  start: async (folder) => toEngine(await startInfluxdb2(folder), '^v2\\.7\\.12$'),
};

const toEngine = (server: InfluxdbServer, versions: string): StartedEngine => ({
  version: server.version,
  addresses: {
    ...{ httpUrl: server.httpUrl, versions },
    ...{ admin: server.urlOf('', server.admin), user: server.urlOf('') },
  },
  stop: server.stop,
});
