import { openBus, TOPICS } from '@outrider/bus';
import { silentLog, systemClock } from '@outrider/runtime';
import { sinceMark } from './frames.ts';
import { startGateway } from './gateway-kafka.ts';
import type { KafkaRig } from './kafka-rig.ts';
import { startChild } from './processes.ts';

export interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

export interface LatencyFigures {
  /** Frames a second that were due, and how many answers a second came. */
  readonly perS: number;
  readonly acksPerS: number;
  /** From the moment a frame was due until its ack. */
  readonly ack: Quantiles;
  /** From that moment until another process has read its signals: gateway, log, ingest, log. */
  readonly endToEnd: Quantiles;
  readonly read: number;
}

const SOCKETS = 200;
const WARM_MS = 4_000;
const SEQ = Buffer.from('"seq":');
const SEQ_DIGITS = 10;
const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
const nowMs = (): number => performance.timeOrigin + performance.now();

/** Open loop: a frame is due at its moment, whatever became of the others, and its latency counts from then. */
export async function measureLatency(
  rig: KafkaRig,
  rates: readonly number[],
  durationMs: number,
): Promise<readonly LatencyFigures[]> {
  const { busUrl, stateUrl } = rig;
  const gateway = await startGateway(rig);
  const ingest = await startChild('ingest', {
    busUrl,
    stateUrl,
    telemetryUrl: 'memory:',
    warm: 0,
    records: 0,
  });
  await ingest.ask('start');
  const reader = await startReader(busUrl);
  try {
    const figures: LatencyFigures[] = [];
    for (const perS of rates) {
      const { port } = gateway.ready;
      const devices = await startChild('devices', { port, sockets: SOCKETS, frame: 'six', perS });
      await devices.ask('begin');
      await pause(WARM_MS);
      reader.begin();
      await devices.ask('mark');
      await pause(durationMs);
      const said = await devices.ask<Quantiles & { readonly acksPerS: number }>('end');
      const latenciesMs = await reader.end();
      figures.push({
        ...{ perS, acksPerS: said.acksPerS, ack: said },
        ...{ endToEnd: quantilesOf(latenciesMs), read: latenciesMs.length },
      });
      await devices.stop();
    }
    return figures;
  } finally {
    await reader.stop();
    await ingest.stop();
    await gateway.stop();
  }
}

/** Another team's consumer: reads signals as they come. */
async function startReader(busUrl: string) {
  const bus = await openBus(busUrl, { clock: systemClock, log: silentLog });
  let latenciesMs: number[] | undefined;
  const reading = await bus.broadcast({
    topics: [TOPICS.signals.name],
    start: 'latest',
    async handle({ records }) {
      const atMs = nowMs();
      for (const { value } of records) {
        if (value === null || latenciesMs === undefined) continue;
        const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
        const at = bytes.indexOf(SEQ) + SEQ.length;
        latenciesMs.push(sinceMark(Number(bytes.toString('latin1', at, at + SEQ_DIGITS)), atMs));
      }
    },
  });
  await reading.caughtUp;
  return {
    begin(): void {
      latenciesMs = [];
    },
    end(): readonly number[] {
      const all = latenciesMs ?? [];
      latenciesMs = undefined;
      return all;
    },
    async stop(): Promise<void> {
      await reading.stop();
      await bus.close();
    },
  };
}

function quantilesOf(latenciesMs: readonly number[]): Quantiles {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (ratio: number): number => sorted[Math.floor(ratio * (sorted.length - 1))] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
}
