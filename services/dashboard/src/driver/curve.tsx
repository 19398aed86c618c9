import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Texts } from '../texts/en.ts';
import type { CurveData } from './curve-data.ts';

interface CurveProps {
  readonly data: CurveData;
  /** The drawing in a sentence, for whoever cannot see it. */
  readonly label: string;
  readonly unit: string;
  readonly words: Texts['curve'];
}

/** Battery over distance: what was driven, what is expected and how sure that is, the reserve, the deadline, the stops. */
export function Curve({ data, label, unit, words }: CurveProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    const host = place.current;
    if (host === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsOf(host, () => newest.current, unit, words),
        columnsOf(newest.current),
        host,
      );
    };
    const resize = new ResizeObserver(() => plot.current?.setSize(sizeOf(host)));
    const dark = matchMedia('(prefers-color-scheme: dark)');
    draw();
    resize.observe(host);
    dark.addEventListener('change', draw);
    return () => {
      resize.disconnect();
      dark.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [unit, words]);

  useEffect(() => {
    plot.current?.setData(columnsOf(data));
  }, [data]);

  return <div class="curve" ref={place} role="img" aria-label={label} />;
}

const columnsOf = ({ x, p90, p10, p50, driven, ghost }: CurveData): uPlot.AlignedData =>
  [x, p90, p10, p50, driven, ghost].map((column) => [...column]) as uPlot.AlignedData;

const HEIGHT_SHARE = 0.58;
const sizeOf = ({ clientWidth }: HTMLElement) => ({
  width: Math.max(240, clientWidth),
  height: Math.round(Math.min(380, Math.max(230, clientWidth * HEIGHT_SHARE))),
});

function optionsOf(
  host: HTMLElement,
  current: () => CurveData,
  unit: string,
  words: Texts['curve'],
): uPlot.Options {
  const style = getComputedStyle(host);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: colour('soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font,
  };
  const edge = { stroke: 'transparent', points: { show: false } };
  return {
    ...sizeOf(host),
    padding: [14, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [0, Math.max(1, current().endX)] },
      y: { range: () => [current().lowestPct, 100] },
    },
    axes: [
      { ...axis, size: 30, values: (_, ticks) => ticks.map((tick) => `${tick} ${unit}`) },
      { ...axis, size: 52, values: (_, ticks) => ticks.map((tick) => `${tick} %`.replace('-', '−')) },
    ],
    bands: [{ series: [1, 2], fill: colour('band') }],
    series: [
      {},
      edge,
      edge,
      { stroke: colour('road'), width: 2, dash: [6, 4], points: { show: false } },
      { stroke: colour('ink'), width: 3, points: { show: false } },
      { stroke: colour('warning'), width: 2.5, dash: [2, 4], points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, current(), { colour, font, words })] },
  };
}

interface Pen {
  readonly colour: (name: string) => string;
  readonly font: string;
  readonly words: Texts['curve'];
}

/** Lines and names that are no series. The canvas has the screen's own pixels, so lengths are scaled. */
function drawMarks(plot: uPlot, data: CurveData, { colour, font, words }: Pen): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const x = (value: number): number => plot.valToPos(value, 'x', true);
  const y = (value: number): number => plot.valToPos(value, 'y', true);
  const line = (
    from: readonly [number, number],
    to: readonly [number, number],
    stroke: string,
    dash: number[] = [],
  ): void => {
    ctx.strokeStyle = stroke;
    ctx.setLineDash(dash.map((one) => one * scale));
    ctx.beginPath();
    ctx.moveTo(...from);
    ctx.lineTo(...to);
    ctx.stroke();
  };
  const [left, right, top, bottom] = [bbox.left, bbox.left + bbox.width, bbox.top, bbox.top + bbox.height];
  ctx.save();
  ctx.font = font.replace('12px', `${12 * scale}px`);
  ctx.lineWidth = 1.5 * scale;
  const reserveY = y(data.reserveSocPct);
  line([left, reserveY], [right, reserveY], colour('critical'), [5, 4]);
  ctx.fillStyle = colour('critical');
  ctx.textAlign = 'left';
  ctx.fillText(words.reserve, left + 4 * scale, reserveY - 5 * scale);
  if (data.deadlineX !== undefined) {
    const at = x(data.deadlineX);
    line([at, top], [at, bottom], colour('warning'), [2, 3]);
    ctx.fillStyle = colour('warning');
    const isRight = at > (left + right) / 2;
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.fillText(words.deadline, at + (isRight ? -5 : 5) * scale, bottom - 6 * scale);
  }
  drawStops(plot, data, { x, y, line, colour });
  drawChargers(plot, data, { x, y, line, colour });
  ctx.fillStyle = colour('ink');
  ctx.beginPath();
  ctx.arc(x(data.hereX), y(data.driven.findLast((one) => one !== null) ?? 0), 5 * scale, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly line: (
    from: readonly [number, number],
    to: readonly [number, number],
    stroke: string,
    dash?: number[],
  ) => void;
  readonly colour: (name: string) => string;
}

const NAME_MAX = 18;

/** Each stop with its band as a whisker, and its name where there is room for it. */
function drawStops({ ctx, bbox }: uPlot, { stops }: CurveData, { x, y, line, colour }: Scales): void {
  const scale = devicePixelRatio;
  let freeTo = bbox.left + bbox.width;
  for (const { x: at, name, band } of stops.toReversed()) {
    const px = x(at);
    line([px, bbox.top + 16 * scale], [px, y(band.p90)], colour('line'), [3, 3]);
    line([px, y(band.p90)], [px, y(band.p10)], colour('road'));
    ctx.fillStyle = colour('road');
    ctx.beginPath();
    ctx.arc(px, y(band.p50), 4 * scale, 0, 2 * Math.PI);
    ctx.fill();
    const short = name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name;
    const end = Math.min(px, bbox.left + bbox.width - 2 * scale);
    const width = ctx.measureText(short).width;
    if (end > freeTo || end - width < bbox.left) continue;
    ctx.fillStyle = colour('soft');
    ctx.textAlign = 'right';
    ctx.fillText(short, end, bbox.top + 11 * scale);
    freeTo = end - width - 8 * scale;
  }
}

const LIKELY_FROM = 0.7;

/** A tick at the foot for each charger, filled where one is likely to be usable. Names stand in the list. */
function drawChargers({ ctx, bbox }: uPlot, { chargers }: CurveData, { x, colour }: Scales): void {
  const scale = devicePixelRatio;
  const [size, foot] = [4.5 * scale, bbox.top + bbox.height - 6 * scale];
  ctx.setLineDash([]);
  ctx.strokeStyle = colour('sure');
  ctx.fillStyle = colour('sure');
  for (const { x: at, worksProbability } of chargers) {
    const px = x(at);
    ctx.beginPath();
    ctx.moveTo(px, foot - size);
    ctx.lineTo(px + size, foot);
    ctx.lineTo(px, foot + size);
    ctx.lineTo(px - size, foot);
    ctx.closePath();
    if (worksProbability >= LIKELY_FROM) ctx.fill();
    else ctx.stroke();
  }
}
