// What this machine does in a second: the log alone, the whole path beside it, the energy model, rules, chargers along a road, memory, the
// gateway, gateway and ingest on a real Kafka, and Tesla's records.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EnergyFigures, measureEnergy } from './energy.ts';
import { type EncodingFigures, measureFleetTelemetry } from './fleet-telemetry.ts';
import { type GatewayFigures, measureGateway } from './gateway.ts';
import { type MemoryFigures, measureMemory } from './memory.ts';
import { type KafkaFigures, kafkaRows, measureOnKafka } from './on-kafka.ts';
import { measurePage, type PageFigures, pageRows } from './page.ts';
import { measureProviders, type ProvidersFigures } from './providers.ts';
import { measureRules, type RulesFigures } from './rules.ts';
import { measureTimers, type TimersFigures } from './timers.ts';
import { measureWakeUps, type WakeUpFigures } from './wake-ups.ts';
import { measurePath, type PathFigures } from './whole-path.ts';

const PARTS = [
  'path',
  'energy',
  'rules',
  'providers',
  'memory',
  'gateway',
  'kafka',
  'fleet-telemetry',
  'page',
] as const;
type Part = (typeof PARTS)[number];
/** Needs a browser: only when it is asked for. */
const IN_A_BROWSER: Part = 'page';

const HELP = `npm run bench -- [part…] [options]

Records per second through the whole embedded path beside the raw append rate of the log in the same run,
forecasts and calibrations per second beside plain loops of the same arithmetic, twenty rules on one record
beside closures written by hand, the timers of cars that fell silent, finding the cars that are due beside asking
all of them, chargers along a road beside trying them all, memory per vehicle, acknowledged frames
per second on SQLite and on Kafka, ingest beside kafkajs alone, and records of Tesla's fleet-telemetry decoded per
second on one core beside bare protobufjs and JSON.parse of the same bytes. page is an operator's page in a real Chromium with
1,000 cars and 200 positions a second, beside its bars. Without a part: all of them but page. gateway and
kafka start a real broker themselves, kafka also an InfluxDB.

  part           ${PARTS.join(', ')}
  --short        fewer records, cars and seconds
  --only PART    the same as a part
  --whole        of the path only the whole, for a profile: node --cpu-prof test/bench/main.ts --only path --whole
  --json         one JSON object instead of the table
  --help

BENCH_PROFILE=gateway,ingest writes CPU profiles of those processes into the folder it is called in.
`;

interface Figures {
  readonly path?: PathFigures;
  readonly energy?: EnergyFigures;
  readonly rules?: RulesFigures;
  readonly timers?: TimersFigures & { readonly wakeUps: readonly WakeUpFigures[] };
  readonly providers?: ProvidersFigures;
  readonly memory?: {
    readonly planned: readonly MemoryFigures[];
    readonly unplanned: readonly MemoryFigures[];
  };
  readonly gateway?: readonly GatewayFigures[];
  readonly kafka?: KafkaFigures;
  readonly fleetTelemetry?: readonly EncodingFigures[];
  readonly page?: PageFigures;
}

const ROAD_M = 150_000;

interface Options {
  readonly isShort: boolean;
  readonly onlyWhole: boolean;
  readonly parts: readonly Part[];
}

async function measure({ isShort, onlyWhole, parts }: Options, folder: string): Promise<Figures> {
  const has = (part: Part): boolean => parts.includes(part);
  const size = isShort ? { cars: 200, ticks: 20 } : { cars: 500, ticks: 60 };
  const steps = isShort ? [500] : [1_000, 5_000];
  return {
    ...(has('path') && { path: await measurePath({ folder, ...size, onlyWhole }) }),
    ...(has('energy') && { energy: await measureEnergy(isShort ? 300 : 2_000) }),
    ...(has('rules') && {
      rules: await measureRules(isShort ? 50 : 400),
      timers: {
        ...(await measureTimers(folder, isShort ? 1_000 : 10_000)),
        wakeUps: await measureWakeUps(10_000, isShort ? 50 : 400),
      },
    }),
    ...(has('providers') && { providers: measureProviders(isShort ? 30 : 200) }),
    ...(has('memory') && {
      memory: {
        planned: await measureMemory({ folder, steps, roadM: ROAD_M }),
        unplanned: await measureMemory({ folder, steps, roadM: 0 }),
      },
    }),
    ...(has('gateway') && {
      gateway: await measureGateway({
        ...{ folder, sockets: 100, inFlight: [1, 32], durationMs: isShort ? 1_500 : 5_000 },
      }),
    }),
    ...((has('gateway') || has('kafka')) && {
      kafka: await measureOnKafka({ folder, isShort, gateway: has('gateway'), ingest: has('kafka') }),
    }),
    ...(has('fleet-telemetry') && { fleetTelemetry: measureFleetTelemetry(isShort ? 4_000 : 40_000) }),
    ...(has('page') && { page: await measurePage(isShort ? 8_000 : 30_000) }),
  };
}

