import type { Bus, OutgoingRecord, SourceRecord } from '@outrider/bus';
import type { Runtime } from '@outrider/runtime';
import type { SignalRow, TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import { KeysNotLoaded } from './assemble.ts';
import { type DecodedRecord, decodeFleetRecord } from './fleet-telemetry/decode-record.ts';
import { createPackPowers, type PackPower } from './fleet-telemetry/pack-power.ts';
import type { Frame, Reject } from './format.ts';
import { type KeepDeps, keepFrame, NO_KEY, type Origin, rejectedRecords } from './keep-frame.ts';
import type { IngestMetrics } from './metrics.ts';
import type { FleetSource } from './sources.ts';

/** A payload may refuse each of its fields, and there are some 260; each is told of. */
const REJECTS_PER_RECORD_MAX = 1_000;

export interface FleetIntakeDeps {
  readonly bus: Pick<Bus, 'publish'>;
  readonly telemetry: Pick<TelemetryStore, 'writeSignals'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'decide'>;
  readonly tracks: KeepDeps['tracks'];
  readonly metrics: IngestMetrics;
  readonly runtime: Pick<Runtime, 'realClock' | 'log'>;
  /** Cars whose volts and amps are remembered. */
  readonly vehiclesMax: number;
}

/** What becomes of records of a fleet-telemetry server. */
export interface FleetIntake {
  /** Stores them: into the series, then onto the bus; then they are done. */
  take(source: FleetSource, records: readonly SourceRecord[]): Promise<void>;
}

export function createFleetIntake(deps: FleetIntakeDeps): FleetIntake {
  const powers = createPackPowers(deps.vehiclesMax);
  return {
    async take(source, records) {
      const { bus, telemetry, trust, metrics, runtime } = deps;
      const startedMs = runtime.realClock.nowMs();
      const decoded = records.map((record) => decode(record, source, runtime));
      await trust.prepare(new Set(decoded.flatMap(({ vehicleId }) => vehicleId ?? [])));
      const power = powers.begin();
      const kept = decoded.map((one, index) =>
        keepRecord(one, originOf(one, records[index] as SourceRecord, source), power, deps),
      );
      // Series first, the source's offsets last: a crash in between repeats the records, and they have the same ids.
      const rows = kept.flatMap((one) => one.rows);
      if (rows.length > 0) await telemetry.writeSignals(rows);
      const out = kept.flatMap((one) => one.records);
      if (out.length > 0) await bus.publish(out);
      // Not before: what failed comes again, and its volts meet the amps that they met.
      power.keep();
      metrics.countSource(source.name, kept);
      metrics.count(kept, (runtime.realClock.nowMs() - startedMs) / 1000);
    },
  };
}

interface KeptRecord {
  readonly outcome: 'decoded' | 'rejected';
  readonly rows: readonly SignalRow[];
  readonly records: readonly OutgoingRecord[];
  readonly rejects: readonly Reject[];
}

function decode(record: SourceRecord, { vehicles }: FleetSource, { log }: Pick<Runtime, 'log'>) {
  try {
    return decodeFleetRecord(record, (vin) => vehicles.get(vin));
  } catch (error) {
    // One record must not stop its partition for ever; it stays readable at its origin.
    const { topic, partition, offset, timestampMs } = record;
    log.error({ err: error, topic, partition, offset }, 'a record broke the decoder');
    const rejects: Reject[] = [{ reason: 'bad-shape', detail: 'the decoder broke on it' }];
    return { kind: 'rejected', receivedAtMs: timestampMs, rejects } satisfies DecodedRecord;
  }
}

/** What is told about a record of no car of ours goes by its place: its key is somebody's VIN. */
const originOf = (
  { vehicleId, receivedAtMs }: DecodedRecord,
  { topic, partition, offset, headers }: SourceRecord,
  { name }: FleetSource,
): Origin => ({
  ...{ topic, partition, offset, cluster: name, vehicleId, receivedAtMs },
  key: vehicleId ?? `${name}/${topic}/${partition}`,
  source: 'fleet-telemetry',
  traceparent: headers.traceparent,
});

function keepRecord(
  decoded: DecodedRecord,
  origin: Origin,
  power: PackPower,
  deps: FleetIntakeDeps,
): KeptRecord {
  const rejects = [...decoded.rejects];
  const rows: SignalRow[] = [];
  const records: OutgoingRecord[] = [];
  const keep = (vehicleId: string, frame: Frame): void => {
    const from = { ...origin, vehicleId, source: 'fleet-telemetry' as const };
    const kept = keepFrame(from, frame, { sealer: deps.trust, tracks: deps.tracks });
    if (kept === undefined) {
      rejects.push(NO_KEY);
      return;
    }
    if (kept.row !== undefined) rows.push(kept.row);
    records.push(kept.record);
  };
  const why = decoded.kind === 'decoded' ? denialOf(decoded, deps.trust) : undefined;
  if (why !== undefined) rejects.splice(0, rejects.length, why);
  else if (decoded.kind === 'decoded')
    for (const frame of decoded.frames) {
      keep(decoded.vehicleId, frame);
      const paired = power.pair(decoded.vehicleId, frame);
      if (paired !== undefined) keep(decoded.vehicleId, paired);
    }
  records.push(...rejectedRecords(origin, rejects, REJECTS_PER_RECORD_MAX));
  return { outcome: why === undefined ? decoded.kind : 'rejected', rows, records, rejects };
}

/** Why nothing of a car may be kept that an operator has listed: its owner of that time has not agreed. */
function denialOf(
  { vehicleId, frames, receivedAtMs }: Extract<DecodedRecord, { kind: 'decoded' }>,
  trust: FleetIntakeDeps['trust'],
): Reject | undefined {
  const aboutMs = frames[0]?.observedAtMs ?? receivedAtMs;
  const decision = trust.decide({
    ...{ purpose: 'alert_driver', vehicleId, actor: { kind: 'service', name: 'ingest' } },
    ...{ aboutFromMs: aboutMs, aboutToMs: aboutMs },
  });
  if (decision.kind === 'allow') return undefined;
  // Consents were loaded a moment ago and are too old already: the records come again.
  if (decision.reason === 'not-prepared') throw new KeysNotLoaded();
  return { reason: 'not-allowed', detail: decision.reason };
}
