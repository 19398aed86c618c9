import { endMsOf, type Scenario, startMsOf, truthAt } from '../scenario/index.ts';

/** Time and road in one: the road as driven, with standing times squeezed so that a night fits in. */
export interface RoadAxis {
  /** 0 at the first moment, 1 at the last. */
  at(atMs: number): number;
}

const STEP_MS = 60_000;
const HOUR_MS = 3_600_000;
/** An hour's stand is as wide as this share of the whole road … */
const STAND_SHARE_PER_H = 0.014;
/** … but no stand wider than this. */
const STAND_SHARE_MAX = 0.08;

export function roadAxis(scenario: Scenario): RoadAxis {
  const startMs = startMsOf(scenario);
  const steps = Math.max(1, Math.ceil((endMsOf(scenario) - startMs) / STEP_MS));
  const truths = Array.from({ length: steps + 1 }, (_, i) => truthAt(scenario, startMs + i * STEP_MS));
  const roadM = Math.max(1, (truths.at(-1)?.odometerM ?? 0) - (truths[0]?.odometerM ?? 0));
  const widths = new Array<number>(steps).fill(0);
  for (let i = 0; i < steps; ) {
    const drivenM = drivenIn(truths, i);
    if (drivenM > 0) {
      widths[i] = drivenM / roadM;
      i += 1;
      continue;
    }
    let end = i;
    while (end < steps && drivenIn(truths, end) === 0) end += 1;
    const hours = ((end - i) * STEP_MS) / HOUR_MS;
    widths.fill(Math.min(STAND_SHARE_MAX, hours * STAND_SHARE_PER_H) / (end - i), i, end);
    i = end;
  }
  return axisOf(startMs, widths);
}

const drivenIn = (truths: readonly { readonly odometerM: number }[], i: number): number =>
  (truths[i + 1]?.odometerM ?? 0) - (truths[i]?.odometerM ?? 0);

function axisOf(startMs: number, widths: readonly number[]): RoadAxis {
  const sums = [0];
  for (const width of widths) sums.push((sums.at(-1) ?? 0) + width);
  const total = sums.at(-1) ?? 1;
  return {
    at(atMs) {
      const position = Math.min(Math.max((atMs - startMs) / STEP_MS, 0), widths.length);
      const index = Math.min(Math.floor(position), widths.length - 1);
      return ((sums[index] ?? 0) + (position - index) * (widths[index] ?? 0)) / total;
    },
  };
}
