import type { Band } from '@outrider/domain';
import { namedMoments } from '../demo/forecast-rows.ts';
import { sentAtMs } from '../demo/interruptions.ts';
import type { Judged } from '../demo/report.ts';
import { bandText, baselineName, percent, type Words } from '../print/words.ts';
import { endMsOf, startMsOf, truthAt } from '../scenario/index.ts';
import { escapeText, lines, px } from './markup.ts';
import { roadAxis } from './road-axis.ts';
import { type ForecastStretch, forecastStretches } from './stretches.ts';

const WIDTH = 1080;
const LEFT = 180;
const RIGHT = 20;
const PLOT_HEIGHT = 330;
const LANE_HEIGHT = 22;
const LOWEST_PCT = -25;
const HIGHEST_PCT = 100;
const STEP_MS = 60_000;
/** Places nearer than this to one already named stay without a name. */
const LABEL_GAP = 84;

/** Where things are on the drawing. */
interface Scales {
  x(atMs: number): number;
  y(socPct: number): number;
  readonly top: number;
  readonly bottom: number;
}

/** The drive as one drawing: battery, forecast bands, what came true, warnings, and what others would have said. */
export function chart(drive: Judged, words: Words, id: string): string {
  const { scenario } = drive.recording;
  const axis = roadAxis(scenario);
  const x = (atMs: number) => LEFT + axis.at(atMs) * (WIDTH - LEFT - RIGHT);
  const top = 12 + Math.max(1, ...pinRows(drive, x).map((row) => row + 1)) * (2 * PIN_RADIUS + 1);
  const bottom = top + PLOT_HEIGHT;
  const clamp = (socPct: number) => Math.min(HIGHEST_PCT, Math.max(LOWEST_PCT, socPct));
  const scales: Scales = {
    x,
    y: (socPct) => bottom - ((clamp(socPct) - LOWEST_PCT) / (HIGHEST_PCT - LOWEST_PCT)) * PLOT_HEIGHT,
    top,
    bottom,
  };
  const stretches = forecastStretches(drive.recording);
  const lanesTop = bottom + 52;
  const height = lanesTop + (drive.baselines.length + 1) * LANE_HEIGHT + 8;
  return lines(
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escapeText(scenario.title)}: battery and forecast along the road</title>`,
    `<desc id="${id}-desc">${escapeText(description(drive, stretches, words))}</desc>`,
    grid(drive, scales),
    places(drive, words, scales),
    stretches.map((stretch) => stretchMarks(stretch, scales)),
    batteryLine(drive, scales),
    lanes(drive, words, scales, lanesTop),
    pins(drive, words, scales),
    '</svg>',
  );
}

/** The drawing in words, for whoever cannot see it. */
function description(drive: Judged, stretches: readonly ForecastStretch[], words: Words): string {
  const told = stretches.flatMap(({ to, points, arrival }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const truth = arrival === undefined ? 'the car did not get there' : `it was ${percent(arrival.socPct)}`;
    return [
      `Arrival at ${to}: forecast ${bandText(first.arrivalSocPct)} at ${words.time(first.atMs)}, ` +
        `${bandText(last.arrivalSocPct)} at ${words.time(last.atMs)}; ${truth}.`,
    ];
  });
  const warned = drive.interruptions.map((one) => `${words.time(sentAtMs(one))}: ${one.title}.`);
  return [...told, warned.length === 0 ? 'No warning.' : 'Warnings:', ...warned].join(' ');
}

function grid(drive: Judged, { y }: Scales): string {
  const { reserveSocPct } = drive.recording.scenario;
  const row = (socPct: number) =>
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(socPct))}" y2="${px(y(socPct))}"/>` +
    `<text class="tick" x="${LEFT - 8}" y="${px(y(socPct) + 4)}" text-anchor="end">${percent(socPct)}</text>`;
  const reserveY = px(y(reserveSocPct));
  return lines(
    [0, 20, 40, 60, 80, 100].map(row),
    `<line class="reserve" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${reserveY}" y2="${reserveY}"/>`,
    `<text class="tick reserve-name" x="${LEFT - 44}" y="${px(y(reserveSocPct) + 1)}" text-anchor="end">reserve</text>`,
  );
}

function places(drive: Judged, words: Words, { x, top, bottom }: Scales): string {
  const { scenario } = drive.recording;
  const decisions = new Set(scenario.decisionPoints.map(({ fromMs }) => fromMs));
  const moments = namedMoments(scenario);
  const taken: number[] = [];
  // Places of decisions get their names first.
  const byWeight = moments.toSorted((a, b) => Number(decisions.has(b.atMs)) - Number(decisions.has(a.atMs)));
  return lines(
    byWeight.flatMap(({ atMs, place }) => {
      const at = x(atMs);
      if (taken.some((one) => Math.abs(one - at) < LABEL_GAP)) return [];
      taken.push(at);
      const anchor = at > WIDTH - 90 ? 'end' : at < LEFT + 30 ? 'start' : 'middle';
      return [
        `<line class="place" x1="${px(at)}" x2="${px(at)}" y1="${top}" y2="${bottom + 6}"/>`,
        `<text class="tick" x="${px(at)}" y="${bottom + 20}" text-anchor="${anchor}">${escapeText(shortName(place))}</text>`,
        `<text class="tick" x="${px(at)}" y="${bottom + 34}" text-anchor="${anchor}">${words.time(atMs)}</text>`,
      ];
    }),
  );
}

