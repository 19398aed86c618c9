import type { Outcome, PointOutcome } from './outcome.ts';

const WINTER = '2013-01-winter-i95';
const MADE_IT = '2013-02-i95-made-it';
const COMMUTING = 'synthetic-commuting-week';
const UNPLANNED = 'synthetic-hill-and-back';

export const SCENARIOS = { perturbed: [WINTER, MADE_IT], single: [COMMUTING, UNPLANNED] } as const;

/** Of needed warnings, at least this share must come in time (the published target for range alerts). */
const RECALL_MIN = 0.95;

/** Both drives keep this reserve. */
const RESERVE_PCT = 5;
/** A warning whose trip would have ended this far above the reserve was clearly not needed. */
const CLEAR_PCT = 5;

/** The figures as a table for people. */
export function report(outcomes: readonly Outcome[], seeds: number): string {
  const winter = of(outcomes, WINTER);
  const madeIt = of(outcomes, MADE_IT);
  const ids = winter[0]?.points.map((point) => point.id) ?? [];
  const lines = [
    `Both drives as published and under ${seeds} perturbations each, through every service`,
    '',
    `${'decision point'.padEnd(20)} needed  warned  recall  remedy holds  lead min p10/p50/p90  twice  unneeded  by 5 points`,
    ...ids.map((id) => pointLine(id, winter)),
    pointLine('all', winter),
    '',
    `the drive that made it: ${sum(madeIt.map((outcome) => outcome.interruptions))} interruptions in ${madeIt.length} runs`,
    `a week of commuting: ${interruptions(outcomes, COMMUTING)} interruptions`,
    `without a plan, hill on the way back: ${unplannedLine(outcomes)}`,
  ];
  return lines.join('\n');
}

function pointLine(id: string, outcomes: readonly Outcome[]): string {
  const points = outcomes.flatMap((outcome) =>
    outcome.points.filter((point) => id === 'all' || point.id === id),
  );
  const needed = points.filter((point) => point.isNeeded);
  const warned = needed.filter((point) => point.isWarned);
  const leads = warned.flatMap((point) => point.leadMinutes ?? []).toSorted((a, b) => a - b);
  const unneeded = points.filter((point) => !point.isNeeded && point.interruptions > 0);
  const enough = warned.filter((point) => point.isRemedyEnough === true);
  return [
    id.padEnd(20),
    String(needed.length).padStart(6),
    String(warned.length).padStart(7),
    percent(warned.length, needed.length).padStart(7),
    percent(enough.length, warned.length).padStart(13),
    [0.1, 0.5, 0.9]
      .map((share) => Math.round(quantile(leads, share)))
      .join('/')
      .padStart(21),
    String(points.filter((point) => point.interruptions > 1).length).padStart(6),
    String(unneeded.length).padStart(9),
    String(unneeded.filter((point) => point.ignoredSocPct > RESERVE_PCT + CLEAR_PCT).length).padStart(12),
  ].join(' ');
}

/** What was promised and not reached; empty when all holds. */
export function verdictOf(outcomes: readonly Outcome[]): string[] {
  const failures: string[] = [];
  const winter = of(outcomes, WINTER).flatMap((outcome) => outcome.points);
  const needed = winter.filter((point) => point.isNeeded);
  const recall = share(needed, (point) => point.isWarned);
  if (needed.length === 0) failures.push('no decision of the winter drive needed a warning');
  if (recall < RECALL_MIN)
    failures.push(`recall ${(100 * recall).toFixed(1)} %, at least ${100 * RECALL_MIN} % wanted`);
  const needless = sum(of(outcomes, MADE_IT).map((outcome) => outcome.interruptions));
  if (needless > 0) failures.push(`the drive that made it was interrupted ${needless} times`);
  if (interruptions(outcomes, COMMUTING) > 0) failures.push('the week of commuting was not silent');
  if (!of(outcomes, UNPLANNED).every((outcome) => outcome.points.every((point) => point.isWarned)))
    failures.push('the drive without a plan was not warned before its point of no return');
  return failures;
}

const of = (outcomes: readonly Outcome[], scenario: string): Outcome[] =>
  outcomes.filter((outcome) => outcome.scenario === scenario);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const interruptions = (outcomes: readonly Outcome[], scenario: string): number =>
  sum(of(outcomes, scenario).map((outcome) => outcome.interruptions));
const share = (points: readonly PointOutcome[], test: (point: PointOutcome) => boolean): number =>
  points.length === 0 ? 1 : points.filter(test).length / points.length;
const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
const quantile = (sorted: readonly number[], at: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;

function unplannedLine(outcomes: readonly Outcome[]): string {
  const points = of(outcomes, UNPLANNED).flatMap((outcome) => outcome.points);
  const warned = points.filter((point) => point.isWarned);
  return `${warned.length} of ${points.length} warned, ${warned.map((point) => `${Math.round(point.leadMinutes ?? 0)} min`).join(', ')} before the point of no return`;
}
