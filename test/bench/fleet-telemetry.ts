import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { decodeFleetRecord, type FleetRecord } from '@outrider/ingest';
import { PAYLOAD } from '../fleet-telemetry/protocol.ts';
import { ROOT } from '../repository/files.ts';

// Records of Tesla's fleet-telemetry decoded in one thread, beside the bare libraries reading the same bytes.

export interface EncodingFigures {
  readonly encoding: string;
  readonly bytesPerRecord: number;
  readonly dataPerRecord: number;
  readonly decodedPerS: number;
  /** protobufjs decoding the message, JSON.parse parsing the text: without units, identity, time and frames. */
  readonly barePerS: number;
  readonly decodedToBareRatio: number;
}

interface DriveFile {
  readonly records: readonly {
    readonly expected: { readonly data: readonly unknown[] };
    readonly kafka: Readonly<
      Record<
        string,
        {
          readonly topic: string;
          readonly key: string;
          readonly headers: readonly (readonly [string, string])[];
          readonly timestamp: number;
          readonly valueBase64: string;
        }
      >
    >;
  }[];
}

/** A real server's records of the first minutes of a drive. */
const DRIVE = join(ROOT, 'services/ingest/src/fleet-telemetry/fixtures/39-drive.json');
const ROUNDS = 7;

/** Best of several rounds, the two taking turns: what the machine does beside it slows both. */
export function measureFleetTelemetry(recordsPerRound: number): readonly EncodingFigures[] {
  const { records } = JSON.parse(readFileSync(DRIVE, 'utf8')) as DriveFile;
  const dataPerRecord = records.reduce((sum, one) => sum + one.expected.data.length, 0) / records.length;
  return ['proto', 'json'].map((encoding) => {
    const lines = records.flatMap(({ kafka }) => kafka[encoding] ?? []);
    const drive = lines.map((line) => ({
      ...{ topic: line.topic, key: line.key, headers: Object.fromEntries(line.headers) },
      ...{ timestampMs: line.timestamp, value: Buffer.from(line.valueBase64, 'base64') },
    }));
    const bare = encoding === 'proto' ? decodeBare : parseBare;
    let decodedPerS = 0;
    let barePerS = 0;
    for (let round = 0; round < ROUNDS; round++) {
      decodedPerS = Math.max(decodedPerS, rateOf(drive, recordsPerRound, decodeOurs));
      barePerS = Math.max(barePerS, rateOf(drive, recordsPerRound, bare));
    }
    const bytesPerRecord = drive.reduce((sum, { value }) => sum + value.length, 0) / drive.length;
    const decodedToBareRatio = decodedPerS / barePerS;
    return { encoding, bytesPerRecord, dataPerRecord, decodedPerS, barePerS, decodedToBareRatio };
  });
}

type DriveRecord = FleetRecord & { readonly value: Buffer };

const decodeOurs = (record: DriveRecord): number => {
  const decoded = decodeFleetRecord(record, allowAll);
  return decoded.kind === 'decoded' ? decoded.frames.length : 0;
};
const allowAll = (): string => 'veh_aaaaaaaaaaaa';
const decodeBare = ({ value }: DriveRecord): number => Object.keys(PAYLOAD.decode(value)).length;
const parseBare = ({ value }: DriveRecord): number =>
  Object.keys(JSON.parse(value.toString('utf8')) as object).length;

function rateOf(
  drive: readonly DriveRecord[],
  records: number,
  decode: (record: DriveRecord) => number,
): number {
  let read = 0;
  let found = 0;
  const startMs = performance.now();
  while (read < records)
    for (const record of drive) {
      found += decode(record);
      read += 1;
    }
  const tookS = (performance.now() - startMs) / 1000;
  if (found < read) throw new Error('a record of the drive was not read');
  return read / tookS;
}
