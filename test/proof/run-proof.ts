import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';

/** What every proof is told. */
export interface ProofOptions {
  readonly seed: number;
  /** Where its ledgers go; undefined means nowhere. */
  readonly out?: string | undefined;
}

export interface Proof<O extends ProofOptions> {
  readonly name: string;
  readonly help: string;
  /** Throws what the caller got wrong. */
  readonly readOptions: () => O | 'help';
  /** In a folder of its own; says whether every promise was kept. */
  readonly prove: (options: O, folder: string) => Promise<boolean>;
}

/** Runs a proof as this process: exit code 0 when it was kept, 1 when not, 2 when that could not be found out. */
export async function runProof<O extends ProofOptions>(proof: Proof<O>): Promise<void> {
  try {
    const options = proof.readOptions();
    if (options === 'help') process.stdout.write(`${proof.help}\n`);
    else process.exitCode = (await hasKept(proof, options)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}

async function hasKept<O extends ProofOptions>({ name, prove }: Proof<O>, options: O): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), `outrider-${name}-`));
  // Also when interrupted; servers, services and mounts go the same way, before this.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const startedMs = systemClock.nowMs();
  const isKept = await prove(options, folder);
  const seconds = Math.round((systemClock.nowMs() - startedMs) / 1_000);
  const ledgers = options.out === undefined ? '' : `, ledgers in ${options.out}`;
  process.stdout.write(`\n${isKept ? 'kept' : 'BROKEN'} in ${seconds} s, seed ${options.seed}${ledgers}\n`);
  return isKept;
}
