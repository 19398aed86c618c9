// Runs the API alone: what it takes waits in the log until the other services read it.
import { openBus } from '@outrider/bus';
import { catalogue } from '@outrider/energy';
import { runAlone } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createApi, ensureAdminToken } from './app.ts';
import { aloneSettings, apiSettings } from './settings.ts';

await runAlone({
  name: 'the API',
  settings: { ...apiSettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, log, metrics } = runtime;
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const telemetry = keep('the series', await openTelemetry(settings.telemetryUrl, { log }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    const vehicleModels = catalogue.map(({ modelId, name }) => ({ modelId, name }));
    const api = createApi({ bus, state, telemetry, trust, runtime, settings, vehicleModels });
    return {
      apps: [api],
      async greet() {
        console.log(`The API listens on ${api.address}; its documentation is at ${api.address}/docs/`);
        const adminToken = await ensureAdminToken(state, eventClock);
        if (adminToken !== undefined) console.log(`First admin token, shown this once: ${adminToken}`);
      },
    };
  },
});