const whole = (figure: number): string => Math.round(figure).toLocaleString('en');

function rowsOf({
  path,
  energy,
  rules,
  timers,
  providers,
  memory,
  gateway,
  kafka,
  fleetTelemetry,
  page,
}: Figures): readonly (readonly [string, string])[] {
  const rows: [string, string][] = [];
  if (path !== undefined) {
    const us = (perS: number): number => 1_000_000 / perS;
    rows.push(
      ['log: appends/s, batches of 100', whole(path.appendPerS)],
      ['log: appends/s, one by one', whole(path.appendSinglePerS)],
      ['log: appends/s, one per call, 256 callers', whole(path.appendConcurrentPerS)],
      [`whole path: records/s (${whole(path.records)} records)`, whole(path.wholePerS)],
      ['whole path beside the log in batches of 100', `${(100 * path.wholeToAppendRatio).toFixed(1)} %`],
    );
    if (Number.isFinite(path.ingestPerS))
      rows.push(
        ['  µs/record: append', us(path.appendPerS).toFixed(0)],
        ['  µs/record: ingest, series, signals', (us(path.ingestPerS) - us(path.appendPerS)).toFixed(0)],
        ['  µs/record: predictor without a plan', (us(path.unplannedPerS) - us(path.ingestPerS)).toFixed(0)],
        ['  µs/record: plan, forecast, rules', (us(path.wholePerS) - us(path.unplannedPerS)).toFixed(0)],
      );
  }
  if (energy !== undefined) rows.push(...energyRows(energy));
  if (rules !== undefined) rows.push(...rulesRows(rules));
  if (timers !== undefined) rows.push(...timersRows(timers));
  if (providers !== undefined) rows.push(...providersRows(providers));
  for (const [name, list] of Object.entries(memory ?? {}))
    for (const { cars, bytesPerCar } of list)
      rows.push([`memory per car, KiB, ${whole(cars)} ${name}`, (bytesPerCar / 1024).toFixed(1)]);
  for (const figures of gateway ?? []) rows.push(...gatewayRows(figures));
  if (kafka !== undefined) rows.push(...kafkaRows(kafka));
  for (const figures of fleetTelemetry ?? []) rows.push(...fleetTelemetryRows(figures));
  if (page !== undefined) rows.push(...pageRows(page));
  return rows;
}

const gatewayRows = ({ sockets, inFlight, acksPerS, p50Ms, p99Ms }: GatewayFigures): [string, string][] => [
  [`gateway: acks/s, ${sockets} sockets, ${inFlight} in flight`, whole(acksPerS)],
  ['  ack p50, p99, ms', `${p50Ms.toFixed(2)}, ${p99Ms.toFixed(2)}`],
];

function fleetTelemetryRows(figures: EncodingFigures): [string, string][] {
  const { encoding, bytesPerRecord, dataPerRecord, decodedPerS, barePerS, decodedToBareRatio } = figures;
  return [
    [`fleet-telemetry, ${encoding}: records/s (${whole(bytesPerRecord)} bytes)`, whole(decodedPerS)],
    [`  data/s (${dataPerRecord.toFixed(1)} a record)`, whole(decodedPerS * dataPerRecord)],
    [`  bare ${encoding === 'proto' ? 'protobufjs' : 'JSON.parse'}: records/s`, whole(barePerS)],
    ['  ours beside it', `${(100 * decodedToBareRatio).toFixed(0)} %`],
  ];
}

