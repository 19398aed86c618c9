// The contracts of the engines against the servers that fleets run, started here and stopped again.
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { ROOT } from '../repository/files.ts';
import { drive, drive2 } from './drive.ts';
import type { Engine, StartedEngine } from './engine.ts';
import { influxdb, influxdb2 } from './influxdb.ts';
import { kafka } from './kafka.ts';
import { kafkaCluster } from './kafka-cluster.ts';
import { postgres } from './postgres.ts';
import { prometheus } from './prometheus.ts';

/** Every engine with a real server; each starts alone, so that one machine's memory is enough. */
const ENGINES: readonly Engine[] = [
  ...[influxdb, influxdb2, kafka, kafkaCluster, postgres, prometheus],
  ...[drive, drive2],
];
const NAMES = ENGINES.map(({ name }) => name);

const HELP = `npm run test:engines -- [options]

Starts the real servers, on this machine and without containers, and runs what every engine must keep.

  --only ENGINE   ${NAMES.join(' or ')}; repeatable
  --out DIR       writes each engine's results and figures there, as JSON
  --sabotage NAME breaks a promise on purpose; the run must then fail:
${ENGINES.flatMap(({ name, sabotages = {} }) =>
  Object.entries(sabotages).map(([sabotage, what]) => `                    ${sabotage} (${name}): ${what}\n`),
).join('')}  --help
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Options {
  readonly engines: readonly Engine[];
  readonly out: string | undefined;
  readonly sabotage: string | undefined;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  for (const name of values.only ?? [])
    if (!NAMES.includes(name)) throw new Error(`--only is ${NAMES.join(' or ')}, not ${name}`);
  const { only, out, sabotage } = values;
  const engines = enginesOf(only, sabotage);
  if (engines.length === 0) throw new Error(`none of these engines has a sabotage ${sabotage}: see --help`);
  return { engines, out, sabotage };
}

/** @throws when one is asked for by name and is not there; without a name it is left out, and that is told */
function enginesOf(only: readonly string[] | undefined, sabotage: string | undefined): readonly Engine[] {
  return ENGINES.filter(({ name, missing, sabotages = {} }) => {
    if (!(only?.includes(name) ?? true)) return false;
    if (sabotage !== undefined && !Object.hasOwn(sabotages, sabotage)) return false;
    const why = missing?.();
    if (why === undefined) return true;
    if (only !== undefined) throw new Error(`${name}: ${why}`);
    say(`${name} left out: ${why}`);
    return false;
  });
}

/** Whether all tests of one engine passed. @throws when a sabotaged one did not even begin. Its server is stopped either way. */
async function runEngine(engine: Engine, folder: string, options: Options): Promise<boolean> {
  const started = await engine.start(join(folder, engine.name));
  say(`${engine.name} ${started.version}`);
  try {
    return await runTests(engine, started, options);
  } finally {
    await started.stop();
  }
}

async function runTests(
  engine: Engine,
  { addresses }: StartedEngine,
  { out, sabotage = '' }: Options,
): Promise<boolean> {
  const json = out === undefined ? undefined : join(resolve(out), `${engine.name}.json`);
  const vitest = await startVitest('test', [], {
    ...{ root: ROOT, config: false, watch: false, run: true, include: [...engine.files] },
    ...{ testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false },
    provide: { engines: { [engine.name]: addresses }, sabotage },
    reporters: json === undefined ? ['default'] : ['default', 'json'],
    ...(json !== undefined && { outputFile: { json } }),
  });
  const modules = vitest.state.getTestModules();
  await vitest.close();
  const errors = vitest.state.getUnhandledErrors();
  if (sabotage !== '' && modules.some((one) => one.errors().length > 0))
    throw new Error('a proof did not begin: it shows nothing about what was broken');
  return modules.length === engine.files.length && errors.length === 0 && modules.every((one) => one.ok());
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') return say(HELP);
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'outrider-engines-'));
  // Also when interrupted; servers go the same way, before this.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const failed: string[] = [];
  for (const engine of options.engines)
    if (!(await runEngine(engine, folder, options))) failed.push(engine.name);
  say(failed.length === 0 ? 'all engines keep their contract' : `FAILED: ${failed.join(', ')}`);
  process.exit(failed.length === 0 ? 0 : 1);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
}
