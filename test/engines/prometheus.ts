import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { startPrometheus } from '../../infra/native/prometheus.ts';
import { freePort, type ServerProcess, startServerProcess } from '../../infra/native/server-process.ts';
import { ROOT } from '../repository/files.ts';
import type { Engine } from './engine.ts';

const WELCOME_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** Prometheus, asking an Outrider that runs beside it. */
export const prometheus: Engine = {
  name: 'prometheus',
  files: ['test/engines/prometheus.engine.ts'],
  async start(folder) {
    mkdirSync(folder, { recursive: true });
    const api = `127.0.0.1:${await freePort()}`;
    const gateway = `127.0.0.1:${await freePort()}`;
    const outrider = await startOutrider(folder, api, gateway);
    try {
      const server = await startPrometheus(join(folder, 'prometheus'), { api, gateway });
      return {
        version: server.version,
        addresses: {
          ...{ url: server.url, api: `http://${api}`, gateway: `http://${gateway}` },
          admin: await adminTokenOf(outrider),
        },
        async stop() {
          await server.stop();
          await outrider.stop();
        },
      };
    } catch (error) {
      await outrider.stop();
      throw error;
    }
  },
};

function startOutrider(folder: string, api: string, gateway: string): Promise<ServerProcess> {
  const portOf = (address: string): string => new URL(`http://${address}`).port;
  return startServerProcess({
    name: 'Outrider',
    command: process.execPath,
    args: [join(ROOT, 'services/standalone/src/main.ts'), 'start'],
    cwd: folder,
    env: { API_PORT: portOf(api), GATEWAY_PORT: portOf(gateway), LOG_LEVEL: 'error' },
    isReady: async () => (await fetch(`http://${api}/readyz`)).ok,
  });
}

/** It is printed once all doors are open, which is a moment after they are ready. */
async function adminTokenOf(outrider: ServerProcess): Promise<string> {
  for (let waitedMs = 0; waitedMs < WELCOME_MS; waitedMs += LOOK_EVERY_MS) {
    const token = /ADMIN=(\S+)/.exec(outrider.said())?.[1];
    if (token !== undefined) return token;
    await systemClock.sleep(LOOK_EVERY_MS);
  }
  throw new Error(`Outrider told no admin token: ${outrider.said()}`);
}
