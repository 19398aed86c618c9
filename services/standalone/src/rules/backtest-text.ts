import { PLAN_HISTORY_MS } from '@outrider/bus';
import { FEWEST_CASES, type RuleQuality, type Share } from '@outrider/domain';
import { alignedTable } from '../table.ts';
import type { Backtest, SetResult } from './backtest.ts';

const TOO_FEW = 'too few';
const HISTORY_DAYS = PLAN_HISTORY_MS / (24 * 3_600_000);
const HEADS = ['rule', 'set', 'warned', 'precision', 'recall', 'lead', 'flips per stretch'];

/** For people; ends with a line's end. */
export function backtestText(result: Backtest): string {
  const { isSynthetic, span, cars, leftOut, records, snapshots, current, tried } = result;
  const left =
    leftOut === 0
      ? ''
      : ` Left out: ${leftOut} owners who do not agree to warnings and to figures about crowds.`;
  const time = `from ${day(span.fromMs)} to ${day(span.toMs)} (UTC)`;
  if (records === 0)
    return `Nothing to replay: no ${isSynthetic ? 'synthetic ' : ''}car that counts sent anything ${time}, or it is not kept any more.${left}\n`;
  const world =
    snapshots === 0
      ? 'The log has no road and weather of that time any more, so no plan could be judged.'
      : `${snapshots} snapshots of road and weather; the log keeps those of ${HISTORY_DAYS} days, and the newest of each car.`;
  const stretches = `${current.quality.stretches} stretches of plans were driven and could be judged or not.`;
  const failures = current.failures + tried.failures;
  return [
    ...(isSynthetic ? ['Synthetic: a simulation made these cars up, and nobody drove any of this.'] : []),
    `${cars} cars sent ${records} records ${time}.${left}`,
    world,
    `${stretches}${failures === 0 ? '' : ` ${failures} moments could not be computed.`}\n`,
    rulesTable(current, tried),
    outcomesTable(current, tried),
    `Nothing was sent. ${TOO_FEW}: fewer than ${FEWEST_CASES} cases. Each car began as its data sheet has it.\n`,
  ].join('\n');
}

const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');

function rulesTable(current: SetResult, tried: SetResult): string {
  const ids = [...new Set([current, tried].flatMap(({ warned }) => [...warned.keys()]))].toSorted();
  const sets = [
    ['current', current],
    ['tried', tried],
  ] as const;
  const rows = ids.flatMap((id) => sets.map(([name, set]) => ruleRow(id, name, set)));
  const all = sets.map(([name, { warned, quality }]) => {
    const total = [...warned.values()].reduce((sum, count) => sum + count, 0);
    return ['all', name, `${total}`, '', percent(quality.recall), '', ''];
  });
  return alignedTable(HEADS, [...rows, ...all]);
}

/** What came of the stretches, had each set warned and everybody done what they did. */
function outcomesTable(current: SetResult, tried: SetResult): string {
  const { outcomes } = tried.quality;
  const rows = Object.entries(current.quality.outcomes).map(([name, count]) => [
    name,
    `${count}`,
    `${outcomes[name as keyof typeof outcomes]}`,
  ]);
  return alignedTable(['stretches', 'current', 'tried'], rows);
}

function ruleRow(id: string, name: string, { warned, quality }: SetResult): readonly string[] {
  const rule = quality.rules.find(({ ruleId }) => ruleId === id);
  return [id, name, `${warned.get(id) ?? 0}`, ...(rule === undefined ? ['', '', '', ''] : figuresOf(rule))];
}

const figuresOf = ({ precision, recall, leadS, flipsPerStretch }: RuleQuality): readonly string[] => [
  percent(precision),
  percent(recall),
  leadS === null ? TOO_FEW : `${Math.round(leadS / 60)} min`,
  flipsPerStretch === null ? TOO_FEW : flipsPerStretch.toFixed(2),
];

const percent = ({ ratio, low, high, of }: Share): string =>
  ratio === null || low === null || high === null
    ? TOO_FEW
    : `${Math.round(ratio * 100)} % (${Math.round(low * 100)}-${Math.round(high * 100)}, of ${of})`;

/** With maps as objects. */
export const backtestJson = ({ current, tried, ...rest }: Backtest): string => {
  const plain = ({ warned, ...others }: SetResult) => ({ warned: Object.fromEntries(warned), ...others });
  return `${JSON.stringify({ ...rest, current: plain(current), tried: plain(tried) })}\n`;
};
