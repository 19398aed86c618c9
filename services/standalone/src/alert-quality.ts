import { listHeld } from '@outrider/api';
import {
  type AlertQuality,
  FEWEST_CASES,
  NOT_USEFUL_BECAUSE,
  RULE_BAR,
  type RuleOpinion,
  type RuleRestraint,
  type Share,
  summariseOpinions,
  summariseQuality,
} from '@outrider/domain';
import { type Clock, type Log, lockDataFolders } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { heldText } from './held-text.ts';
import { alignedTable } from './table.ts';

const DAY_MS = 24 * 3_600_000;
/** What is counted at most, the newest first. */
const STRETCHES_MAX = 100_000;

/** What warnings and forecasts were worth, and which rules are held for it. */
export interface QualityNow extends AlertQuality {
  readonly held: readonly RuleRestraint[];
  readonly notUseful: readonly RuleOpinion[];
  /** About cars that a simulation made up; else about real ones, never about both. */
  readonly isSynthetic: boolean;
  /** Stretches of the other kind of cars. */
  readonly leftOut: number;
}

export interface QualityAsked {
  readonly days: number;
  readonly isSynthetic: boolean;
}

/** Of the days up to today. @throws what the engine says, and DataFolderInUse while a server runs on the same file */
export async function readQuality(
  stateUrl: string,
  { days, isSynthetic }: QualityAsked,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<QualityNow> {
  const lock = await lockDataFolders([stateUrl]);
  try {
    const state = await openState(stateUrl, { log });
    try {
      const today = Math.floor(clock.nowMs() / DAY_MS) * DAY_MS;
      const fromMs = today - (days - 1) * DAY_MS;
      const labels = await state.quality.listSince(fromMs, STRETCHES_MAX, { isSynthetic });
      const leftOut = await state.quality.countSince(fromMs, { isSynthetic: !isSynthetic });
      return {
        ...summariseQuality(labels),
        isSynthetic,
        leftOut,
        held: await listHeld(state, clock.nowMs()),
        notUseful: summariseOpinions(await state.opinions.countSince(fromMs, { isSynthetic })),
      };
    } finally {
      await state.close();
    }
  } finally {
    await lock.release();
  }
}

/** Whose figures these are not. */
const whoseLines = ({ isSynthetic, leftOut }: QualityNow): readonly string[] => [
  ...(isSynthetic ? ['Synthetic: a simulation made these cars up, and nobody drove any of this.\n'] : []),
  ...(leftOut > 0
    ? [
        isSynthetic
          ? `${leftOut} stretches of real cars are not in it.\n`
          : `${leftOut} stretches of synthetic cars are not in it; --synthetic shows those alone.\n`,
      ]
    : []),
];

/** What people said of warnings themselves. */
const opinionLines = ({ notUseful }: QualityNow): readonly string[] =>
  notUseful.map(({ ruleId, notUseful: count, mostly }) => {
    const why =
      mostly === null
        ? ''
        : `, mostly ${mostly.because} (${mostly.count}): ${NOT_USEFUL_BECAUSE[mostly.because]}`;
    return `${ruleId}: ${count} warnings were called not useful${why || '.'}\n`;
  });

/** For people; says so when nothing was judged yet. */
export function tableOfQuality(quality: QualityNow, days: number): string {
  const { stretches, outcomes, recall, rules, forecasts, held } = quality;
  const heldLines = [...held.map(heldText), ...opinionLines(quality), ...whoseLines(quality)];
  const span = days === 1 ? 'today' : `in the last ${days} days`;
  if (stretches === 0)
    return `No stretch of a planned trip was judged ${span}. Stretches are judged when they end, and only of cars\nwhose owners agreed to figures about crowds (service_quality_aggregate).\n${heldLines.join('')}`;
  const ended = Object.entries(outcomes).map(([name, count]) => [name, `${count}`]);
  const ruleRows = rules.map((one) => [
    one.ruleId,
    `${one.stretches}`,
    percent(one.precision),
    percent(one.recall),
    percent(one.actedOn),
    one.leadS === null ? TOO_FEW : `${Math.round(one.leadS / 60)} min`,
    one.inTime.of === 0 ? '-' : percent(one.inTime),
    one.flipsPerStretch === null ? TOO_FEW : one.flipsPerStretch.toFixed(2),
  ]);
  const heads = ['rule', 'stretches', 'precision', 'recall', 'acted on', 'lead', 'in time', 'flips'];
  const bins = forecasts.reliability
    .filter((bin) => bin.forecasts > 0)
    .map((bin) => [
      `${Math.round(bin.from * 100)}-${Math.round(bin.to * 100)} %`,
      `${bin.forecasts}`,
      bin.observed === null ? TOO_FEW : `${Math.round(bin.observed * 100)} %`,
    ]);
  return [
    `${stretches} stretches of planned trips ended ${span}.\n`,
    alignedTable(['outcome', 'stretches'], ended),
    `Warned in time, of all in need: ${percent(recall)}\n`,
    rules.length === 0 ? 'No rule interrupted about a stop of a plan.\n' : alignedTable(heads, ruleRows),
    `${forecasts.count} forecasts: Brier ${forecasts.brier?.toFixed(3) ?? TOO_FEW}, within p10 to p90 ${percent(forecasts.coverage)}\n`,
    ...(bins.length === 0 ? [] : [alignedTable(['forecast', 'stretches', 'reserve missed'], bins)]),
    ...rules.filter(({ isBelowBar }) => isBelowBar).map(belowBar),
    ...heldLines,
    ...(hasTooFew(quality) ? [`${TOO_FEW}: fewer than ${FEWEST_CASES} cases.\n`] : []),
  ].join('\n');
}

const belowBar = ({ ruleId }: AlertQuality['rules'][number]): string =>
  `${ruleId} is below its bar: fewer than ${RULE_BAR.precision * 100} % of its warnings were right.\n`;

const TOO_FEW = 'too few';

const percent = ({ ratio, low, high, of }: Share): string =>
  ratio === null || low === null || high === null
    ? TOO_FEW
    : `${Math.round(ratio * 100)} % (${Math.round(low * 100)}-${Math.round(high * 100)}, of ${of})`;

const hasTooFew = ({ recall, rules, forecasts }: AlertQuality): boolean =>
  forecasts.brier === null ||
  [recall, ...rules.flatMap((one) => [one.precision, one.recall, one.actedOn])].some(
    (one) => one.ratio === null,
  );
