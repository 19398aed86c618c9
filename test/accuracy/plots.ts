import * as echarts from 'echarts';
import type { Baseline } from './baselines.ts';
import type { Experiments } from './experiments/index.ts';
import type { LoggedTrip, Season } from './logged-trip.ts';
import { binDecisions } from './reliability.ts';
import type { Prediction } from './scores.ts';

const COLOURS = { summer: '#d97706', winter: '#2563eb', model: '#111827', other: '#9ca3af' };
const SEASONS: readonly Season[] = ['summer', 'winter'];
const SIZE = { width: 860, height: 680 };
/** Shown where there is no forecast of the model: then the pictures show what a constant does. */
const PREFERRED = ['planner', 'plannerTripMean', 'replay', 'seasonConstant', 'label'];
const COMPARED = ['planner', 'online', 'lastFive', 'label'];

interface Row {
  readonly key: string;
  readonly title: string;
  readonly predictions: readonly Prediction[];
}

/** The pictures of a run as SVG, by name. */
export function drawPlots(
  trips: readonly LoggedTrip[],
  experiments: Experiments,
  baselines: readonly Baseline[],
): ReadonlyMap<string, string> {
  const rows = [...experiments.rows, ...baselines].filter(({ predictions }) => predictions.length > 0);
  const find = (key: string): readonly Row[] => rows.filter((row) => row.key === key);
  const shown = PREFERRED.flatMap(find)[0];
  if (shown === undefined) return new Map();
  const byName = new Map(trips.map((trip) => [trip.name, trip]));
  return new Map([
    ['reliability', drawReliability(COMPARED.flatMap(find).slice(0, 3))],
    ['predicted-driven', drawPredictedDriven(shown, byName)],
    ['error-temperature', drawErrorTemperature(shown, find('seasonConstant')[0], byName)],
  ]);
}

type Trips = ReadonlyMap<string, LoggedTrip>;
type Series = Extract<echarts.EChartsOption['series'], readonly unknown[]>[number];

/** A dot per bin where anything was forecast, and below how much. */
function drawReliability(rows: readonly Row[]): string {
  const colours = [COLOURS.model, COLOURS.winter, COLOURS.other];
  const binned = rows.map(({ title, predictions }, i) => ({
    ...{ title, colour: colours[i]!, bins: binDecisions(predictions) },
  }));
  const curves = binned.map(({ title, colour, bins }): Series => {
    const filled = bins.filter(({ count }) => count > 0);
    return {
      ...{ name: title, type: 'line', color: colour, symbol: 'circle', symbolSize: 8 },
      data: filled.map(({ forecast, frequency }) => [forecast!, frequency!]),
    };
  });
  const bars = binned.map(
    ({ title, colour, bins }): Series => ({
      ...{ name: title, type: 'bar', color: colour, xAxisIndex: 1, yAxisIndex: 1 },
      label: { show: true, position: 'top', color: colour },
      data: bins.map(({ count }) => count),
    }),
  );
  const ranges = binDecisions([]).map(({ from, to }) => `${from}–${to}`);
  return draw({
    title: titleOf(
      'Is a probability what it says?',
      'Budgets exceeded: how likely it was said, how often it was so',
    ),
    grid: [
      { left: 72, right: 32, top: 84, height: 350 },
      { left: 72, right: 32, top: 516, height: 70 },
    ],
    xAxis: [
      axis('forecast probability', { min: 0, max: 1 }),
      { ...axis('decisions per bin', {}), type: 'category', gridIndex: 1, data: ranges },
    ],
    yAxis: [axis('frequency seen', { min: 0, max: 1 }), { type: 'value', gridIndex: 1, show: false }],
    series: [...curves, diagonal(1), ...bars],
  });
}

