// Runs ingest alone: it reads the frames a gateway left in the log.
import { openBus } from '@outrider/bus';
import { runAlone } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createIngest } from './app.ts';
import { createHousekeeping } from './housekeeping.ts';
import { aloneSettings, ingestSettings } from './settings.ts';

await runAlone({
  name: 'ingest',
  settings: { ...ingestSettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, log, metrics } = runtime;
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const telemetry = keep('the series', await openTelemetry(settings.telemetryUrl, { log, metrics }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    const ingest = createIngest({ bus, telemetry, trust, runtime, settings });
    return { apps: [createHousekeeping({ bus, trust, runtime }), ingest] };
  },
});
