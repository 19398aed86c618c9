import { readFileSync } from 'node:fs';
import { type SourcePlace, type SourceStart, TOPIC_WANTED } from '@outrider/bus';
import { parseInstant, recordKey, vehicleId } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { z } from 'zod';

/** A fleet-telemetry server's Kafka, and whose cars may come in from it. */
export interface FleetSource extends SourcePlace {
  readonly name: string;
  readonly start: SourceStart;
  /** VIN → our id of the car: nobody else's records are taken. */
  readonly vehicles: ReadonlyMap<string, string>;
}

const VIN_MAX = 64;
const SOURCES_MAX = 100;

const start = z.string().transform((text, context): SourceStart => {
  if (text === 'latest' || text === 'earliest') return text;
  const fromMs = parseInstant(text);
  if (fromMs !== undefined) return { fromMs };
  context.addIssue({ code: 'custom', message: 'is latest, earliest or a moment like 2026-01-15T08:00:00Z' });
  return z.NEVER;
});

const source = z.strictObject({
  name: recordKey.regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'has small letters, digits and dashes'),
  format: z.literal('fleet-telemetry'),
  url: z.string().regex(/^kafka:\/\/[^/]+\/?(\?.*)?$/, 'is kafka://host:port,… without a prefix'),
  group: z.string().regex(/^[\w.-]{1,200}$/, 'has letters, digits, dots, dashes and underscores'),
  topics: z.array(z.string().regex(TOPIC_WANTED, 'is a topic, or a pattern with *')).min(1).max(100),
  start,
  vehicles: z.record(z.string().min(1).max(VIN_MAX), vehicleId),
});

const file = z.strictObject({ sources: z.array(source).max(SOURCES_MAX) });

/**
 * Reads the file of sources. It holds passwords: what is wrong is told by its place, never by its value.
 * @throws with a text that continues "the file …"
 */
export function readSources(path: string): readonly FleetSource[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new Error(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const json = decodeStrictJson(bytes);
  if (json.kind === 'refused') throw new Error(`is no strict JSON (${json.reason})`);
  const parsed = file.safeParse(json.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`is not as documented: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }
  const sources = parsed.data.sources.map((one) => ({
    ...one,
    vehicles: new Map(Object.entries(one.vehicles)),
  }));
  refuseTwins(sources);
  return sources;
}

/** One name, one group and one car stand for one thing. */
function refuseTwins(sources: readonly FleetSource[]): void {
  const names = sources.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error('names two sources alike');
  for (const { name, vehicles } of sources)
    if (new Set(vehicles.values()).size < vehicles.size)
      throw new Error(`has two VINs for one car in ${name}`);
}
