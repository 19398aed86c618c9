// Runs the gateway alone: frames wait in the log until ingest reads them.
import { openBus } from '@outrider/bus';
import { createLog, createMetrics, lockDataFolders, readSettings, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { createGateway } from './app.ts';
import { aloneSettings, gatewaySettings } from './settings.ts';

const settings = readSettings({ ...gatewaySettings, ...aloneSettings }, process.env);
const log = createLog(settings.logLevel);
const metrics = createMetrics();
const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };

const lock = await lockDataFolders([settings.busUrl, settings.stateUrl]);
const bus = await openBus(settings.busUrl, { clock: systemClock, log, metrics });
const state = await openState(settings.stateUrl, { log });
const trust = createTrust({ ...state, eventClock: systemClock });
const gateway = createGateway({ bus, state, trust, runtime, settings });
await gateway.start();

async function stop(): Promise<void> {
  await gateway.stop();
  await bus.close();
  await state.close();
  await lock.release();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
log.info({}, 'the gateway runs alone');
