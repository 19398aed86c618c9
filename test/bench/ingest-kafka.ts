import { writeFile } from 'node:fs/promises';
import { openBus, TOPICS } from '@outrider/bus';
import { silentLog, systemClock } from '@outrider/runtime';
import type { KafkaRig } from './kafka-rig.ts';
import { median, startChild } from './processes.ts';
import { openRig, piecesOf, rawRecords, START_MS } from './rig.ts';
import type { Throughput } from './throughput.ts';

export interface RatioFigures {
  readonly records: number;
  readonly frameBytes: number;
  readonly outputBytes: number;
  readonly pairs: readonly {
    readonly ingest: Throughput;
    readonly bare: Throughput;
    readonly ratio: number;
  }[];
  readonly ratio: number;
  /** With InfluxDB in place of the memory; undefined where none was asked for. */
  readonly influx?: { readonly ingest: Throughput; readonly ratio: number };
}

const CARS = 200;
const WARM_SHARE = 0.2;
const PIECE = 1_000;
const SAMPLE = 500;

/** Ingest beside kafkajs alone on the same broker and the same records, one after the other in turns. */
export async function measureRatio(
  rig: KafkaRig,
  options: {
    readonly folder: string;
    readonly records: number;
    readonly pairs: number;
    readonly influxUrl?: string;
  },
): Promise<RatioFigures> {
  const { folder, records } = options;
  const frameBytes = await fillRaw(rig, folder, records);
  const counts = { warm: Math.round(WARM_SHARE * records), records };
  const runIngest = (telemetryUrl: string) =>
    runChild('ingest', { busUrl: rig.busUrl, stateUrl: rig.stateUrl, telemetryUrl, ...counts });
  const outputs = `${folder}/outputs`;
  const pairs: { readonly ingest: Throughput; readonly bare: Throughput; readonly ratio: number }[] = [];
  let outputBytes = 0;
  const runBare = (pair: number) =>
    runChild('bare', {
      ...{ brokers: rig.brokers, group: `bare-${pair}`, from: TOPICS.raw.name, to: rig.bareTopic },
      ...{ outputs, ...counts },
    });
  for (let pair = 0; pair < options.pairs; pair++) {
    // In turns also who is first: what else the machine does comes and goes.
    const isBareFirst = pair % 2 === 1;
    const early = isBareFirst ? await runBare(pair) : undefined;
    const ingest = await runIngest('memory:');
    if (pair === 0) outputBytes = await sampleOutputs(rig, outputs);
    const bare = early ?? (await runBare(pair));
    pairs.push({ ingest, bare, ratio: ingest.perS / bare.perS });
  }
  const figures = { records, frameBytes, outputBytes, pairs, ratio: median(pairs.map(({ ratio }) => ratio)) };
  if (options.influxUrl === undefined) return figures;
  const ingest = await runIngest(options.influxUrl);
  return { ...figures, influx: { ingest, ratio: ingest.perS / median(pairs.map(({ bare }) => bare.perS)) } };
}

async function runChild(name: string, told: object): Promise<Throughput> {
  const child = await startChild(name, told);
  try {
    return await child.ask<Throughput>('run');
  } finally {
    await child.stop();
  }
}

/** Frames of 200 cars, sealed as the gateway seals them. Returns how long one is before that. */
async function fillRaw(rig: KafkaRig, folder: string, records: number): Promise<number> {
  const own = await openRig(folder);
  const bus = await openBus(rig.busUrl, { clock: systemClock, log: silentLog });
  try {
    let length = 0;
    for (let tick = 0; tick < records / CARS; tick++) {
      const wave = await rawRecords(own, CARS, START_MS + tick * 1_000);
      length = wave[0]?.value?.length ?? 0;
      for (const piece of piecesOf(wave, PIECE)) await bus.publish(piece);
    }
    return length;
  } finally {
    await bus.close();
    await own.close();
  }
}

/** Some of what ingest wrote, a line each. Returns how long they are. */
async function sampleOutputs(rig: KafkaRig, path: string): Promise<number> {
  const bus = await openBus(rig.busUrl, { clock: systemClock, log: silentLog });
  const lines: string[] = [];
  const enough = Promise.withResolvers<void>();
  const reading = await bus.broadcast({
    topics: [TOPICS.signals.name],
    start: 'earliest',
    async handle({ records }) {
      for (const { value } of records) if (value !== null && lines.length < SAMPLE) lines.push(String(value));
      if (lines.length === SAMPLE) enough.resolve();
    },
  });
  await enough.promise;
  await reading.stop();
  await bus.close();
  await writeFile(path, lines.join('\n'));
  return Math.round(lines.reduce((sum, { length }) => sum + length, 0) / lines.length);
}
