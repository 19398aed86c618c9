/** Child of the kill -9 test: takes pushes into the log it is given and prints where. */
import { openBus } from '@outrider/bus';
import { createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { createChargers } from './charger-sources.ts';
import { listenForPushes } from './push-server.ts';

const [url = '', token = ''] = process.argv.slice(2);
const clocks = { eventClock: systemClock, realClock: systemClock };
const runtime = { ...clocks, log: silentLog, metrics: createMetrics() };
const bus = await openBus(url, { clock: systemClock, partitions: 4, log: silentLog });
const chargers = createChargers({ bus, runtime, locations: [], takesPushes: true });
await chargers.start();
const { address } = await listenForPushes({ token, host: '127.0.0.1', port: 0 }, chargers, runtime);
process.stdout.write(`${address}\n`);
