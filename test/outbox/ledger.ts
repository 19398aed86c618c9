import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from './promises.ts';

/**
 * Everything that was counted, one JSON object per line and file, so that others can count again: `due` (what had to
 * become visible), `copies` (all that left), `visible` (what a reader shows of them), `rows` (what is stored).
 */
export async function writeOutcomes(folder: string, outcomes: readonly Outcome[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files: Readonly<Record<string, (outcome: Outcome) => readonly object[]>> = {
    due: ({ due }) => due,
    copies: ({ copies }) => copies,
    visible: ({ copies }) => {
      const first = new Map(copies.map((copy) => [copy.collapseKey, copy]));
      return [...first.values()].map(({ life: _, ...copy }) => copy);
    },
    rows: ({ rows }) => rows.map(({ box: _, keyId: __, ...row }) => row),
  };
  for (const [file, linesOf] of Object.entries(files)) {
    const lines = outcomes.flatMap((outcome) =>
      linesOf(outcome).map((one) => `${JSON.stringify({ run: outcome.name, ...one })}\n`),
    );
    await writeFile(join(folder, `${file}.jsonl`), lines.join(''));
  }
}
