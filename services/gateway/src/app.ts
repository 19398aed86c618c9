import type { AddressInfo } from 'node:net';
import type { Bus } from '@outrider/bus';
import type { App, Cancel, Readiness, Runtime } from '@outrider/runtime';
import type { Trust } from '@outrider/trust';
import { type Acceptor, createAcceptor } from './accept.ts';
import type { Tokens } from './authenticate.ts';
import { type Commands, createCommands } from './commands.ts';
import { createHttp } from './http.ts';
import { createGatewayMetrics } from './metrics.ts';
import type { GatewaySettings } from './settings.ts';
import { createStreams, type Streams } from './websocket.ts';
import { within } from './within.ts';

export { type GatewaySettings, gatewaySettings } from './settings.ts';

export interface GatewayDeps {
  readonly bus: Pick<Bus, 'publish' | 'broadcast'>;
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
export const createGateway = (deps: GatewayDeps): Gateway => new GatewayApp(deps);

class GatewayApp implements Gateway {
  readonly name = 'gateway';
  readonly #runtime: Runtime;
  readonly #settings: GatewaySettings;
  readonly #acceptor: Acceptor;
  readonly #commands: Commands;
  readonly #streams: Streams;
  readonly #http: ReturnType<typeof createHttp>;
  readonly #load = { requests: 0 };
  #phase: 'new' | 'running' | 'stopping' = 'new';
  #port = 0;
  #isSweeping = false;
  #stopTicking: Cancel = () => undefined;
  #stopped: Promise<void> | undefined;

  constructor(deps: GatewayDeps) {
    const { bus, trust, runtime, settings } = deps;
    const { tokens } = deps.state;
    this.#runtime = runtime;
    this.#settings = settings;
    const metrics = createGatewayMetrics(runtime.metrics);
    const commands = createCommands({ bus, trust, runtime, metrics });
    this.#commands = commands;
    const acceptor = createAcceptor({ bus, trust, runtime, settings, metrics, commands });
    this.#acceptor = acceptor;
    this.#streams = createStreams({ acceptor, tokens, runtime, settings, metrics, commands });
    const readiness = () => this.readiness();
    this.#http = createHttp({ acceptor, commands, tokens, runtime, settings, readiness, load: this.#load });
    this.#http.server.on('upgrade', (request, socket, head) => {
      this.#streams.upgrade(request, socket, head).catch((error: unknown) => {
        runtime.log.error({ err: error }, 'an upgrade failed');
        socket.destroy();
      });
    });
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { host, port } = this.#settings;
    await this.#commands.start((vehicleId) => this.#streams.handOver(vehicleId));
    await this.#http.listen({ host, port });
    this.#port = (this.#http.server.address() as AddressInfo).port;
    this.#phase = 'running';
    this.#stopTicking = this.#runtime.realClock.onTick(SWEEP_EVERY_MS, () => void this.#sweep());
    this.#runtime.log.info({ host, port: this.#port }, 'the gateway listens');
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  readiness(): Readiness {
    if (this.#phase === 'running') return { ready: true };
    return { ready: false, why: this.#phase === 'new' ? 'not started' : 'stopping' };
  }

  isIdle(): boolean {
    const hasFrames = this.#acceptor.inFlight > 0 || this.#streams.unanswered > 0;
    return !hasFrames && this.#load.requests === 0 && this.#commands.isIdle();
  }

  async #drain(): Promise<void> {
    this.#phase = 'stopping';
    this.#stopTicking();
    await within(this.#settings.drainS * 1000, this.#runtime.realClock, this.#acceptor.close());
    await this.#commands.stop();
    // Before the server closes: it would wait for open WebSockets for ever.
    await this.#streams.close();
    await this.#http.close();
  }

  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      this.#acceptor.sweep();
      this.#commands.sweep();
      await this.#streams.sweep();
    } catch (error) {
      this.#runtime.log.error({ err: error }, 'open sockets cannot be looked after');
    } finally {
      this.#isSweeping = false;
    }
  }
}
