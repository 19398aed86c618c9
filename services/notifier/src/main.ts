import { openBus } from '@outrider/bus';
import { createLog, createMetrics, readSettings, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import closeWithGrace from 'close-with-grace';
import { createNotifier } from './app.ts';
import { notifierSettings, processSettings } from './settings.ts';

const settings = readSettings({ ...notifierSettings, ...processSettings }, process.env);
const log = createLog(settings.logLevel);
const metrics = createMetrics();
const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics };

const bus = await openBus(settings.busUrl, { clock: systemClock, log, metrics });
const state = await openState(settings.stateUrl, { log });
const trust = createTrust({ ...state, eventClock: systemClock });
const notifier = createNotifier({ bus, state, trust, runtime, settings });

closeWithGrace(async ({ err }) => {
  if (err) log.error({ err: String(err) }, 'the notifier stops because of an error');
  await notifier.stop();
  await bus.close();
  await state.close();
});

await notifier.start();
log.info({}, 'the notifier runs');