function drawPredictedDriven({ title, predictions }: Row, trips: Trips): string {
  const ends = predictions.flatMap((one) => [one.drivenKwh, one.distribution.quantile(0.9)]);
  const max = Math.ceil(Math.max(...ends, 1));
  const series = SEASONS.flatMap((season): readonly Series[] => {
    const own = predictions.filter(({ trip }) => trips.get(trip)?.season === season);
    const bars = own.map(({ drivenKwh, distribution }) => [
      drivenKwh,
      distribution.quantile(0.1),
      distribution.quantile(0.9),
    ]);
    return [
      { ...dots(season), data: own.map(({ drivenKwh, meanKwh }) => [drivenKwh, meanKwh]) },
      { ...{ type: 'custom', renderItem: drawBars(COLOURS[season]) }, silent: true, data: bars },
    ];
  });
  return draw({
    title: titleOf('Energy of a trip', `${title}; bars from p10 to p90`),
    xAxis: axis('driven, kWh', { min: 0, max }),
    yAxis: axis('forecast, kWh', { min: 0, max }),
    series: [diagonal(max), ...series],
  });
}

/** Upright bars from the second to the third value. */
const drawBars =
  (colour: string): echarts.CustomSeriesRenderItem =>
  (_, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]);
    const [, high] = api.coord([api.value(0), api.value(2)]);
    return {
      type: 'line',
      shape: { x1: x!, y1: low!, x2: x!, y2: high! },
      style: { stroke: colour, lineWidth: 1.5, opacity: 0.6 },
    };
  };

function drawErrorTemperature(row: Row, constant: Row | undefined, trips: Trips): string {
  const series = SEASONS.map((season): Series => ({ ...dots(season), data: errorsOf(row, season, trips) }));
  const others = constant === undefined || constant === row ? [] : SEASONS;
  const behind: Series = {
    ...{ name: constant?.title ?? '', type: 'scatter', symbolSize: 7, color: COLOURS.other, z: 1 },
    data: others.flatMap((season) => errorsOf(constant!, season, trips)),
  };
  const zero = { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: COLOURS.model } };
  return draw({
    title: titleOf('Error by temperature', `${row.title}; above zero: more was forecast than used`),
    xAxis: axis('ambient, °C', {}),
    yAxis: axis('error, %', {}),
    series: [
      { type: 'line', data: [], markLine: { ...zero, data: [{ yAxis: 0 }] } },
      ...(others.length > 0 ? [behind] : []),
      ...series,
    ],
  });
}

/** Mean ambient temperature and error in percent of what was used. */
const errorsOf = ({ predictions }: Row, season: Season, trips: Trips): number[][] =>
  predictions.flatMap(({ trip, meanKwh, drivenKwh }) => {
    const found = trips.get(trip);
    if (found?.season !== season) return [];
    const meanC = found.ambientC.reduce((sum, value) => sum + value, 0) / found.ambientC.length;
    return [[meanC, (100 * (meanKwh - drivenKwh)) / drivenKwh]];
  });

const dots = (season: Season) => ({
  ...{ name: season, type: 'scatter' as const, color: COLOURS[season], symbolSize: 9 },
});

/** Where a forecast would be right. */
const diagonal = (max: number): Series => ({
  ...{ type: 'line', silent: true, symbol: 'none', color: COLOURS.other, z: 1 },
  lineStyle: { type: 'dashed', width: 1 },
  data: [
    [0, 0],
    [max, max],
  ],
});

const titleOf = (text: string, subtext: string): echarts.TitleComponentOption => ({
  ...{ text, subtext, left: 16, top: 12 },
});

const axis = (name: string, range: { readonly min?: number; readonly max?: number }) => ({
  ...{ type: 'value' as const, name, nameLocation: 'middle' as const, nameGap: 36, ...range },
  axisLine: { show: true, onZero: false },
  splitLine: { lineStyle: { color: '#e5e7eb' } },
});

/** On the server, in plain strings: no browser, no animation, and the same bytes each time. */
function draw(option: echarts.EChartsOption): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: 'sans-serif' },
    // Widths are estimated from narrow letters: the gap is for wide ones.
    legend: { bottom: 12, itemGap: 36 },
    grid: { left: 72, right: 32, top: 84, bottom: 100 },
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return keepStill(svg);
}

/** Takes off what only a live chart needs: styles of hovering, marks of data, numbers that count charts. */
const keepStill = (svg: string): string =>
  svg
    .replace(/<style\b[\s\S]*?<\/style>\s*/, '')
    .replaceAll(/ (class|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, '');
