import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface PageFigures {
  readonly cars: number;
  readonly updatesPerS: number;
  readonly durationMs: number;
  /** Positions told while it was measured. */
  readonly updates: number;
  /** Between two frames of the page's own clock. */
  readonly frameP95Ms: number;
  readonly frameMaxMs: number;
  /** Of the frames that had something new to show, by the browser's own count. */
  readonly droppedRatio: number;
  readonly frames: number;
  /** From the word of a car on the bus to the frame that has it there, or a newer one. */
  readonly positionP50Ms: number;
  readonly positionMaxMs: number;
  readonly positionsMissing: number;
  /** From a warning on the bus to its card in the list. */
  readonly warningP50Ms: number;
  readonly warningMaxMs: number;
  readonly warningsMissing: number;
}

const BARS = { frameP95Ms: 33, droppedRatio: 0.1, positionMaxMs: 1_000 } as const;
const LOAD = { cars: 1_000, updatesPerS: 200, warnings: 20 } as const;

/** An operator's page in a real Chromium, under the load of a fleet; in a process of its own. */
export async function measurePage(durationMs: number): Promise<PageFigures> {
  const script = join(import.meta.dirname, '../browser/fleet-load.child.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, JSON.stringify({ ...LOAD, durationMs })],
    { timeout: 300_000 },
  );
  return { ...LOAD, durationMs, ...JSON.parse(stdout) };
}

export function pageRows(figures: PageFigures): [string, string][] {
  const { cars, durationMs, updates, frames, positionsMissing, warningsMissing } = figures;
  const ms = (value: number): string => `${Math.round(value)} ms`;
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
  const areAllThere = positionsMissing === 0;
  return [
    [`page: ${cars} cars, positions told in ${durationMs / 1_000} s`, updates.toLocaleString('en')],
    beside('  frame p95', figures.frameP95Ms, BARS.frameP95Ms, ms),
    ['  longest frame', ms(figures.frameMaxMs)],
    beside(`  dropped of ${frames} frames with news`, figures.droppedRatio, BARS.droppedRatio, percent),
    beside('  oldest position when it was drawn', figures.positionMaxMs, BARS.positionMaxMs, ms, areAllThere),
    ['  median age, and positions never drawn', `${ms(figures.positionP50Ms)}, ${positionsMissing}`],
    ['  warning told → on screen: p50, longest', `${ms(figures.warningP50Ms)}, ${ms(figures.warningMaxMs)}`],
    ['  warnings never on screen', `${warningsMissing}`],
  ];
}

/** A figure with its bar: reached, or by how much not. */
function beside(
  name: string,
  value: number,
  bar: number,
  show: (value: number) => string,
  isWhole = true,
): [string, string] {
  const isReached = isWhole && value <= bar;
  const verdict = isReached ? 'pass' : `FAIL by ${show(value - bar)}`;
  return [`${name} (≤ ${show(bar)}: ${isWhole ? verdict : 'FAIL'})`, show(value)];
}
