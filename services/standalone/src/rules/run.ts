import { factCatalogue, type LoadedRule, loadRules, OWN_RULES } from '@outrider/predictor';
import { createLog, systemClock } from '@outrider/runtime';
import { progressBar } from '../print/progress-bar.ts';
import type { StandaloneSettings } from '../settings.ts';
import { withStores } from '../stores.ts';
import { backtest } from './backtest.ts';
import { backtestJson, backtestText } from './backtest-text.ts';
import { answerBrakes, brakesText } from './brakes.ts';
import { explain } from './explain.ts';
import { explanationText } from './explain-text.ts';
import { loadsText } from './loads.ts';
import type { RulesCommand } from './read-command.ts';
import { reinstate, reinstateText } from './reinstate.ts';
import { reportText, testRules } from './test-rules.ts';

type Asked<K extends RulesCommand['kind']> = Extract<RulesCommand, { kind: K }>;

/** What a command about rules is given. */
export interface RulesTools {
  /** Read only by commands that need them. */
  readonly settings: () => StandaloneSettings;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Somebody looks at stderr while it runs. */
  readonly isWatched: boolean;
}

/** Runs it; false when something failed or could not be shown. */
export function runRules(
  command: Exclude<RulesCommand, { kind: 'help' }>,
  tools: RulesTools,
): Promise<boolean> {
  if (command.kind === 'rules-test') return runTest(command, tools);
  if (command.kind === 'rules-reinstate') return runReinstate(command, tools);
  if (command.kind === 'rules-brakes') return runBrakes(command, tools);
  if (command.kind === 'rules-history') return runHistory(command, tools);
  return command.kind === 'rules-explain' ? runExplain(command, tools) : runBacktest(command, tools);
}

/** Rules that cannot be used: every mistake with its file and line. */
export class RulesRefused extends Error {}

async function rulesOf(folder: string): Promise<readonly LoadedRule[]> {
  try {
    return await loadRules(folder, factCatalogue);
  } catch (error) {
    throw new RulesRefused(`${folder}: ${(error as Error).message}`);
  }
}

async function runTest(
  { folder = OWN_RULES }: Asked<'rules-test'>,
  { stdout }: RulesTools,
): Promise<boolean> {
  const startMs = systemClock.nowMs();
  const report = await testRules(folder);
  stdout(reportText(report, systemClock.nowMs() - startMs));
  return report.failures.length === 0;
}

async function runExplain(
  { vehicleId, ruleId, atMs = systemClock.nowMs(), isJson }: Asked<'rules-explain'>,
  tools: RulesTools,
): Promise<boolean> {
  const { process, predictor } = tools.settings();
  const rules = await rulesOf(predictor.rulesFolder ?? OWN_RULES);
  const explained = await withStores(
    process,
    { clock: systemClock, log: createLog(process.logLevel) },
    (stores) => explain(stores, { vehicleId, ruleId, atMs }, rules, systemClock.nowMs()),
  );
  tools.stdout(isJson ? `${JSON.stringify(explained)}\n` : explanationText(explained));
  return explained.kind === 'explained';
}

async function runReinstate({ ruleId }: Asked<'rules-reinstate'>, tools: RulesTools): Promise<boolean> {
  const { process } = tools.settings();
  const own = { clock: systemClock, log: createLog(process.logLevel) };
  const isLifted = await withStores(process, own, (stores) => reinstate(stores, ruleId, systemClock.nowMs()));
  tools.stdout(reinstateText(ruleId, isLifted));
  return isLifted;
}

async function runBrakes({ said, isJson }: Asked<'rules-brakes'>, tools: RulesTools): Promise<boolean> {
  const { process } = tools.settings();
  const own = { clock: systemClock, log: createLog(process.logLevel) };
  const found = await withStores(process, own, (stores) => answerBrakes(stores, said, systemClock.nowMs()));
  tools.stdout(isJson ? `${JSON.stringify(found)}\n` : brakesText(found));
  return found.answered.every(({ isTaken }) => isTaken);
}

async function runHistory({ limit, isJson }: Asked<'rules-history'>, tools: RulesTools): Promise<boolean> {
  const { process } = tools.settings();
  const own = { clock: systemClock, log: createLog(process.logLevel) };
  const loads = await withStores(process, own, ({ state }) => state.ruleLoads.list({ limit }));
  tools.stdout(isJson ? `${JSON.stringify(loads)}\n` : loadsText(loads));
  return true;
}

async function runBacktest(
  { fromMs, toMs, folder, isSynthetic, isJson }: Asked<'rules-backtest'>,
  tools: RulesTools,
): Promise<boolean> {
  const { process, predictor } = tools.settings();
  const sets = {
    current: await rulesOf(predictor.rulesFolder ?? OWN_RULES),
    tried: await rulesOf(folder),
    reorderWindowMs: predictor.reorderWindowS * 1000,
  };
  const onProgress = tools.isWatched ? progressBar(tools.stderr, 'the replay') : undefined;
  const result = await withStores(
    process,
    { clock: systemClock, log: createLog(process.logLevel) },
    (stores) => backtest(stores, { fromMs, toMs, isSynthetic }, sets, onProgress),
  );
  tools.stdout(isJson ? backtestJson(result) : backtestText(result));
  return true;
}
