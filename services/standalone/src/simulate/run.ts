import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FleetOptions } from '@outrider/fleet';
import type { Clock } from '@outrider/runtime';
import { progressBar } from '../print/progress-bar.ts';
import { alignedTable } from '../table.ts';
import { type FleetTotals, fleetLines, noTotals } from './lines.ts';
import type { FleetAsked, SimulateCommand } from './read-command.ts';

/** What `outrider simulate` is given. */
export interface SimulateTools {
  readonly clock: Clock;
  readonly stdout: Writable;
  stderr(text: string): void;
  /** Somebody looks at stderr while it runs. */
  readonly isWatched: boolean;
  readonly signal?: AbortSignal;
}

/** What its user can mend. */
export class SimulationRefused extends Error {}

const DAY_MS = 24 * 3_600_000;

/** The fleet's span ends today unless it is said when it begins. */
export function fleetOptions({ cars, days, seed, fromMs }: FleetAsked, nowMs: number): FleetOptions {
  return { cars, days, seed, fromMs: fromMs ?? Math.floor(nowMs / DAY_MS) * DAY_MS - days * DAY_MS };
}

/** Writes the fleet as JSON lines; the truth goes into a file beside, if there is a file. @throws SimulationRefused */
export async function writeFleet(
  command: Extract<SimulateCommand, { kind: 'simulate-out' }>,
  tools: SimulateTools,
): Promise<void> {
  const options = fleetOptions(command, tools.clock.nowMs());
  const said = command.out === '-' ? tools.stdout : await newFile(command.out);
  const truth = command.out === '-' ? undefined : await newFile(truthFile(command.out));
  const totals = noTotals();
  const onProgress = tools.isWatched ? progressBar(tools.stderr, 'simulating') : undefined;
  let hours = 0;
  for (const lines of fleetLines(options, totals)) {
    tools.signal?.throwIfAborted();
    await write(said, lines.said);
    if (truth !== undefined) await write(truth, lines.truth);
    onProgress?.(hours++, options.days * 24);
  }
  for (const file of [truth, command.out === '-' ? undefined : said]) {
    file?.end();
    if (file !== undefined) await finished(file);
  }
  tools.stderr(summaryOf(options, totals, command.out));
}

const truthFile = (out: string): string => `${out.replace(/\.jsonl?$/, '')}.truth.jsonl`;

async function newFile(path: string): Promise<Writable> {
  try {
    // What is there stays there.
    const handle = await open(path, 'wx');
    return createWriteStream(path, { fd: handle });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new SimulationRefused(
      isThere ? `${path} is there already; give another name, or move it away` : (error as Error).message,
    );
  }
}

async function write(to: Writable, lines: readonly string[]): Promise<void> {
  if (lines.length > 0)
    await new Promise<void>((resolve, reject) =>
      to.write(lines.join(''), (error) => (error ? reject(error) : resolve())),
    );
}

function summaryOf(options: FleetOptions, totals: FleetTotals, out: string): string {
  return [
    `A synthetic fleet: nobody drove any of this. ${againText(options)}`,
    alignedTable(
      ['what', 'how many'],
      [
        ['frames', `${totals.frames}`],
        ['plans', `${totals.plans}`],
        ['stretches driven', `${totals.stretches}`],
        ['of plans that were told', `${totals.told}`],
        ['below the reserve', `${totals.belowReserve}`],
        ['stranded', `${totals.stranded}`],
      ],
    ),
    out === '-' ? '' : `How each stretch truly ended: ${truthFile(out)}\n`,
  ].join('');
}

/** The command that makes the same fleet again. */
export function againText({ cars, days, seed, fromMs }: FleetOptions): string {
  const from = new Date(fromMs).toISOString().slice(0, 10);
  return `The same fleet again: --cars ${cars} --days ${days} --seed ${seed} --from ${from}\n`;
}
