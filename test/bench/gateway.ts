import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGateway, gatewaySettings } from '@outrider/gateway';
import { createMetrics, readSettings, silentLog } from '@outrider/runtime';
import { openRig, registerCars, START_MS } from './rig.ts';

export interface GatewayFigures {
  readonly sockets: number;
  /** Frames each socket has on their way before it waits for an answer. */
  readonly inFlight: number;
  readonly acksPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Durable acks over real sockets; the devices are another process on the same machine. */
export async function measureGateway(options: {
  readonly folder: string;
  readonly sockets: number;
  readonly inFlight: readonly number[];
  readonly durationMs: number;
}): Promise<readonly GatewayFigures[]> {
  const { sockets, durationMs } = options;
  const rig = await openRig(await mkdtemp(join(options.folder, 'gateway-')));
  await registerCars(rig, 0, sockets);
  const { bus, state, trust, eventClock, realClock } = rig;
  const gateway = createGateway({
    ...{ bus, state, trust },
    runtime: { eventClock, realClock, log: silentLog, metrics: createMetrics() },
    settings: readSettings(gatewaySettings, {
      ...{ GATEWAY_PORT: '0', GATEWAY_FRAMES_PER_S: '1000000', GATEWAY_FRAMES_BURST: '1000000' },
    }),
  });
  await gateway.start();
  const script = join(import.meta.dirname, 'sockets.child.ts');
  const url = `ws://127.0.0.1:${gateway.port}/v1/stream`;
  const figures: GatewayFigures[] = [];
  try {
    for (const inFlight of options.inFlight) {
      const told = JSON.stringify({ url, sockets, inFlight, durationMs, observedAtMs: START_MS });
      const { stdout } = await promisify(execFile)(process.execPath, [script, told], { timeout: 120_000 });
      const said = JSON.parse(stdout) as Omit<GatewayFigures, 'sockets' | 'inFlight'> & {
        readonly others: number;
      };
      if (said.others > 0) throw new Error(`${said.others} frames were not acknowledged`);
      const { acksPerS, p50Ms, p99Ms } = said;
      figures.push({ sockets, inFlight, acksPerS, p50Ms, p99Ms });
    }
    return figures;
  } finally {
    await gateway.stop();
    await rig.close();
  }
}
