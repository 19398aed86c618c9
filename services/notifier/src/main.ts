// Runs the notifier alone: alerts wait in the log until it reads them.
import { openBus } from '@outrider/bus';
import { runAlone } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { createNotifier } from './app.ts';
import { aloneSettings, notifierSettings } from './settings.ts';

await runAlone({
  name: 'the notifier',
  settings: { ...notifierSettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, log, metrics } = runtime;
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    return { apps: [createNotifier({ bus, state, trust, runtime, settings })] };
  },
});
