import { inject } from 'vitest';
import { type InfluxdbServer, startInfluxdb } from '../../infra/native/influxdb.ts';
import { startInfluxdb2 } from '../../infra/native/influxdb2.ts';

const { influxdb, influxdb2 } = inject('engines');

/** Of the InfluxDB that these tests are run against: 1.x, or 2. */
export const addresses = influxdb2 ?? influxdb ?? {};

/** Starts another one of the same kind, which a test may kill. */
export const startAnother = (folder: string): Promise<InfluxdbServer> =>
  influxdb2 === undefined ? startInfluxdb(folder) : startInfluxdb2(folder);
