import { type Alert, RESTRAINTS } from '@outrider/domain';
import { whole } from '../print/words.ts';
import { onOneLine } from '../table.ts';
import type { Decision, Explained, ExplainedAlert, Explanation, RuleNow } from './explain.ts';

const REFUSED: Readonly<Record<string, string>> = {
  'no-consent': 'whoever owned the car then does not agree to being warned: nothing of that time is read',
  'not-owner': 'nobody owned the car then, so nothing is stored of that time',
  'key-destroyed': 'what was stored of that time was erased',
};

/** For people; ends with a line's end. */
export function explanationText(explained: Explained): string {
  if (explained.kind === 'unknown-vehicle') return 'No such car is registered.\n';
  if (explained.kind === 'denied')
    return `Not shown: ${REFUSED[explained.reason] ?? `refused, ${explained.reason}`}.\n`;
  const { vehicleId, fromMs, atMs, alerts, rules, ruleId } = explained;
  const lines = [
    `${vehicleId}, from ${moment(fromMs)} to ${moment(atMs)} (UTC)`,
    `  ${heardLine(explained)}`,
    ...forecastLines(explained).map((line) => `  ${line}`),
    '',
    ...alerts.flatMap((alert) => [...alertLines(alert, rules), '']),
    ...unreadableLines(explained),
    ...silentLines(explained),
  ];
  if (ruleId !== undefined && rules.length === 0 && alerts.length === 0)
    lines.push(`No rule ${ruleId} is in the set of today, and nothing of it is stored.`);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** `2026-01-15 08:00` */
const moment = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

const heardLine = ({ heard }: Explanation): string =>
  heard === undefined
    ? 'The car said nothing about its charge in that time, or it is not kept any more: without it nothing is judged.'
    : `The car told its charge from ${moment(heard.firstMs)} to ${moment(heard.lastMs)}.`;

/** What was expected last, and the worst before. */
function forecastLines({ forecasts }: Explanation): readonly string[] {
  const last = forecasts.at(-1);
  if (last === undefined) return ['No forecast is stored of that time.'];
  const worst = forecasts.reduce((most, one) =>
    one.belowReserveProbability > most.belowReserveProbability ? one : most,
  );
  const line = (word: string, { madeAtMs, stopId, p10, p50, p90, belowReserveProbability }: typeof last) =>
    `${word} forecast, ${moment(madeAtMs)}: ${whole(p50)} % (${whole(p10)} to ${whole(p90)} %) at ${onOneLine(stopId)}, ` +
    `${percent(belowReserveProbability)} likely below the reserve.`;
  const count = `${forecasts.length} forecasts are stored.`;
  return worst === last
    ? [count, line('Newest and gravest', last)]
    : [count, line('Newest', last), line('Gravest', worst)];
}

function alertLines(explained: ExplainedAlert, rules: readonly RuleNow[]): readonly string[] {
  const { row, record, first, decisions } = explained;
  const about = record?.stopName ?? row.subject;
  const because = record?.facts.because;
  return [
    `${row.ruleId} about ${onOneLine(about)}: ${row.severity}, ${row.state}, step ${row.revision}`,
    `  began ${moment(row.startedAtMs)}, last changed ${moment(row.changedAtMs)}`,
    ...(typeof because === 'string' ? [`  It ended because: ${onOneLine(because)}.`] : []),
    ...(record === undefined ? ['  Its evidence cannot be read any more.'] : []),
    ...(first === undefined || first.revision === record?.revision ? [] : evidenceLines(first)),
    ...(record === undefined ? [] : evidenceLines(record)),
    ...(decisions.length === 0
      ? [`  ${nobodyLine(explained, rules)}`]
      : decisions.map((one) => `  ${decisionLine(one)}`)),
  ];
}

function evidenceLines({ revision, evidence, probability, remedies }: Alert): readonly string[] {
  const inputs = evidence.inputs.map(({ name, value, unit, ageS }) => {
    const shown =
      value === null
        ? 'unknown'
        : typeof value === 'number'
          ? `${Math.round(value * 1e4) / 1e4}`
          : `${value}`;
    const age = ageS === null || ageS === 0 ? '' : ` (${Math.round(ageS)} s old)`;
    return `${name} ${onOneLine(shown)}${unit === undefined ? '' : ` ${unit}`}${age}`;
  });
  const likely = probability === undefined ? '' : `${percent(probability)} likely below the reserve; `;
  const advice = remedies.map(({ kind }) => kind).join(', ') || 'none';
  return [
    `  Step ${revision} rested on: ${likely}${inputs.join('; ')}.`,
    `    Advice: ${advice}. Rule ${evidence.ruleVersion}, model ${onOneLine(evidence.modelVersion)}.`,
    ...(evidence.heldToCard === undefined
      ? []
      : [
          `    It was a silent card since its rule is held (${evidence.heldToCard}): ${RESTRAINTS[evidence.heldToCard]}`,
        ]),
  ];
}

/** An alert without a decision: the mode of its rule, or a notifier that has not come to it. */
function nobodyLine({ row, first }: ExplainedAlert, rules: readonly RuleNow[]): string {
  const rule = rules.find(({ id }) => id === row.ruleId);
  if (first === undefined && rule !== undefined && (rule.mode !== 'on' || rule.share !== undefined))
    return `Nobody was told: its rule is ${modeOf(rule)} in the set of today, and its record is not on the log.`;
  return first === undefined
    ? 'Nobody was told: its record is not on the log. Its rule was in shadow then, or the record is not kept any more.'
    : 'No decision about telling it is stored: the notifier has not come to it, or what it decided is not kept any more.';
}

/** `shadow (crew: too many false alarms)` */
function modeOf({ mode, share, switched }: RuleNow): string {
  const far = share === undefined ? mode : `${mode} for ${percent(share)} of the fleet`;
  return switched === undefined ? far : `${far} (${onOneLine(switched.by)}: ${onOneLine(switched.why)})`;
}

const REACHED: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);

