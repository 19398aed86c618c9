// Proof that a cluster under load loses nothing and doubles nothing, whoever of it is killed or away.
import { parseArgs } from 'node:util';
import { seededRandom } from '@outrider/runtime';
import { writeLedger } from '../proof/ledger.ts';
import { progress } from '../proof/progress.ts';
import { isKept, reportOf } from '../proof/report.ts';
import { runProof } from '../proof/run-proof.ts';
import { FAULT_KINDS, type FaultKind, planFaults } from './faults.ts';
import { runCluster } from './run.ts';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

const HELP = `npm run test:cluster -- [options]

Starts Kafka, InfluxDB and PostgreSQL, every service as a process of its own, and a second ingest and predictor.
Cars speak all the time. Somebody is killed (kill -9) every few seconds; the broker is restarted, InfluxDB and
PostgreSQL are away for 30 s each. Then everything acknowledged and told is counted.

  --short          each server is away once, for 12 s
  --rounds N       how often each server is away (3)
  --seed N         decides who is killed, and when (1)
  --only KIND      ${FAULT_KINDS.join(' or ')}; repeatable
  --out DIR        writes ledgers: what was sent, acknowledged, stored, told
  --sabotage NAME  breaks a promise on purpose; the run must then fail:
${Object.entries(SABOTAGES)
  .map(([name, about]) => `                     ${name.padEnd(14)}${about}`)
  .join('\n')}
  --help
`;

interface Options {
  readonly isShort: boolean;
  readonly rounds: number;
  readonly seed: number;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly out: string | undefined;
  readonly sabotage: Sabotage | undefined;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { short, only, out, sabotage } = values;
  if (sabotage !== undefined && !isSabotage(sabotage))
    throw new Error(`there is no sabotage ${sabotage}: ${Object.keys(SABOTAGES).join(', ')}`);
  const kinds = (only ?? FAULT_KINDS).map((name) => {
    const kind = FAULT_KINDS.find((one) => one === name);
    if (kind === undefined) throw new Error(`--only is ${FAULT_KINDS.join(' or ')}, not ${name}`);
    return kind;
  });
  return {
    ...{ isShort: short, kinds: new Set(kinds), out, sabotage, seed: whole('--seed', values.seed) },
    rounds: whole('--rounds', values.rounds ?? (short ? '1' : '3')),
  };
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is a whole number, not ${text}`);
  return Number(text);
}

const AWAY_MS = { short: 12_000, long: 30_000 };
const CALM_MS = { short: 25_000, long: 60_000 };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function prove(options: Options, folder: string): Promise<boolean> {
  const { isShort, rounds, seed, kinds, sabotage, out } = options;
  const length = isShort ? 'short' : 'long';
  const plan = planFaults({ random: seededRandom(seed), kinds, rounds, awayMs: AWAY_MS[length] });
  const calmMs = CALM_MS[length];
  const show = progress('cluster', Math.round((calmMs + plan.endMs) / 1_000));
  const report = await runCluster({ ...{ folder, plan, calmMs, sabotage }, onProgress: show });
  if (out !== undefined) await writeLedger(out, report.ledger, report.recount.found);
  say('\na cluster under load');
  for (const line of reportOf(report.figures, report.findings)) say(line);
  return isKept(report.findings);
}

await runProof({ name: 'cluster', help: HELP, readOptions, prove });
// Clients of servers that are gone may still wait for them.
process.exit();
