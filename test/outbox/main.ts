// Proof that no message is lost and none is seen twice, wherever the notifier dies.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progress } from '../proof/progress.ts';
import { isKept, reportOf } from '../proof/report.ts';
import { runProof } from '../proof/run-proof.ts';
import { runKills } from './kills.ts';
import { writeOutcomes } from './ledger.ts';
import { check, type Outcome, repeatsIn } from './promises.ts';
import { makeRuns } from './runs.ts';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

const HELP = `npm run test:outbox -- [options]

Lets the notifier die at every boundary between two effects (a decision, a claim, a send, its record, its
publication), drops its memory, reopens its store, and counts the messages people get; then kills a notifier
process (kill -9) over and over while it sends over the real wires of mail and webhooks. Nobody ever answers, so one
message in two (with kills, one in three) goes on from the driver to the co-driver, who is to get it in time, once.

  --short            500 runs and 20 kills
  --runs N           runs in this process (10000)
  --kills N          kills of a process (200)
  --seed N           decides the moments (1)
  --only PART        runs or kills
  --out DIR          writes what was due, the copies that left, and what was seen
  --sabotage NAME    breaks a promise on purpose; the run must then fail:
${Object.entries(SABOTAGES)
  .map(([name, about]) => `                       ${name.padEnd(20)}${about}`)
  .join('\n')}
  --help
`;

interface Options {
  readonly runs: number;
  readonly kills: number;
  readonly seed: number;
  readonly parts: ReadonlySet<'runs' | 'kills'>;
  readonly out: string | undefined;
  readonly sabotage?: Sabotage;
}

function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      runs: { type: 'string' },
      kills: { type: 'string' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      out: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { only, out, sabotage } = values;
  if (only !== undefined && only !== 'runs' && only !== 'kills')
    throw new Error(`--only is runs or kills, not ${only}`);
  if (sabotage !== undefined && !isSabotage(sabotage))
    throw new Error(`there is no sabotage ${sabotage}: ${Object.keys(SABOTAGES).join(', ')}`);
  return {
    runs: count('--runs', values.runs ?? (values.short ? '500' : '10000')),
    kills: count('--kills', values.kills ?? (values.short ? '20' : '200')),
    seed: count('--seed', values.seed),
    parts: new Set<'runs' | 'kills'>(only === undefined ? ['runs', 'kills'] : [only]),
    out,
    ...(sabotage === undefined ? {} : { sabotage }),
  };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${name} is a whole number from 1, not ${text}`);
  return Number(text);
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function conclude(
  title: string,
  outcomes: readonly Outcome[],
  figures: Readonly<Record<string, number>>,
  out: string | undefined,
): Promise<boolean> {
  const findings = check(outcomes);
  say(`\n${title}`);
  for (const line of reportOf({ ...figures, 'repeats that no reader shows': repeatsIn(outcomes) }, findings))
    say(line);
  if (out !== undefined) await writeOutcomes(out, outcomes);
  return isKept(findings);
}

const within = (out: string | undefined, part: string) => (out === undefined ? undefined : join(out, part));

async function proveRuns(options: Options, folder: string): Promise<boolean> {
  const { outcomes, deaths } = await makeRuns({
    ...options,
    folder: join(folder, 'runs'),
    onProgress: progress('runs', options.runs),
  });
  const died = Object.fromEntries([...deaths].map(([boundary, times]) => [`died ${boundary}`, times]));
  const isKeptThroughout = await conclude(
    'a notifier that dies in this process',
    outcomes,
    { runs: outcomes.length, ...died },
    within(options.out, 'runs'),
  );
  const missed = [...deaths].filter(([, times]) => times === 0).map(([boundary]) => boundary);
  if (missed.length > 0) say(`not tested: nobody died ${missed.join(', ')}`);
  return isKeptThroughout && missed.length === 0;
}

async function proveKills(options: Options, folder: string): Promise<boolean> {
  const { outcome, figures } = await runKills({
    ...options,
    folder: join(folder, 'kills'),
    onProgress: progress('kill -9', options.kills),
  });
  return conclude('a notifier process that is killed', [outcome], figures, within(options.out, 'kills'));
}

await runProof({
  name: 'outbox',
  help: HELP,
  readOptions,
  async prove(options, folder) {
    let hasKept = true;
    if (options.parts.has('runs')) hasKept = await proveRuns(options, folder);
    if (options.parts.has('kills')) hasKept = (await proveKills(options, folder)) && hasKept;
    return hasKept;
  },
});
