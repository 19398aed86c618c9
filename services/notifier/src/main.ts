// Runs the notifier alone: alerts wait in the log until it reads them.
import { openBus } from '@outrider/bus';
import { createLog, createMetrics, lockDataFolders, readSettings, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { createNotifier } from './app.ts';
import { aloneSettings, notifierSettings } from './settings.ts';

const settings = readSettings({ ...notifierSettings, ...aloneSettings }, process.env);
const log = createLog(settings.logLevel);
const metrics = createMetrics();
const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };

const lock = await lockDataFolders([settings.busUrl, settings.stateUrl]);
const bus = await openBus(settings.busUrl, { clock: systemClock, log, metrics });
const state = await openState(settings.stateUrl, { log });
const trust = createTrust({ ...state, eventClock: systemClock });
const notifier = createNotifier({ bus, state, trust, runtime, settings });
await notifier.start();
// The embedded log has no socket that would keep a process alive while it waits for alerts.
const staying = setInterval(() => undefined, 60_000);

async function stop(): Promise<void> {
  clearInterval(staying);
  await notifier.stop();
  await bus.close();
  await state.close();
  await lock.release();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
log.info({}, 'the notifier runs alone');