function energyRows(figures: EnergyFigures): [string, string][] {
  return [
    ['first forecast of 300 km in a new process, ms', figures.firstForecastColdMs.toFixed(1)],
    ['first forecast of 300 km, ms', figures.firstForecastMs.toFixed(3)],
    ['all features anew: segments/s', whole(figures.segmentsPerS)],
    ['re-forecasts/s: mean, sd, P(below reserve)', whole(figures.reforecastsPerS)],
    ['  plain loop of the same arithmetic, per s', whole(figures.plainReforecastsPerS)],
    ['  re-forecasts beside it', `${(100 * figures.reforecastToPlainRatio).toFixed(0)} %`],
    ['whole forecasts/s', whole(figures.wholeForecastsPerS)],
    ['sweep over 200 chargers, µs', figures.sweepUs.toFixed(1)],
    ['  chargers/s', whole(figures.sweptChargersPerS)],
    ['calibrations/s', whole(figures.calibrationsPerS)],
    ['  plain loop of the Kalman step, per s', whole(figures.plainCalibrationsPerS)],
    ['learned per car: bytes as JSON', whole(figures.storedBytes)],
    ['learned per car: bytes in memory', whole(figures.learnedBytes)],
    ['sums of 300 km: bytes in memory', whole(figures.prefixBytes)],
  ];
}

function rulesRows(figures: RulesFigures): [string, string][] {
  return [
    [`20 rules (${figures.rules} different) on one record, facts given, CPU µs`, figures.judgeUs.toFixed(2)],
    ['  with their alerts’ life, µs', figures.stepUs.toFixed(2)],
    ['  closures written by hand, µs', figures.plainUs.toFixed(2)],
    ['  times as long', figures.judgeToPlainRatio.toFixed(1)],
    [`  the same ${whole(figures.compared)} answers of both`, 'yes'],
  ];
}

function timersRows({
  cars,
  firstHour,
  quietHour,
  wakeUps,
}: NonNullable<Figures['timers']>): [string, string][] {
  return [
    [`timers of ${whole(cars)} cars that fell silent: wake-ups in the first hour`, whole(firstHour.wakeUps)],
    ['  CPU of it, ms', whole(firstHour.cpuMs)],
    ['  wake-ups in an hour when nothing is due', whole(quietHour.wakeUps)],
    ['  CPU of it, the measurement’s own 3,600 steps included, ms', whole(quietHour.cpuMs)],
    ...wakeUps.flatMap(wakeUpRows),
  ];
}

function wakeUpRows(figures: WakeUpFigures): [string, string][] {
  const { cars, due, indexUs, scanUs, scanToIndexRatio } = figures;
  return [
    [`wake-up with ${whole(due)} of ${whole(cars)} cars due: finding them, CPU µs`, indexUs.toFixed(1)],
    ['  asking every car, µs', whole(scanUs)],
    ['  times as long', scanToIndexRatio.toFixed(1)],
  ];
}

function providersRows(figures: ProvidersFigures): [string, string][] {
  return [
    [`index of ${whole(figures.stations)} stations, ms`, figures.buildMs.toFixed(0)],
    [
      `corridor of ${figures.roadM / 1000} km: ${whole(figures.found)} found, median ms`,
      figures.corridorMs.toFixed(2),
    ],
    ['  slowest, ms', figures.corridorSlowestMs.toFixed(2)],
    ['  trying all of them, ms', whole(figures.bruteMs)],
    ['  times as long', whole(figures.bruteToIndexRatio)],
    [`  the same ${whole(figures.comparedInside)} of ${whole(figures.compared)} compared`, 'yes'],
    ['40 nearest within 150 km, median ms', figures.aroundMs.toFixed(2)],
  ];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      whole: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const asked = [...positionals, ...(values.only ?? [])];
  const unknown = asked.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`a part is one of ${PARTS.join(', ')}, not ${unknown}`);
  const parts = PARTS.filter((part) => (asked.length === 0 ? part !== IN_A_BROWSER : asked.includes(part)));
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    threads: availableParallelism(),
    node: process.version,
  };
  const folder = await mkdtemp(join(tmpdir(), 'outrider-bench-'));
  try {
    const figures = await measure({ isShort: values.short, onlyWhole: values.whole, parts }, folder);
    if (values.json) return void process.stdout.write(`${JSON.stringify({ machine, ...figures })}\n`);
    process.stdout.write(`${machine.cpu}, ${machine.threads} threads, Node ${machine.node}, ${folder}\n\n`);
    for (const [name, figure] of rowsOf(figures))
      process.stdout.write(`${name.padEnd(62)}${figure.padStart(16)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
