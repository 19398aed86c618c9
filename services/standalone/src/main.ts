import { readFileSync } from 'node:fs';
import { checkKafkaTopics, createKafkaTopics, KafkaRefusal } from '@outrider/bus';
import { aclsOf, checkSources } from '@outrider/ingest';
import { channelsSetUp } from '@outrider/notifier';
import { OWN_RULES } from '@outrider/predictor';
import {
  createLog,
  createMetrics,
  DataFolderInUse,
  SettingsError,
  systemClock,
  systemRandom,
} from '@outrider/runtime';
import { backfillSeries, prepareSeries, SeriesRefusal } from '@outrider/telemetry';
import { readQuality, tableOfQuality } from './alert-quality.ts';
import { CanaryRefused, runCanary } from './canary/run.ts';
import { checkProviders, tableOf } from './check-providers.ts';
import { type Command, readCommand } from './command-line.ts';
import { compareForecasts, tableOfErrors } from './compare-forecasts.ts';
import { summariseErrors } from './compare-trips.ts';
import { runChaosDemo, runDemo, ScenarioInvalid } from './demo.ts';
import { helpText } from './help-text.ts';
import { runMessages } from './messages/run.ts';
import { providerProbes } from './provider-probes.ts';
import { RulesRefused, type RulesTools, runRules } from './rules/run.ts';
import { readStandaloneSettings } from './settings.ts';
import { SimulationRefused, writeFleet } from './simulate/run.ts';
import { runLive } from './simulate/run-live.ts';
import { startServer } from './start.ts';
import { tableOfSources } from './table.ts';

// The `outrider` command line: the one place that reads the environment and the arguments, and that exits.

const EXIT = { done: 0, failed: 1, misused: 2, interrupted: 130 } as const;

async function run(command: Command): Promise<number> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(helpText(command.about));
      return EXIT.done;
    case 'version':
      process.stdout.write(`outrider ${versionOfOutrider()}\n`);
      return EXIT.done;
    case 'wrong':
      return refuse(command);
    case 'start':
      return start();
    case 'demo':
      return demo(command);
    case 'chaos':
      return (await runChaosDemo({ ...command, ...stageOf(command) })) ? EXIT.done : EXIT.failed;
    case 'providers-check':
      return check(command.isJson);
    case 'series-prepare':
    case 'series-backfill':
      return series(command);
    case 'simulate-out':
    case 'simulate-data':
      return simulate(command);
    case 'canary':
      return canary(command);
    case 'messages-failed':
    case 'messages-replay':
      return messages(command);
    case 'quality':
      return quality(command);
    case 'compare':
      return compare(command);
    case 'sources-check':
      return checkAllSources(command.isJson);
    case 'sources-acls':
      return printAcls();
    case 'topics-create':
    case 'topics-check':
      return topics(command);
    default:
      return (await runRules(command, RULES_TOOLS)) ? EXIT.done : EXIT.failed;
  }
}

async function messages(
  command: Extract<Command, { kind: 'messages-failed' | 'messages-replay' }>,
): Promise<number> {
  const { settings, stdout } = RULES_TOOLS;
  return (await runMessages(command, settings(), stdout)) ? EXIT.done : EXIT.failed;
}

function refuse({ problem, about }: Extract<Command, { kind: 'wrong' }>): number {
  process.stderr.write(`outrider: ${problem}\n\n${helpText(about)}`);
  return EXIT.misused;
}

async function series(
  command: Extract<Command, { kind: 'series-prepare' | 'series-backfill' }>,
): Promise<number> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (command.kind === 'series-prepare')
    for (const line of await prepareSeries(seriesUrl(), command)) say(line);
  else await backfillSeries(seriesUrl(), command, (atMs) => say(`${new Date(atMs).toISOString()} done`));
  return EXIT.done;
}

async function printAcls(): Promise<number> {
  for (const source of readStandaloneSettings(process.env).ingest.sources)
    process.stdout.write(`# ${source.name}\n${(await aclsOf(source)).join('\n')}\n`);
  return EXIT.done;
}

async function topics(
  command: Extract<Command, { kind: 'topics-create' | 'topics-check' }>,
): Promise<number> {
  const { busUrl, logLevel } = readStandaloneSettings(process.env).process;
  const log = createLog(logLevel);
  const { created, findings } =
    command.kind === 'topics-create'
      ? await createKafkaTopics(busUrl, command, log)
      : { created: [], findings: await checkKafkaTopics(busUrl, command, log) };
  for (const name of created) process.stdout.write(`${name} created\n`);
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  if (findings.length === 0) process.stdout.write('all topics are as they should be\n');
  return findings.length === 0 ? EXIT.done : EXIT.failed;
}

const seriesUrl = (): string => readStandaloneSettings(process.env).process.telemetryUrl;

async function check(isJson: boolean): Promise<number> {
  const settings = readStandaloneSettings(process.env);
  const log = createLog(settings.process.logLevel);
  const probes = providerProbes(settings, { clock: systemClock, random: systemRandom, fetch, log });
  const results = await checkProviders(probes, systemClock);
  process.stdout.write(isJson ? `${JSON.stringify(results)}\n` : tableOf(results));
  return results.every(({ answered }) => answered) ? EXIT.done : EXIT.failed;
}