/** `New Jersey Turnpike, 68 miles on` → `68 miles on`: what fits under a line. */
const shortName = (place: string): string => {
  const last = place.split(', ').at(-1) ?? place;
  return last.length <= 18 ? last : `${last.slice(0, 17)}…`;
};

function stretchMarks({ points, arrival }: ForecastStretch, { x, y }: Scales): string {
  const edge = (pick: (band: Band) => number) =>
    points.map(({ atMs, arrivalSocPct }) => `${px(x(atMs))},${px(y(pick(arrivalSocPct)))}`);
  const outline = [...edge(({ p90 }) => p90), ...edge(({ p10 }) => p10).toReversed()].join(' ');
  const first = points[0];
  const marks = [
    `<polygon class="band" points="${outline}"/>`,
    `<polyline class="median" points="${edge(({ p50 }) => p50).join(' ')}"/>`,
  ];
  if (arrival === undefined || first === undefined) return lines(marks);
  const truthY = px(y(arrival.socPct));
  return lines(
    marks,
    `<line class="truth" x1="${px(x(first.atMs))}" x2="${px(x(arrival.atMs))}" y1="${truthY}" y2="${truthY}"/>`,
    `<circle class="truth-dot" cx="${px(x(arrival.atMs))}" cy="${truthY}" r="5"/>`,
  );
}

function batteryLine({ recording }: Judged, { x, y }: Scales): string {
  const { scenario } = recording;
  const points: string[] = [];
  for (let atMs = startMsOf(scenario); atMs <= endMsOf(scenario); atMs += 5 * STEP_MS)
    points.push(`${px(x(atMs))},${px(y(truthAt(scenario, atMs).socPct))}`);
  for (const { atMs, socPct } of scenario.anchors) points.push(`${px(x(atMs))},${px(y(socPct))}`);
  // Corners lie at anchors: sorted by place on the axis they fall into line with the samples.
  points.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
  return `<polyline class="battery" points="${points.join(' ')}"/>`;
}

/** One row per voice: when it began to warn. */
function lanes(drive: Judged, words: Words, { x }: Scales, top: number): string {
  const rows = [
    { name: 'Outrider', times: drive.interruptions.map(sentAtMs), style: 'own' },
    ...drive.baselines.map(({ name, firedAtMs }) => ({
      name: baselineName(name),
      times: firedAtMs,
      style: 'other',
    })),
  ];
  return lines(
    rows.flatMap(({ name, times, style }, index) => {
      const y = top + index * LANE_HEIGHT;
      return [
        `<text class="lane-name" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${escapeText(name)}</text>`,
        `<line class="lane" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`,
        ...times.map(
          (atMs) =>
            `<circle class="lane-${style}" cx="${px(x(atMs))}" cy="${y}" r="5"><title>${words.time(atMs)}</title></circle>`,
        ),
      ];
    }),
  );
}

const PIN_RADIUS = 11;

/** Which row above the plot each pin stands in: the lowest where it covers no other. */
function pinRows(drive: Judged, x: Scales['x']): readonly number[] {
  const lastX: number[] = [];
  return drive.interruptions.map((one) => {
    const at = x(sentAtMs(one));
    const free = lastX.findIndex((last) => at - last >= 2 * PIN_RADIUS);
    const row = free === -1 ? lastX.length : free;
    lastX[row] = at;
    return row;
  });
}

/** Numbered as the warnings below the drawing. */
function pins(drive: Judged, words: Words, { x, top, bottom }: Scales): string {
  const rows = pinRows(drive, x);
  return lines(
    drive.interruptions.map((one, index) => {
      const at = px(x(sentAtMs(one)));
      const cy = top - PIN_RADIUS - 4 - (rows[index] ?? 0) * (2 * PIN_RADIUS + 1);
      const label = `${index + 1}: ${words.time(sentAtMs(one))}, ${one.title}`;
      return lines(
        `<g class="pin ${one.severity}"><title>${escapeText(label)}</title>`,
        `<line x1="${at}" x2="${at}" y1="${cy + PIN_RADIUS}" y2="${bottom}"/>`,
        `<circle cx="${at}" cy="${cy}" r="${PIN_RADIUS}"/>`,
        `<text x="${at}" y="${cy + 4}" text-anchor="middle">${index + 1}</text></g>`,
      );
    }),
  );
}
