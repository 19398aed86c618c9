import { type Share, shareOf } from '@outrider/domain';
import type { QualityNow } from '../alert-quality.ts';
import { alignedTable } from '../table.ts';
import type { JudgedStretch } from './life.ts';

// What warnings were worth, against what truly would have come. Pure.

/** A range warning that keeps these is one that people go on answering. */
export const TARGETS = { precision: 0.8, recall: 0.95, leadMin: 20, flipsPerTrip: 0.05 } as const;

export interface Check {
  /** Stretches of plans that were told. */
  readonly stretches: number;
  readonly inNeed: number;
  readonly warned: number;
  readonly stranded: number;
  /** Of those warned, the reserve would have been missed. */
  readonly precision: Share;
  /** Of those in need, warned while its advice still helped. */
  readonly recall: Share;
  /** Median from hearing it to the last moment its advice helped; null: none had such a moment. */
  readonly leadMin: number | null;
  readonly flipsPerTrip: number | null;
}

export function checkOf(judged: readonly JudgedStretch[]): Check {
  const told = judged.filter(({ truth }) => truth.isTold);
  const inNeed = told.filter(({ truth }) => truth.wouldHaveFailed);
  const warned = told.filter(({ truth }) => truth.firstWarnedAtMs !== null);
  const leads = warned.flatMap(({ truth, deadlineAtMs }) =>
    deadlineAtMs === undefined || truth.firstWarnedAtMs === null
      ? []
      : [(deadlineAtMs - truth.firstWarnedAtMs) / 60_000],
  );
  const trips = new Set(told.map(({ truth }) => truth.tripId)).size;
  const flips = told.reduce((sum, one) => sum + one.flips, 0);
  return {
    ...{ stretches: told.length, inNeed: inNeed.length, warned: warned.length },
    stranded: told.filter(({ truth }) => truth.isStranded).length,
    precision: shareOf(warned.filter(({ truth }) => truth.wouldHaveFailed).length, warned.length),
    recall: shareOf(inNeed.filter(wasInTime).length, inNeed.length),
    leadMin: median(leads),
    flipsPerTrip: trips === 0 ? null : flips / trips,
  };
}

/** Heard before its advice was too late; where nobody knew of advice, it was. */
const wasInTime = ({ truth, deadlineAtMs }: JudgedStretch): boolean =>
  truth.firstWarnedAtMs !== null && deadlineAtMs !== undefined && deadlineAtMs > truth.firstWarnedAtMs;

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** For people. The board's own figures stand beside: it judges by what cars sent, and knows no truth. */
export function checkText(check: Check, { outcomes, forecasts }: QualityNow): string {
  const { precision, recall, leadMin, flipsPerTrip } = check;
  const rows = [
    [
      'precision',
      percent(precision),
      `${100 * TARGETS.precision} % or more`,
      verdict(precision.ratio, (x) => x >= TARGETS.precision),
    ],
    [
      'recall, in time',
      percent(recall),
      `${100 * TARGETS.recall} % or more`,
      verdict(recall.ratio, (x) => x >= TARGETS.recall),
    ],
    [
      'median lead',
      leadMin === null ? NONE : `${leadMin.toFixed(0)} min`,
      `${TARGETS.leadMin} min or more`,
      verdict(leadMin, (x) => x >= TARGETS.leadMin),
    ],
    [
      'flips per trip',
      flipsPerTrip === null ? NONE : flipsPerTrip.toFixed(3),
      `${TARGETS.flipsPerTrip} or fewer`,
      verdict(flipsPerTrip, (x) => x <= TARGETS.flipsPerTrip),
    ],
  ];
  const board = Object.entries(outcomes).map(([name, count]) => `${name} ${count}`);
  const brier = forecasts.brier === null ? NONE : forecasts.brier.toFixed(3);
  return [
    'Synthetic: nobody drove any of this. What drivers heard, against what would have come had nobody warned:\n',
    `${check.stretches} stretches of plans that were told, ${check.inNeed} of them in need, ${check.warned} warned, ${check.stranded} stranded.\n`,
    alignedTable(['figure', 'found', 'target', ''], rows),
    `The quality board, which knows no truth: ${board.join(', ')}.\n`,
    `${forecasts.count} forecasts at the start of a drive: Brier ${brier}, within p10 to p90 ${percent(forecasts.coverage)} (80 % is promised).\n`,
  ].join('\n');
}

const NONE = 'too few';

const percent = ({ ratio, low, high, of }: Share): string =>
  ratio === null || low === null || high === null
    ? NONE
    : `${Math.round(100 * ratio)} % (${Math.round(100 * low)}-${Math.round(100 * high)}, of ${of})`;

const verdict = (figure: number | null, keeps: (figure: number) => boolean): string =>
  figure === null ? '' : keeps(figure) ? 'kept' : 'MISSED';