const RULES_TOOLS: RulesTools = {
  settings: () => readStandaloneSettings(process.env),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  isWatched: process.stderr.isTTY === true,
};

async function quality({ isJson, ...asked }: Extract<Command, { kind: 'quality' }>): Promise<number> {
  const { stateUrl, logLevel } = readStandaloneSettings(process.env).process;
  const found = await readQuality(stateUrl, asked, { clock: systemClock, log: createLog(logLevel) });
  process.stdout.write(isJson ? `${JSON.stringify(found)}\n` : tableOfQuality(found, asked.days));
  return EXIT.done;
}

async function compare(command: Extract<Command, { kind: 'compare' }>): Promise<number> {
  const { process: own } = readStandaloneSettings(process.env);
  const tools = { clock: systemClock, log: createLog(own.logLevel) };
  const errors = summariseErrors(await compareForecasts(own, command, tools));
  process.stdout.write(command.isJson ? `${JSON.stringify(errors)}\n` : tableOfErrors(errors));
  return EXIT.done;
}

async function checkAllSources(isJson: boolean): Promise<number> {
  const { ingest, process: own } = readStandaloneSettings(process.env);
  const checks = await checkSources(ingest.sources, createLog(own.logLevel));
  process.stdout.write(isJson ? `${JSON.stringify(checks)}\n` : tableOfSources(checks));
  return checks.some(({ isFault }) => isFault) ? EXIT.failed : EXIT.done;
}

async function start(): Promise<number> {
  const settings = readStandaloneSettings(process.env);
  const log = createLog(settings.process.logLevel);
  // Listened for before anybody is told that the server runs: whoever reads the welcome may end it at once.
  const stopSignal = firstSignal();
  const { composition, welcome } = await startServer(settings, log);
  process.stdout.write(welcome);
  const signal = await stopSignal;
  log.info({ signal }, 'stopping');
  await composition.stop();
  return EXIT.done;
}

async function demo(command: Extract<Command, { kind: 'demo' }>): Promise<number> {
  await runDemo({ ...command, ...stageOf(command) });
  return EXIT.done;
}

/** Where a demo shows itself, and what ends it early. */
function stageOf({ isJson }: { readonly isJson: boolean }) {
  const stop = new AbortController();
  firstSignal().then((signal) => stop.abort(new Interrupted(signal)));
  const out = isJson ? process.stderr : process.stdout;
  return {
    terminal: {
      stdout: (text: string) => void process.stdout.write(text),
      stderr: (text: string) => void process.stderr.write(text),
      isColourful: out.isTTY === true && process.env.NO_COLOR === undefined,
      isWatched: process.stderr.isTTY === true,
    },
    realClock: systemClock,
    log: createLog('warn'),
    signal: stop.signal,
  };
}

async function simulate(
  command: Extract<Command, { kind: 'simulate-out' | 'simulate-data' }>,
): Promise<number> {
  const { signal, terminal } = stageOf({ isJson: true });
  const { stderr, isWatched } = terminal;
  const tools = { clock: systemClock, stdout: process.stdout, stderr, isWatched, signal };
  if (command.kind === 'simulate-out') await writeFleet(command, tools);
  else await runLive(command, { ...tools, log: createLog('warn') });
  return EXIT.done;
}

async function canary(command: Extract<Command, { kind: 'canary' }>): Promise<number> {
  const { process: own, predictor, notifier } = readStandaloneSettings(process.env);
  const stop = new AbortController();
  firstSignal().then(() => stop.abort());
  const log = createLog(own.logLevel);
  const runtime = { eventClock: systemClock, realClock: systemClock, log, metrics: createMetrics() };
  const isWell = await runCanary(command, predictor.rulesFolder ?? OWN_RULES, {
    ...{ realClock: systemClock, log, signal: stop.signal, setUp: await channelsSetUp(notifier, runtime) },
    stdout: (text) => void process.stdout.write(text),
  });
  return isWell || !command.isOnce ? EXIT.done : EXIT.failed;
}

class Interrupted extends Error {
  constructor(signal: string) {
    super(`stopped by ${signal}`);
  }
}

/** Resolves at the first SIGINT or SIGTERM; the second one ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (isStopping) process.exit(EXIT.interrupted);
        isStopping = true;
        resolve(signal);
      });
  });
}

function versionOfOutrider(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

/** Mistakes a user can mend are told in their own words; all else keeps its stack. */
function messageOf(error: unknown): string {
  const isUsersOwn =
    error instanceof SettingsError ||
    error instanceof DataFolderInUse ||
    error instanceof ScenarioInvalid ||
    error instanceof SeriesRefusal ||
    error instanceof KafkaRefusal ||
    error instanceof RulesRefused ||
    error instanceof SimulationRefused ||
    error instanceof CanaryRefused ||
    error instanceof Interrupted;
  if (isUsersOwn) return error.message;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return `${error.message}. Another program uses this port: set API_PORT or GATEWAY_PORT.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  process.exitCode = await run(readCommand(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`outrider: ${messageOf(error)}\n`);
  process.exitCode = error instanceof Interrupted ? EXIT.interrupted : EXIT.failed;
}
