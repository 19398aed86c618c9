import { silentLog } from '@outrider/runtime';
import { inject } from 'vitest';
import { readInfluxUrl } from './influx-address.ts';
import { runInfluxQl } from './influx-http.ts';
import { openTelemetry } from './open.ts';
import { telemetryContract } from './telemetry.contract.ts';

const { admin = '', user = '' } = inject('engines').influxdb ?? {};
const asAdmin = (statement: string) =>
  runInfluxQl(readInfluxUrl(`${admin}_`), statement, AbortSignal.timeout(30_000));

let databases = 0;
telemetryContract('influxdb', { keepsRows: true }, () => {
  const database = `contract_${databases++}`;
  let isThere = false;
  return {
    async open() {
      if (!isThere) await asAdmin(`CREATE DATABASE ${database}; GRANT ALL ON ${database} TO outrider`);
      isThere = true;
      return openTelemetry(`${user}${database}`, { log: silentLog, queryDeadlineMs: 30_000 });
    },
    clean: async () => void (await asAdmin(`DROP DATABASE ${database}`)),
  };
});
