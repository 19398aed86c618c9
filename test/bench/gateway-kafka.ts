import type { KafkaRig } from './kafka-rig.ts';
import { type Child, median, startChild } from './processes.ts';

/** Tesla's own server, measured in this shape on two cores: server, broker and clients beside each other. */
export const TESLA = { acksPerS: 8_300, cpuUs: 107, bytesPerSocket: 77_000, frameBytes: 134 } as const;

export interface DurableFigures {
  readonly frame: string;
  readonly frameBytes: number;
  readonly acksPerS: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly runs: number;
  /** CPU of each frame: the gateway's, the clients', and the broker's. */
  readonly gatewayUs: number;
  readonly clientsUs: number;
  readonly brokerUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface SocketFigures {
  readonly sockets: number;
  readonly bytesPerSocket: number;
  readonly emptyBytes: number;
}

interface Usage {
  readonly cpuUs: number;
}

interface Memory {
  readonly rssBytes: number;
}

interface Said {
  readonly acks: number;
  readonly acksPerS: number;
  readonly cpuUs: number;
  readonly others: number;
  readonly unanswered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const SOCKETS = 200;
const WARM_MS = 3_000;
/** Until all devices speak again. */
const SETTLE_MS = 500;
const pause = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));

/** 200 sockets, 16 frames in flight each, every frame acknowledged once all of Kafka's replicas have it. */
export async function measureDurable(
  rig: KafkaRig,
  frame: string,
  runs: number,
  durationMs: number,
): Promise<DurableFigures> {
  const gateway = await startGateway(rig);
  const devices = await startChild<{ readonly frameBytes: number }>('devices', {
    ...{ port: gateway.ready.port, sockets: SOCKETS, frame, perS: 0 },
  });
  try {
    await devices.ask('begin');
    await pause(WARM_MS);
    await devices.ask('end');
    const told: Run[] = [];
    for (let run = 0; run < runs; run++) told.push(await runOnce(rig, gateway, devices, durationMs));
    const rates = told.map(({ said }) => said.acksPerS);
    const middle = (figureOf: (run: Run) => number): number => median(told.map(figureOf));
    return {
      ...{ frame, frameBytes: devices.ready.frameBytes, runs },
      ...{ acksPerS: median(rates), slowest: Math.min(...rates), fastest: Math.max(...rates) },
      gatewayUs: middle((run) => run.gatewayUs),
      clientsUs: middle(({ said }) => said.cpuUs / said.acks),
      brokerUs: middle((run) => run.brokerUs),
      p50Ms: middle(({ said }) => said.p50Ms),
      p99Ms: middle(({ said }) => said.p99Ms),
    };
  } finally {
    await devices.stop();
    await gateway.stop();
  }
}

interface Run {
  readonly said: Said;
  readonly gatewayUs: number;
  readonly brokerUs: number;
}

async function runOnce(
  rig: KafkaRig,
  gateway: Child<unknown>,
  devices: Child<unknown>,
  durationMs: number,
): Promise<Run> {
  await devices.ask('begin');
  await pause(SETTLE_MS);
  const gatewayUs = (await gateway.ask<Usage>('usage')).cpuUs;
  const brokerUs = rig.brokerCpuUs();
  await devices.ask('mark');
  await pause(durationMs);
  const said = await devices.ask<Said>('end');
  const brokerTookUs = rig.brokerCpuUs() - brokerUs;
  const gatewayTookUs = (await gateway.ask<Usage>('usage')).cpuUs - gatewayUs;
  if (said.others + said.unanswered > 0)
    throw new Error(`${said.others} frames were refused, ${said.unanswered} never answered`);
  return { said, gatewayUs: gatewayTookUs / said.acks, brokerUs: brokerTookUs / said.acks };
}

/** What an open socket costs that has said something once and now waits. */
export async function measureSockets(rig: KafkaRig, sockets: number): Promise<SocketFigures> {
  const gateway = await startGateway(rig);
  try {
    const few = await startChild('devices', {
      port: gateway.ready.port,
      sockets: 10,
      frame: 'short',
      perS: 0,
    });
    await few.ask('once');
    const before = await gateway.ask<Memory>('memory');
    const many = await startChild('devices', { port: gateway.ready.port, sockets, frame: 'short', perS: 0 });
    await many.ask('once');
    const after = await gateway.ask<Memory>('memory');
    await few.stop();
    await many.stop();
    return {
      sockets,
      bytesPerSocket: (after.rssBytes - before.rssBytes) / sockets,
      emptyBytes: before.rssBytes,
    };
  } finally {
    await gateway.stop();
  }
}

export const startGateway = ({ busUrl, stateUrl }: KafkaRig): Promise<Child<{ readonly port: number }>> =>
  startChild('gateway', { busUrl, stateUrl });
