// Runs the gateway alone: frames wait in the log until ingest reads them.
import { openBus } from '@outrider/bus';
import { runAlone } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { createGateway } from './app.ts';
import { aloneSettings, gatewaySettings } from './settings.ts';

await runAlone({
  name: 'the gateway',
  settings: { ...gatewaySettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, log, metrics } = runtime;
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    return { apps: [createGateway({ bus, state, trust, runtime, settings })] };
  },
});
