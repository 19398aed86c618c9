import { isPlaceSignal } from '@outrider/domain';
import { createPackPowers, decodeFleetRecord } from '@outrider/ingest';
import type { RecordedRecord } from './recordings.ts';
import type { Refused } from './refusals.ts';
import type { StoredRow } from './stored-values.ts';

const CARS_MAX = 1_000;

/** What ingest would store and refuse of these records, without Kafka and the stores. */
export function decodeAll(
  records: readonly RecordedRecord[],
  allowed: ReadonlySet<string>,
): { readonly stored: StoredRow[]; readonly refused: Refused[]; readonly sealed: number } {
  const power = createPackPowers(CARS_MAX).begin();
  const stored: StoredRow[] = [];
  const refused: Refused[] = [];
  let sealed = 0;
  for (const record of records) {
    const { topic, partition, offset } = record;
    const decoded = decodeFleetRecord(record, (vin) => (allowed.has(vin) ? vin : undefined));
    for (const { reason, path } of decoded.rejects)
      refused.push({ ...{ topic, partition, offset, reason }, ...(path === undefined ? {} : { path }) });
    if (decoded.kind === 'rejected') continue;
    const vin = decoded.vehicleId;
    for (const frame of decoded.frames) {
      sealed += Object.keys(frame.values).filter(isPlaceSignal).length;
      stored.push({ vin, observedAtMs: frame.observedAtMs, values: frame.values });
      const paired = power.pair(vin, frame);
      if (paired !== undefined)
        stored.push({ vin, observedAtMs: paired.observedAtMs, values: paired.values });
    }
  }
  return { stored, refused, sealed };
}
