// The gateway as a process of its own, as fleets run it; its state is a SQLite file.
import { openBus } from '@outrider/bus';
import { createGateway, gatewaySettings } from '@outrider/gateway';
import { createMetrics, readSettings, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { ownCpuUs, serveParent } from './processes.ts';

const { busUrl, stateUrl } = JSON.parse(process.argv[2] ?? '') as {
  readonly busUrl: string;
  readonly stateUrl: string;
};
const runtime = {
  ...{ eventClock: systemClock, realClock: systemClock, log: silentLog, metrics: createMetrics() },
};
const state = await openState(stateUrl, { log: silentLog });
const bus = await openBus(busUrl, { clock: systemClock, log: silentLog, metrics: runtime.metrics });
const gateway = createGateway({
  ...{ bus, state, runtime, trust: createTrust({ ...state, eventClock: systemClock }) },
  settings: readSettings(gatewaySettings, {
    ...{ GATEWAY_PORT: '0', GATEWAY_FRAMES_PER_S: '1000000', GATEWAY_FRAMES_BURST: '1000000' },
  }),
});
await gateway.start();

serveParent(
  { port: gateway.port },
  {
    usage: () => ({ cpuUs: ownCpuUs() }),
    memory: () => {
      globalThis.gc?.();
      return { rssBytes: process.memoryUsage.rss() };
    },
  },
  async () => {
    await gateway.stop();
    await bus.close();
    await state.close();
  },
);
