import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DecodedRecord, FleetRecord } from './decode-record.ts';

// Kafka records as the real server wrote them, in both encodings, with what must come of them.

const FOLDER = join(import.meta.dirname, 'fixtures');

interface KafkaLine {
  readonly topic: string;
  readonly key: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly timestamp: number;
  readonly valueBase64: string;
}

type Expected = Record<string, unknown> & Pick<DecodedRecord, 'kind'>;

export interface FixtureRecord {
  readonly n: number;
  readonly encoding: string;
  readonly record: FleetRecord;
  /** Without `receivedAtMs`: the two servers had it at different times. */
  readonly expected: Expected;
}

export interface Fixture {
  readonly name: string;
  readonly about: string;
  readonly records: readonly FixtureRecord[];
}

interface FixtureFile {
  readonly about: string;
  readonly records: readonly {
    readonly expected: { readonly n: number };
    readonly kafka: Readonly<Record<string, KafkaLine>>;
    readonly decoded: Readonly<Record<string, Expected>>;
  }[];
}

export const vehicleOf = (vin: string): string => `veh_${vin.toLowerCase().replaceAll('-', '')}`;

export const readFixtures = (): readonly Fixture[] =>
  readdirSync(FOLDER)
    .toSorted()
    .map((file) => {
      const { about, records } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as FixtureFile;
      return { name: file.replace('.json', ''), about, records: records.flatMap(recordsOf) };
    });

const recordsOf = ({ expected, kafka, decoded }: FixtureFile['records'][number]): FixtureRecord[] =>
  Object.entries(kafka).map(([encoding, line]) => ({
    n: expected.n,
    encoding,
    record: {
      ...{ topic: line.topic, key: line.key, headers: Object.fromEntries(line.headers) },
      ...{ timestampMs: line.timestamp, value: Buffer.from(line.valueBase64, 'base64') },
    },
    expected: (decoded.both ?? decoded[encoding]) as Expected,
  }));
