// Recordings of a fleet-telemetry server's Kafka output, decoded, and compared with the truth beside them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Comparison, compare } from './compare.ts';
import { decodeAll } from './decode-all.ts';
import { readFixtures } from './fixture-recordings.ts';
import { type Recordings, readRecordings, vinsIn } from './recordings.ts';
import { isSabotage, SABOTAGES, type SabotageName } from './sabotage.ts';

const HELP = `npm run test:fleet-telemetry -- [folder] [options]

Decodes the Kafka records of a folder with expected.ndjson.gz and a <encoding>.ndjson.gz for each encoding, or those
among the fixtures of the decoder, and
compares what would be stored with the truth: missing, wrong and extra must be 0, and everything refused must be
so for a reason that follows from what was sent. Every car is allowed; then once more without one of them.

  --out FILE        one line per datum: encoding, n, field, path, value, unit, observedAt; or the reason it was refused
  --sabotage NAME   ${Object.keys(SABOTAGES).join(', ')}: must be found, exit code 1
  --help
`;

const SHOWN = 20;

interface Run {
  readonly encoding: string;
  readonly without: string | undefined;
  readonly comparison: Comparison;
}

function* runsOf(recordings: Recordings, sabotage: SabotageName | undefined): Iterable<Run> {
  const all = vinsIn(recordings);
  for (const [encoding, records] of recordings.records)
    for (const without of [undefined, ...[...all].slice(0, 1)]) {
      const allowed = new Set([...all].filter((vin) => vin !== without));
      const decoded = decodeAll(records, allowed);
      const { stored, refused } = sabotage === undefined ? decoded : SABOTAGES[sabotage](decoded);
      yield { encoding, without, comparison: compare({ recordings, encoding, stored, refused, allowed }) };
    }
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

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [folder] = positionals;
  const { sabotage } = values;
  if (sabotage !== undefined && !isSabotage(sabotage)) throw new Error(`no sabotage is called ${sabotage}`);
  const recordings = folder === undefined ? readFixtures() : readRecordings(folder);
  const lines: string[] = [];
  for (const run of runsOf(recordings, sabotage)) {
    process.stdout.write(summaryOf(run));
    const { data, missing, wrong, extra } = run.comparison;
    if (missing.length + wrong.length + extra.length > 0) process.exitCode = 1;
    if (run.without !== undefined) continue;
    for (const one of data) lines.push(`${JSON.stringify({ encoding: run.encoding, ...one })}\n`);
  }
  if (lines.length === 0) throw new Error(`${folder} has no records beside what is expected`);
  if (values.out !== undefined) writeFileSync(values.out, lines.join(''));
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
