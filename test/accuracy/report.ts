import type { Interval } from './bootstrap.ts';
import { describeDrop } from './read-trips.ts';
import type { BaselineResult, Result, Results } from './results.ts';
import { LEVELS } from './scores.ts';

/** Everything that was found, for people. */
export function reportResults(results: Results): string {
  const { trips, dropped, notes } = results;
  const km = trips.reduce((sum, trip) => sum + trip.km, 0);
  const kwh = trips.reduce((sum, trip) => sum + trip.kwh, 0);
  const winter = trips.filter(({ season }) => season === 'winter').length;
  return [
    `${trips.length} ${trips.length === 1 ? 'trip' : 'trips'}, ${km.toFixed(1)} km, ${kwh.toFixed(2)} kWh: ${trips.length - winter} in summer, ${winter} in winter`,
    ...describeCuts(results),
    ...dropped.map(describeDrop),
    '',
    ...alignTable([HEADER, ...modelLines(results), [], ...baselineLines(results)]),
    '',
    'MAPE in percent of the energy used, in brackets the middle 90 % of 2000 bootstraps over trips; SOC in raw',
    'points; CRPS and width of the 90 % interval in kWh; Brier, recall and precision of a warning before a budget',
    'is exceeded. Gain: points of MAPE by which the named row is better, trip by trip.',
    ...notes.flatMap((note) => ['', note]),
    ...describePriors(results),
    '',
    describeWinterRange(results),
  ].join('\n');
}

function describeCuts({ trips, dropped }: Results): readonly string[] {
  const cuts = [...trips.map(({ trip, cuts }) => ({ name: trip, cuts })), ...dropped];
  const ends = trips.filter(({ heights }) => heights === 'ends').map(({ trip }) => trip);
  return [
    ...cuts.flatMap(({ name, cuts }) =>
      cuts.map(({ rule, fromS, toS }) => `cleaned: ${name} ${fromS}–${toS} s ${rule}`),
    ),
    ...(ends.length > 0 ? [`heights of start and end only: ${ends.join(', ')}`] : []),
  ];
}

const HEADER = [
  ...['', 'n', 'MAPE', '[90 %]', 'SOC', 'p90', 'CRPS'],
  ...LEVELS.map((level) => `in ${level} %`),
  ...['width', 'Brier', 'recall', 'prec.', 'gain'],
];

function modelLines({ rows, inTrip, missing, titles }: Results): readonly Line[] {
  return [
    ...[...rows].map(([key, row]) => lineOf(titles.get(key) ?? key, row, missing.get(key))),
    ...[...inTrip].map(([share, row]) => lineOf(`after ${share} % of the way`, row, undefined)),
  ];
}

const baselineLines = ({ baselines, missing, titles }: Results): readonly Line[] =>
  [...baselines].map(([key, row]) => [
    ...lineOf(titles.get(key) ?? key, row, missing.get(key)),
    ...(row === null ? [] : [gainOf(row)]),
  ]);

type Line = readonly string[];

function lineOf(title: string, row: Result | null, why: string | undefined): Line {
  if (row === null) return [title, '–', why ?? ''];
  return [
    title,
    String(row.n),
    digits(row.mape, 1),
    row.mapeInterval === null ? '–' : span(row.mapeInterval),
    digits(row.socMae, 2),
    digits(row.socP90, 2),
    digits(row.crps, 3),
    ...LEVELS.map((level) => digits(row.coverage[level], 2)),
    digits(row.width90Kwh, 2),
    digits(row.brier, 3),
    digits(row.recall, 3),
    digits(row.precision, 3),
  ];
}

const gainOf = ({ gain, against }: BaselineResult): string =>
  gain === null ? '–' : `${digits(gain.mean, 1)} [${span(gain.interval)}] ${against}`;

const span = ({ low, high }: Interval): string => `${low.toFixed(1)} to ${high.toFixed(1)}`;

const digits = (value: number | null, count: number): string =>
  value === null || !Number.isFinite(value) ? '–' : value.toFixed(count);

/** Titles and what trails to the left, figures to the right. A line that only says why it is empty stays whole. */
function alignTable(lines: readonly Line[]): readonly string[] {
  const isFull = (line: Line): boolean => line.length > 3;
  const widths = HEADER.map((_, i) =>
    Math.max(0, ...lines.filter((line) => isFull(line) || i === 0).map((line) => line[i]?.length ?? 0)),
  );
  const last = HEADER.length - 1;
  return lines.map((line) => {
    if (!isFull(line)) return [line[0]?.padEnd(widths[0]!), ...line.slice(1)].join('  ').trimEnd();
    const cells = line.map((cell, i) =>
      i === 0 || i === last ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
    );
    return cells.join('  ').trimEnd();
  });
}

function describePriors({ priors }: Results): readonly string[] {
  if (priors.length === 0) return [];
  const width = Math.max(...priors.map(({ name }) => name.length));
  const figures = priors.map(({ mean, sd, unit }) => `${round(mean)} ± ${round(sd)} ${unit}`.trimEnd());
  const figureWidth = Math.max(...figures.map((figure) => figure.length));
  return [
    '',
    'Priors, before any trip of this car:',
    ...priors.map(
      ({ name, source }, i) => `  ${name.padEnd(width)}  ${figures[i]!.padEnd(figureWidth)}  ${source}`,
    ),
  ];
}

const describeWinterRange = ({ winterRange: found }: Results): string =>
  `Range lost in the winter test of January 2026, ${found.cars} cars: ${found.drivenLossPct.toFixed(1)} % driven, ` +
  `${found.predictedLossPct.toFixed(1)} % predicted for an unknown car;\n` +
  `mean absolute deviation ${found.meanAbsoluteDeviation.toFixed(1)} points. A check of the cold, not a fit.`;

/** Three significant digits; priors range from 1e−4 to thousands. */
const round = (value: number): string => String(Number(value.toPrecision(3)));
