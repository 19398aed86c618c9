/** Heights at even steps along a road: `valuesM[i]` is the height `i × everyM` after its beginning. */
export interface HeightProfile {
  readonly everyM: number;
  readonly valuesM: readonly number[];
}

/** No road is steeper; heights that say so are of the terrain beside it, a tunnel's hill or a bridge's valley. */
const STEEPEST = 0.15;
/** Raw heights are those of a grid of 30–90 m: what is shorter than this is noise, and would cost energy twice. */
const SMOOTH_M = 250;
/** A hole in the heights up to this long is bridged; a longer one is not known. */
const BRIDGED_M = 1_000;
/** Lower than the Dead Sea's shore, higher than any road: what heights are not. */
const POSSIBLE_M = { least: -500, most: 9_000 };

/**
 * A road's heights from raw ones (metres, null where unknown) at even steps: holes bridged, smoothed over 250 m, no
 * steeper than 15 %. Undefined when too much is missing: the road is then flat, and said to be so.
 */
export function smoothProfile(raw: readonly (number | null)[], everyM: number): HeightProfile | undefined {
  const whole = bridged(raw, everyM);
  if (whole === undefined) return undefined;
  const smooth = movingMean(whole, Math.floor(SMOOTH_M / 2 / everyM));
  const steepestM = STEEPEST * everyM;
  const valuesM: number[] = [];
  for (const heightM of smooth) {
    const before = valuesM.at(-1) ?? heightM;
    valuesM.push(Math.min(before + steepestM, Math.max(before - steepestM, heightM)));
  }
  return { everyM, valuesM };
}

/** Between two steps on a straight line; before the first and after the last as there. */
export function heightAt({ everyM, valuesM }: HeightProfile, alongM: number): number {
  const step = Math.min(valuesM.length - 1, Math.max(0, alongM / everyM));
  const [below, above] = [Math.floor(step), Math.ceil(step)];
  const from = valuesM[below] ?? 0;
  return from + ((valuesM[above] ?? from) - from) * (step - below);
}

const isHeight = (heightM: number | null | undefined): heightM is number =>
  typeof heightM === 'number' && heightM >= POSSIBLE_M.least && heightM <= POSSIBLE_M.most;

function bridged(raw: readonly (number | null)[], everyM: number): readonly number[] | undefined {
  const whole: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const heightM = raw[i];
    if (isHeight(heightM)) {
      whole.push(heightM);
      continue;
    }
    const end = raw.findIndex((later, k) => k > i && isHeight(later));
    const after = end < 0 ? undefined : (raw[end] as number);
    const before = whole.at(-1) ?? after;
    const steps = (end < 0 ? raw.length : end) - i;
    if (before === undefined || steps * everyM > BRIDGED_M) return undefined;
    for (let k = 1; k <= steps; k++) whole.push(before + (((after ?? before) - before) * k) / (steps + 1));
    i += steps - 1;
  }
  return whole.length === 0 ? undefined : whole;
}

/** The mean of each value and `reach` neighbours on both sides; fewer, on both sides alike, near the ends. */
function movingMean(values: readonly number[], reach: number): readonly number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return values.map((_, i) => {
    const near = Math.min(reach, i, values.length - 1 - i);
    return ((sums[i + near + 1] ?? 0) - (sums[i - near] ?? 0)) / (2 * near + 1);
  });
}
