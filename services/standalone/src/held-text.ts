import { lapsesAtMs, RESTRAINTS, type RuleRestraint } from '@outrider/domain';

const moment = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** A rule that is held to silent cards: since when, why, and what ends it. */
export function heldText(restraint: RuleRestraint): string {
  const { ruleId, kind, sinceMs, ruleVersion, figures, answer } = restraint;
  const shown = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  const untilMs = lapsesAtMs(restraint);
  const kept = answer?.kind === 'keep' ? ` It is kept so by ${answer.by}.` : '';
  const until = untilMs === null ? '' : `, at ${moment(untilMs)}`;
  const command = kind === 'brake' ? `rules brakes --release ${ruleId}` : `rules reinstate ${ruleId}`;
  return [
    `${ruleId} is held to silent cards since ${moment(sinceMs)} (${kind}: ${shown.join(', ')}; version ${ruleVersion}).`,
    `  ${RESTRAINTS[kind]}${kept} It ends with another text of the rule, by outrider ${command}${until}.`,
    '',
  ].join('\n');
}
