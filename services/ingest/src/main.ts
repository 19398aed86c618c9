// Runs ingest alone: it reads the frames a gateway left in the log.
import { openBus } from '@outrider/bus';
import { createLog, createMetrics, lockDataFolders, readSettings, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createIngest } from './app.ts';
import { aloneSettings, ingestSettings } from './settings.ts';

const settings = readSettings({ ...ingestSettings, ...aloneSettings }, process.env);
const log = createLog(settings.logLevel);
const metrics = createMetrics();
const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };

const lock = await lockDataFolders([settings.busUrl, settings.telemetryUrl, settings.stateUrl]);
const bus = await openBus(settings.busUrl, { clock: systemClock, log, metrics });
const telemetry = await openTelemetry(settings.telemetryUrl, { log });
const state = await openState(settings.stateUrl, { log });
const trust = createTrust({ ...state, eventClock: systemClock });
const ingest = createIngest({ bus, telemetry, trust, runtime, settings });
await ingest.start();
// The embedded log has no socket that would keep a process alive while it waits for frames.
const staying = setInterval(() => undefined, 60_000);

async function stop(): Promise<void> {
  clearInterval(staying);
  await ingest.stop();
  await bus.close();
  await telemetry.close();
  await state.close();
  await lock.release();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
log.info({}, 'ingest runs alone');
