// Runs the API alone: what it takes waits in the log until the other services read it.
import { openBus } from '@outrider/bus';
import { catalogue } from '@outrider/energy';
import { createLog, createMetrics, lockDataFolders, readSettings, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createApi, ensureAdminToken } from './app.ts';
import { aloneSettings, apiSettings } from './settings.ts';

const settings = readSettings({ ...apiSettings, ...aloneSettings }, process.env);
const log = createLog(settings.logLevel);
const metrics = createMetrics();
const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };

const lock = await lockDataFolders([settings.busUrl, settings.telemetryUrl, settings.stateUrl]);
const bus = await openBus(settings.busUrl, { clock: systemClock, log, metrics });
const telemetry = await openTelemetry(settings.telemetryUrl, { log });
const state = await openState(settings.stateUrl, { log });
const trust = createTrust({ ...state, eventClock: systemClock });
const vehicleModels = catalogue.map(({ modelId, name }) => ({ modelId, name }));
const api = createApi({ bus, state, telemetry, trust, runtime, settings, vehicleModels });
await api.start();

async function stop(): Promise<void> {
  await api.stop();
  await bus.close();
  await telemetry.close();
  await state.close();
  await lock.release();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
log.info({}, 'the API runs alone');

console.log(`The API listens on ${api.address}; its documentation is at ${api.address}/docs/`);
const adminToken = await ensureAdminToken(state, systemClock);
if (adminToken !== undefined) console.log(`First admin token, shown this once: ${adminToken}`);