function decisionLine(decision: Decision): string {
  const { atMs, changedAtMs, revision, channel, purpose, state, interrupts, why, title, probability } =
    decision;
  const where = channel ?? 'no channel';
  const what = purpose === 'alert' ? '' : ` (${purpose === 'resolve' ? 'withdrawal' : 'update'})`;
  const since = moment(atMs) === moment(changedAtMs) ? '' : ` since ${moment(changedAtMs)}`;
  const how = REACHED.has(state) && !interrupts ? ', a silent card' : '';
  const reason = why === undefined ? '' : `; ${why.stage}: ${why.reason}, ${why.because}`;
  const likely = probability === undefined ? '' : `, ${percent(probability)}`;
  const text = title === undefined ? '' : ` \u201c${onOneLine(title)}\u201d`;
  return `${moment(atMs)} step ${revision}${likely}, ${where}${what}: ${state}${since}${how}${reason}.${text}`;
}

function unreadableLines({ unreadable }: Explanation): readonly string[] {
  if (unreadable.length === 0) return [];
  return ['Alerts that could not be read', ...unreadable.map((one) => `  ${decisionLine(one)}`), ''];
}

/** Rules of today without an alert in that time. */
function silentLines({ rules, alerts, ruleId }: Explanation): readonly string[] {
  const silent = rules.filter(({ id }) => !alerts.some(({ row }) => row.ruleId === id));
  if (silent.length === 0) return [];
  const lines = silent.map((rule) => {
    const { id, mode, share, when, forS, about } = rule;
    const needs =
      ruleId === undefined
        ? ''
        : `\n    ${about}\n    It needs, for ${forS} s: ${when.replace(/\s+/g, ' ').trim()}`;
    const isPlain = mode === 'on' && share === undefined;
    return `  ${id}${isPlain ? '' : `, ${modeOf(rule)} in the set of today`}${needs}`;
  });
  return ['No alert is stored of that time from', ...lines];
}
