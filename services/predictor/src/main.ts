// Runs the predictor alone: signals, plans and the world wait in the log until it reads them.
import { openBus } from '@outrider/bus';
import { runAlone } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createPredictor } from './app.ts';
import { aloneSettings, predictorSettings } from './settings.ts';

await runAlone({
  name: 'the predictor',
  settings: { ...predictorSettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, log, metrics } = runtime;
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const telemetry = keep('the series', await openTelemetry(settings.telemetryUrl, { log, metrics }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    return { apps: [createPredictor({ bus, state, telemetry, trust, runtime, settings })] };
  },
});
