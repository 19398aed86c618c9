import { type InfluxdbServer, startInfluxdb } from '../../infra/native/influxdb.ts';
import {
  type DurableFigures,
  measureDurable,
  measureSockets,
  type SocketFigures,
  TESLA,
} from './gateway-kafka.ts';
import { measureRatio, type RatioFigures } from './ingest-kafka.ts';
import { openKafkaRig } from './kafka-rig.ts';
import { type LatencyFigures, measureLatency } from './latency.ts';

// What is measured on a real broker, which these start themselves: the gateway's durable acks, and ingest.

export interface KafkaFigures {
  readonly version: string;
  readonly durable?: readonly DurableFigures[];
  readonly sockets?: SocketFigures;
  readonly ingest?: RatioFigures;
  readonly latency?: readonly LatencyFigures[];
}

export interface KafkaOptions {
  readonly folder: string;
  /** One round of each, few records: within 90 s. */
  readonly isShort: boolean;
  readonly gateway: boolean;
  readonly ingest: boolean;
}

const LONG = {
  runs: 5,
  durationMs: 5_000,
  sockets: 2_000,
  records: 80_000,
  pairs: 5,
  rates: [500, 2_000, 5_000],
};
const SHORT = { runs: 1, durationMs: 3_000, sockets: 500, records: 20_000, pairs: 1, rates: [500] };
const LATENCY_TIMES = 2;
/** What people are promised, and what was hoped for. */
const BARS = {
  gateway: { reach: 2, moonshot: 4 },
  ingest: { reach: 0.6, moonshot: 0.8 },
} as const;

/** @throws with the command that would help when a server is not there and cannot be had */
export async function measureOnKafka({
  folder,
  isShort,
  gateway,
  ingest,
}: KafkaOptions): Promise<KafkaFigures> {
  const { runs, durationMs, sockets, records, pairs, rates } = isShort ? SHORT : LONG;
  const rig = await openKafkaRig(folder, sockets);
  // Before the first frames are sent: ingest's measurement begins at the first record there is.
  const influx = ingest && !isShort ? await startInfluxdb(`${folder}/influxdb`) : undefined;
  try {
    const ratio = ingest
      ? await measureRatio(rig, {
          folder,
          records,
          pairs,
          ...(influx && { influxUrl: await influxUrl(influx) }),
        })
      : undefined;
    const latency = ingest ? await measureLatency(rig, rates, LATENCY_TIMES * durationMs) : undefined;
    const durable = gateway
      ? [
          await measureDurable(rig, 'short', runs, durationMs),
          await measureDurable(rig, 'six', runs, durationMs),
        ]
      : undefined;
    const open = gateway ? await measureSockets(rig, sockets) : undefined;
    return {
      version: rig.version,
      ...(durable && { durable }),
      ...(open && { sockets: open }),
      ...(ratio && { ingest: ratio }),
      ...(latency && { latency }),
    };
  } finally {
    await influx?.stop();
    await rig.stop();
  }
}

async function influxUrl(server: InfluxdbServer): Promise<string> {
  await server.createDatabase('bench');
  return server.urlOf('bench');
}

const whole = (figure: number): string => Math.round(figure).toLocaleString('en');

export function kafkaRows({ durable, sockets, ingest, latency }: KafkaFigures): [string, string][] {
  return [
    ...(durable ?? []).flatMap(durableRows),
    ...(sockets === undefined ? [] : socketRows(sockets)),
    ...(ingest === undefined ? [] : ratioRows(ingest)),
    ...(latency ?? []).flatMap(latencyRows),
  ];
}

