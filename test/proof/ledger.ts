import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Found } from './examine.ts';
import type { Ledger } from './promises.ts';

/**
 * Everything a run knew, one JSON object per line and file, so that others can count again: `frames` (made,
 * sent, acked), `stored` (rows of the series), `alerts`, `published` (alerts.v1), `notifications`, `messages`
 * (what the sinks received).
 */
export async function writeLedger(folder: string, ledger: Ledger, found: Found): Promise<void> {
  await mkdir(folder, { recursive: true });
  const vehicleOf = new Map(ledger.cars.map(({ index, vehicleId }) => [index, vehicleId]));
  const files: Readonly<Record<string, readonly object[]>> = {
    frames: ledger.entries.map(({ carIndex, ...frame }) => ({
      vehicleId: vehicleOf.get(carIndex),
      ...frame,
    })),
    stored: [...found.storedNumbers].flatMap(([vehicleId, numbers]) =>
      numbers.map((number) => ({ vehicleId, number })),
    ),
    alerts: found.alerts.map(({ alertId, vehicleId, ruleId, subject, revision, startedAtMs }) => ({
      ...{ alertId, vehicleId, ruleId, subject, revision, startedAtMs },
    })),
    published: found.published,
    notifications: found.notifications.map(({ box: _, keyId: __, ...row }) => row),
    messages: ledger.sent,
  };
  for (const [name, lines] of Object.entries(files))
    await writeFile(join(folder, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
