import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository/files.ts';
import type { ExpectedLine, RecordedRecord, Recordings } from './recordings.ts';

const FOLDER = join(ROOT, 'services/ingest/src/fleet-telemetry/fixtures');

interface KafkaLine extends Omit<RecordedRecord, 'headers' | 'timestampMs' | 'value'> {
  readonly headers: readonly (readonly [string, string])[];
  readonly timestamp: number;
  readonly valueBase64: string;
}

interface FixtureFile {
  readonly records: readonly {
    readonly expected: ExpectedLine;
    readonly kafka: Readonly<Record<string, KafkaLine>>;
  }[];
}

const recordOf = ({ headers, timestamp, valueBase64, ...line }: KafkaLine): RecordedRecord => ({
  ...line,
  ...{ headers: Object.fromEntries(headers), timestampMs: timestamp },
  value: Buffer.from(valueBase64, 'base64'),
});

/** The fixtures of the decoder as one recording. */
export function readFixtures(): Recordings {
  const files = readdirSync(FOLDER).map(
    (file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as FixtureFile,
  );
  const byN = new Map(files.flatMap(({ records }) => records).map((one) => [one.expected.n, one]));
  const cut = [...byN.values()];
  const recordsOf = (encoding: string) =>
    cut.flatMap(({ kafka }) => (kafka[encoding] === undefined ? [] : [recordOf(kafka[encoding])]));
  return {
    expected: cut.map(({ expected }) => expected),
    records: new Map(['proto', 'json'].map((encoding) => [encoding, recordsOf(encoding)])),
  };
}
