import { VICTIMS, type Victim } from './faults.ts';
import type { Finding } from './judge.ts';
import type { Outcome } from './outcome.ts';
import type { Failure } from './run.ts';

const BROKEN_SHOWN = 8;

/** The figures for people: promises, then how often each rule spoke under each victim. */
export function report(
  outcomes: readonly Outcome[],
  findings: readonly Finding[],
  failures: readonly Failure[],
): string {
  return [
    `${'promise'.padEnd(58)}${'checked'.padStart(9)}${'broken'.padStart(9)}`,
    ...findings.flatMap(({ promise, checked, broken }) => [
      `${promise.padEnd(58)}${String(checked).padStart(9)}${String(broken.length).padStart(9)}`,
      ...broken.slice(0, BROKEN_SHOWN).map((one) => `    ${one}`),
      ...(broken.length > BROKEN_SHOWN ? [`    and ${broken.length - BROKEN_SHOWN} more`] : []),
    ]),
    ...failures.map(
      ({ job, why }) => `could not be played: ${job.scenario} ${JSON.stringify(job.cell)}: ${why}`,
    ),
    '',
    ...ruleTable(outcomes),
  ].join('\n');
}

/** Drives in which a rule spoke, of those in which it speaks without a fault. */
function ruleTable(outcomes: readonly Outcome[]): string[] {
  const victims = Object.keys(VICTIMS) as Victim[];
  const healthy = outcomes.filter(({ cell }) => cell === null);
  const rules = [...new Set(healthy.flatMap(({ steps }) => steps.map(({ ruleId }) => ruleId)))].sort();
  const speaks = (one: Outcome, ruleId: string) => one.steps.some((step) => step.ruleId === ruleId);
  return [
    `${'spoke / due, drives'.padEnd(26)}${victims.map((name) => name.padStart(15)).join('')}`,
    ...rules.map((ruleId) => {
      const due = new Set(healthy.filter((one) => speaks(one, ruleId)).map(({ scenario }) => scenario));
      const cells = victims.map((victim) => {
        const drives = outcomes.filter(({ scenario, cell }) => cell?.victim === victim && due.has(scenario));
        return `${drives.filter((one) => speaks(one, ruleId)).length} / ${drives.length}`.padStart(15);
      });
      return `${ruleId.padEnd(26)}${cells.join('')}`;
    }),
  ];
}