function durableRows(figures: DurableFigures): [string, string][] {
  const { frame, frameBytes, acksPerS, slowest, fastest, runs } = figures;
  const times = acksPerS / TESLA.acksPerS;
  const bar = { ...BARS.gateway, figure: times, unit: '×' };
  return [
    [`gateway on Kafka: acks/s, ${frameBytes} bytes (${frame})`, whole(acksPerS)],
    [`  slowest and fastest of ${runs}`, `${whole(slowest)}, ${whole(fastest)}`],
    [`  times Tesla's server (${whole(TESLA.acksPerS)}/s)`, times.toFixed(2)],
    ...(frame === 'short' ? barRows(bar) : []),
    [`  CPU per frame, µs: gateway (Tesla's: ${TESLA.cpuUs})`, figures.gatewayUs.toFixed(1)],
    [
      '  CPU per frame, µs: broker, clients',
      `${figures.brokerUs.toFixed(1)}, ${figures.clientsUs.toFixed(1)}`,
    ],
    ['  of two cores these had, %', (50e-6 * acksPerS * cpuOf(figures)).toFixed(0)],
    ['  ack p50, p99, ms', `${figures.p50Ms.toFixed(0)}, ${figures.p99Ms.toFixed(0)}`],
  ];
}

const cpuOf = ({ gatewayUs, brokerUs, clientsUs }: DurableFigures): number =>
  gatewayUs + brokerUs + clientsUs;

const socketRows = ({ sockets, bytesPerSocket, emptyBytes }: SocketFigures): [string, string][] => [
  [
    `  memory per connection, kB, ${whole(sockets)} open (Tesla's: ${TESLA.bytesPerSocket / 1_000})`,
    (bytesPerSocket / 1_000).toFixed(1),
  ],
  ['  memory of the process without them, MB', whole(emptyBytes / 1e6)],
];

function ratioRows({
  records,
  frameBytes,
  outputBytes,
  pairs,
  ratio,
  influx,
}: RatioFigures): [string, string][] {
  const spread = pairs.map((pair) => pair.ratio).toSorted((a, b) => a - b);
  const of = (what: 'ingest' | 'bare', field: 'perS' | 'cpuUs') => pairs.map((pair) => pair[what][field]);
  const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  return [
    [
      `ingest on Kafka: ${whole(records)} records of ${frameBytes} bytes, records/s`,
      whole(mean(of('ingest', 'perS'))),
    ],
    [`  kafkajs alone, as many of ${outputBytes} bytes out, records/s`, whole(mean(of('bare', 'perS')))],
    [`  ingest beside kafkajs, median of ${pairs.length} pairs`, ratio.toFixed(2)],
    ['  lowest and highest', `${(spread[0] ?? 0).toFixed(2)}, ${(spread.at(-1) ?? 0).toFixed(2)}`],
    ...barRows({ ...BARS.ingest, figure: ratio, unit: '' }),
    [
      '  CPU per record, µs: ingest, kafkajs alone',
      `${mean(of('ingest', 'cpuUs')).toFixed(1)}, ${mean(of('bare', 'cpuUs')).toFixed(1)}`,
    ],
    ...(influx === undefined
      ? []
      : [
          ['  ingest with InfluxDB, records/s', whole(influx.ingest.perS)] as [string, string],
          ['  that beside kafkajs', influx.ratio.toFixed(2)] as [string, string],
          [
            '  CPU per record, µs, and memory of the process, MB',
            `${influx.ingest.cpuUs.toFixed(1)}, ${whole(influx.ingest.rssBytes / 1e6)}`,
          ] as [string, string],
        ]),
  ];
}

function barRows(bar: {
  readonly reach: number;
  readonly moonshot: number;
  readonly figure: number;
  readonly unit: string;
}): [string, string][] {
  const { reach, moonshot, figure, unit } = bar;
  const isReached = (line: number) => (figure >= line ? 'yes' : 'no');
  return [
    [
      `  reached: ${reach}${unit}, hoped for: ${moonshot}${unit}`,
      `${isReached(reach)}, ${isReached(moonshot)}`,
    ],
  ];
}

function latencyRows({ perS, acksPerS, ack, endToEnd }: LatencyFigures): [string, string][] {
  const said = ({ p50Ms, p99Ms, p999Ms }: LatencyFigures['ack']) =>
    [p50Ms, p99Ms, p999Ms].map((one) => one.toFixed(0)).join(', ');
  return [
    [`latency at ${whole(perS)} frames/s, open loop: acks/s`, whole(acksPerS)],
    ['  until the ack, p50, p99, p99.9, ms', said(ack)],
    ['  until its signals are read, p50, p99, p99.9, ms', said(endToEnd)],
  ];
}
