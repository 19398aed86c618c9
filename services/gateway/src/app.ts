import type { AddressInfo } from 'node:net';
import type { Bus } from '@outrider/bus';
import type { App, Cancel, Readiness, Runtime } from '@outrider/runtime';
import type { Trust } from '@outrider/trust';
import { createAcceptor } from './accept.ts';
import type { Tokens } from './authenticate.ts';
import { createHttp } from './http.ts';
import { createGatewayMetrics } from './metrics.ts';
import type { GatewaySettings } from './settings.ts';
import { createStreams } from './websocket.ts';
import { within } from './within.ts';

export { type GatewaySettings, gatewaySettings } from './settings.ts';

export interface GatewayDeps {
  readonly bus: Pick<Bus, 'publish'>;
  readonly state: { readonly tokens: Tokens };
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'decide'>;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
}

export interface Gateway extends App {
  /** The port devices connect to; known once started. */
  readonly port: number;
}

const SWEEP_EVERY_MS = 5_000;

/** Where devices connect: takes frames, answers each one, keeps nothing but counters. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { runtime, settings, trust, bus } = deps;
  const { tokens } = deps.state;
  const life = { phase: 'new' as 'new' | 'running' | 'stopping', port: 0, isSweeping: false };
  const load = { requests: 0 };
  const metrics = createGatewayMetrics(runtime.metrics);
  const acceptor = createAcceptor({ bus, trust, runtime, settings, metrics });
  const streams = createStreams({ acceptor, tokens, runtime, settings, metrics });
  const http = createHttp({ acceptor, tokens, runtime, settings, readiness, load });
  http.server.on('upgrade', (request, socket, head) => {
    streams.upgrade(request, socket, head).catch((error: unknown) => {
      runtime.log.error({ err: error }, 'an upgrade failed');
      socket.destroy();
    });
  });
  let stopTicking: Cancel = () => undefined;

  function readiness(): Readiness {
    if (life.phase === 'running') return { ready: true };
    return { ready: false, why: life.phase === 'new' ? 'not started' : 'stopping' };
  }

  async function sweep(): Promise<void> {
    if (life.isSweeping) return;
    life.isSweeping = true;
    try {
      acceptor.sweep();
      await streams.sweep();
    } catch (error) {
      runtime.log.error({ err: error }, 'tokens of open sockets cannot be checked');
    } finally {
      life.isSweeping = false;
    }
  }

  async function stop(): Promise<void> {
    life.phase = 'stopping';
    stopTicking();
    await within(settings.drainS * 1000, runtime.realClock, acceptor.close());
    // Before the server closes: it would wait for open WebSockets for ever.
    await streams.close();
    await http.close();
  }

  let stopping: Promise<void> | undefined;
  return {
    name: 'gateway',
    get port() {
      return life.port;
    },
    async start() {
      await http.listen({ host: settings.host, port: settings.port });
      life.port = (http.server.address() as AddressInfo).port;
      life.phase = 'running';
      stopTicking = runtime.realClock.onTick(SWEEP_EVERY_MS, () => void sweep());
      runtime.log.info({ host: settings.host, port: life.port }, 'the gateway listens');
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    readiness,
    isIdle: () => acceptor.inFlight === 0 && streams.unanswered === 0 && load.requests === 0,
  };
}
