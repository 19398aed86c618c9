import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

// Recordings of a fleet-telemetry server's Kafka output with the truth beside them: `expected.ndjson.gz`, and a
// file of Kafka records for each encoding, `<encoding>.ndjson.gz`.

const origin = z.tuple([z.string(), z.int(), z.int()]);
export type Origin = z.infer<typeof origin>;

const kafkaLine = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  key: z.string().nullable(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  timestamp: z.int(),
  valueBase64: z.string().nullable(),
});

const expectedDatum = z.object({
  field: z.string(),
  no: z.int(),
  sent: z.string(),
  raw: z.unknown().optional(),
  value: z.unknown().optional(),
  enum: z.string().optional(),
  invalid: z.boolean().optional(),
  written: z.record(z.string(), z.unknown()).optional(),
  note: z.string().optional(),
});
export type ExpectedDatum = z.infer<typeof expectedDatum>;

const moment = z.string().nullish();
const expectedLine = z.object({
  n: z.int(),
  type: z.string(),
  vin: z.string(),
  payloadVin: z.string().optional(),
  createdAt: moment,
  data: z.array(expectedDatum).nullish(),
  alerts: z
    .array(
      z.object({
        ...{ name: z.string(), audiences: z.array(z.string()).nullish() },
        ...{ startedAt: moment, endedAt: moment },
      }),
    )
    .nullish(),
  errors: z
    .array(
      z.object({
        ...{ name: z.string(), body: z.string().nullish(), createdAt: moment },
        tags: z.record(z.string(), z.string()).nullish(),
      }),
    )
    .nullish(),
  status: z.string().optional(),
  networkInterface: z.string().optional(),
  records: z.record(z.string(), origin),
});
export type ExpectedLine = z.infer<typeof expectedLine>;

/** A Kafka record as a consumer has it. */
export interface RecordedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  readonly value: Buffer | null;
}

export interface Recordings {
  readonly expected: readonly ExpectedLine[];
  /** By encoding, each in the order of its file. */
  readonly records: ReadonlyMap<string, readonly RecordedRecord[]>;
}

const SUFFIX = '.ndjson.gz';
const EXPECTED = 'expected';

/** @throws with the file and line of what has not the form of a recording. */
export function readRecordings(folder: string): Recordings {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length));
  if (!names.includes(EXPECTED)) throw new Error(`${folder} has no ${EXPECTED}${SUFFIX}`);
  const expected = readLines(folder, EXPECTED, expectedLine);
  const encodings = names.filter((name) => name !== EXPECTED).toSorted();
  const records = new Map(
    encodings.map((name) => [name, readLines(folder, name, kafkaLine).map(recordOf)] as const),
  );
  return { expected, records };
}

function readLines<T>(folder: string, name: string, schema: z.ZodType<T>): readonly T[] {
  const file = join(folder, name + SUFFIX);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      throw new Error(`${file}, line ${index + 1}: ${(error as Error).message}`);
    }
  });
}

const recordOf = (line: z.infer<typeof kafkaLine>): RecordedRecord => ({
  ...{ topic: line.topic, partition: line.partition, offset: line.offset, key: line.key },
  headers: Object.fromEntries(line.headers),
  timestampMs: line.timestamp,
  value: line.valueBase64 === null ? null : Buffer.from(line.valueBase64, 'base64'),
});

/** Every VIN the lines name as a car's own. */
export const vinsIn = ({ expected }: Recordings): ReadonlySet<string> =>
  new Set(expected.map(({ vin }) => vin));
