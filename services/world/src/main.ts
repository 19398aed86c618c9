// Runs the world alone: it asks for roads, weather and charging places, and leaves the answers in the log.
import { openBus } from '@outrider/bus';
import { plugsOf } from '@outrider/energy';
import { runAlone, systemRandom } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { createWorld } from './app.ts';
import { aloneSettings, worldSettings } from './settings.ts';
import { openWorldSources, worldOptions } from './world-sources.ts';

await runAlone({
  name: 'the world',
  settings: { ...worldSettings, ...aloneSettings },
  environment: process.env,
  async open({ settings, runtime, keep }) {
    const { eventClock, realClock: clock, log, metrics } = runtime;
    const sources = await openWorldSources(settings, { clock, random: systemRandom, fetch, log });
    const state = keep('the state store', await openState(settings.stateUrl, { log }));
    const bus = keep('the log', await openBus(settings.busUrl, { clock: eventClock, log, metrics }));
    const trust = createTrust({ ...state, eventClock });
    const options = { ...sources, ...worldOptions(settings), plugsOf };
    return { apps: [createWorld({ bus, state, trust, runtime, ...options })] };
  },
});
