// Recordings of a fleet-telemetry server's Kafka output, through a real Kafka and the real ingest, and what is then
// stored compared with the truth beside them.
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import kafkajs, { type Kafka } from 'kafkajs';
import { startKafka } from '../../infra/native/kafka.ts';
import { type Comparison, compare } from './compare.ts';
import { decodeAll } from './decode-all.ts';
import { readFixtures } from './fixture-recordings.ts';
import { pushRecords } from './push-records.ts';
import { type RecordedRecord, type Recordings, readRecordings, vinsIn } from './recordings.ts';
import { type Delivered, isSabotage, SABOTAGES, type SabotageName } from './sabotage.ts';
import { throughIngest } from './through-ingest.ts';

const HELP = `npm run test:fleet-telemetry -- [<folder>] [options]

Writes the Kafka records of a folder with expected.ndjson.gz and a <encoding>.ndjson.gz for each encoding to a real
Kafka, which it starts, lets the real ingest read them as a source, and compares what is stored with the truth:
missing, wrong and extra must be 0, and everything refused must be so for a reason that follows from what was sent.
Every car is allowed; then once more without one of them. Without a folder: the records among
the decoder's fixtures.

  --out FILE        one line per datum: encoding, n, field, path, value, unit, observedAt; or the reason it was refused
  --short           decoded as ingest does, without Kafka and the stores
  --sabotage NAME   ${Object.keys(SABOTAGES).join(', ')}: must be found, exit code 1
  --help
`;

const SHOWN = 20;

interface Run {
  readonly encoding: string;
  readonly without: string | undefined;
  readonly comparison: Comparison;
}

/** Has records stored by what is under test. */
type Deliver = (allowed: ReadonlySet<string>) => Promise<Delivered>;
type Prepare = (records: readonly RecordedRecord[]) => Promise<Deliver>;

async function* runsOf(recordings: Recordings, prepare: Prepare, sabotage: SabotageName | undefined) {
  const all = vinsIn(recordings);
  for (const [encoding, records] of recordings.records) {
    const deliver = await prepare(records);
    for (const without of [undefined, ...[...all].slice(0, 1)]) {
      const allowed = new Set([...all].filter((vin) => vin !== without));
      const delivered = await deliver(allowed);
      const { stored, refused } = sabotage === undefined ? delivered : SABOTAGES[sabotage](delivered);
      const comparison = compare({ recordings, encoding, stored, refused, allowed });
      yield { encoding, without, comparison } satisfies Run;
    }
  }
}

const decoded: Prepare = async (records) => async (allowed) => decodeAll(records, allowed);

/** One broker for all; each run is a group of its own, so each reads everything. */
function throughKafka(client: Kafka, url: string): Prepare {
  let runs = 0;
  return async (records) => {
    const pushed = await pushRecords(client, records);
    return (allowed) => throughIngest({ client, url, pushed, group: `run-${runs++}`, allowed });
  };
}

function summaryOf({ encoding, without, comparison }: Run): string {
  const { data, missing, wrong, extra } = comparison;
  const counts = Object.entries(Object.groupBy(data, ({ reason = 'stored' }) => reason)).map(
    ([reason, list = []]) => `${list.length} ${reason}`,
  );
  const faults = [...missing, ...wrong, ...extra].slice(0, SHOWN).map((fault) => `    ${fault}\n`);
  return (
    `${encoding}${without === undefined ? '' : ', without one car'}: ${data.length} data (${counts.join(', ')}); ` +
    `missing ${missing.length}, wrong ${wrong.length}, extra ${extra.length}\n${faults.join('')}`
  );
}

async function judge(
  recordings: Recordings,
  prepare: Prepare,
  { sabotage, out }: Pick<Options, 'sabotage' | 'out'>,
): Promise<boolean> {
  const lines: string[] = [];
  let isRight = true;
  for await (const run of runsOf(recordings, prepare, sabotage)) {
    process.stdout.write(summaryOf(run));
    const { data, missing, wrong, extra } = run.comparison;
    if (missing.length + wrong.length + extra.length > 0) isRight = false;
    if (run.without !== undefined) continue;
    for (const one of data) lines.push(`${JSON.stringify({ encoding: run.encoding, ...one })}\n`);
  }
  if (lines.length === 0) throw new Error('there are no records beside what is expected');
  if (out !== undefined) writeFileSync(out, lines.join(''));
  return isRight;
}

interface Options {
  readonly folder: string | undefined;
  readonly isShort: boolean;
  readonly out: string | undefined;
  readonly sabotage: SabotageName | undefined;
}

function readOptions(): Options | 'help' {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      short: { type: 'boolean', default: false },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { out, sabotage } = values;
  if (sabotage !== undefined && !isSabotage(sabotage)) throw new Error(`no sabotage is called ${sabotage}`);
  return { folder: positionals[0], isShort: values.short, out, sabotage };
}

async function main(): Promise<boolean> {
  const options = readOptions();
  if (options === 'help') return process.stdout.write(HELP);
  const { folder } = options;
  const recordings = folder === undefined ? readFixtures() : readRecordings(folder);
  if (options.isShort) return judge(recordings, decoded, options);
  const scratch = await mkdtemp(join(tmpdir(), 'outrider-fleet-telemetry-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const kafka = await startKafka(scratch);
  try {
    const brokers = kafka.nodes.map(({ address }) => address);
    const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
    return await judge(recordings, throughKafka(client, kafka.url), options);
  } finally {
    await kafka.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
