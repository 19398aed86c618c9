import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface MemoryFigures {
  readonly cars: number;
  /** Heap after a collection, less what the process held without cars: predictor and keys. */
  readonly bytesPerCar: number;
}

/** Memory per car in a process of its own, at each number of cars; `roadM` 0 = cars without a plan. */
export async function measureMemory(options: {
  readonly folder: string;
  readonly steps: readonly number[];
  readonly roadM: number;
}): Promise<readonly MemoryFigures[]> {
  const folder = await mkdtemp(join(options.folder, 'memory-'));
  const script = join(import.meta.dirname, 'memory.child.ts');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', script, JSON.stringify({ ...options, folder })],
    { timeout: 300_000 },
  );
  const measured = JSON.parse(stdout) as readonly { readonly cars: number; readonly heapBytes: number }[];
  return measured.map(({ cars, heapBytes }) => ({ cars, bytesPerCar: heapBytes / cars }));
}
