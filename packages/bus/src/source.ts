import type { Log } from '@outrider/runtime';

// Somebody else's Kafka, read and never written: cars that already stream elsewhere. Not a `Bus`: its topics have
// partitions, keys and codecs of their own, and nothing of ours is stored there but a group's offsets.

/** A record as its owner wrote it. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** Of a repeated header the last one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Kafka's own time of the record. */
  readonly timestampMs: number;
  readonly value: Uint8Array | null;
}

/** Where a group without offsets begins: behind what is there, with the oldest, or with what is this old at most. */
export type SourceStart = 'latest' | 'earliest' | { readonly fromMs: number };

export interface SourcePlace {
  /** `kafka://…` as of our own bus, with its login and TLS; without a prefix. Holds a password. */
  readonly url: string;
  readonly group: string;
  /** Names, or patterns (`matchesTopic`). */
  readonly topics: readonly string[];
}

export interface SourceOptions extends SourcePlace {
  readonly start: SourceStart;
  readonly batchRecordsMax: number;
  /**
   * Consecutive records of one topic and partition. Once it resolves they count as done; when it throws, the same
   * records come again. Records may come twice. One call at a time per partition.
   */
  readonly handle: (records: readonly SourceRecord[]) => Promise<void>;
  /** Whenever reading began, with the topics, or stopped for a reason; it is tried again. */
  readonly onState?: (state: SourceState) => void;
  readonly log: Log;
}

export type SourceState =
  | { readonly kind: 'reading'; readonly topics: readonly string[] }
  | { readonly kind: 'waiting'; readonly why: string };

export interface Source {
  /** Leaves the group; records in hand are finished. */
  stop(): Promise<void>;
}

/** Reads until it is stopped; whatever the cluster does is no error of whoever opened it. */
export async function openSource(options: SourceOptions): Promise<Source> {
  // Who has no source loads none of it.
  return (await import('./kafka-source.ts')).runSource(options);
}

/**
 * Whether a topic's name is meant. `*` stands for letters, digits, dots and dashes, not for an underscore, and the
 * whole name has to fit: `tesla_*` is `tesla_V`, neither `tesla_telemetry_V` nor `my_tesla_V`.
 */
export function matchesTopic(wanted: string, name: string): boolean {
  if (!wanted.includes('*')) return wanted === name;
  const parts = wanted.split('*').map((part) => part.replaceAll(/[.]/g, '\\.'));
  return new RegExp(`^${parts.join('[A-Za-z0-9.-]*')}$`).test(name);
}

export const TOPIC_WANTED = /^[\w.*-]{1,249}$/;

/** One thing that was looked at. */
export interface SourceFinding {
  readonly about: string;
  readonly isFault: boolean;
  /** For people. */
  readonly said: string;
}

export interface SourceReport {
  /** Those that are there, may be seen and are wanted. */
  readonly topics: readonly string[];
  readonly findings: readonly SourceFinding[];
}

/**
 * Looks whether a source can be read: reaches its cluster, reads the newest records of its topics without a group,
 * asks for the group. `isKnown`: the key of a record is a car that may come in. Never throws.
 */
export async function checkSource(
  place: SourcePlace,
  isKnown: (key: string) => boolean,
  log: Log,
): Promise<SourceReport> {
  return (await import('./kafka-source-check.ts')).checkKafkaSource(place, isKnown, log);
}

/** Host and port of the brokers, and who logs in, of a `kafka://` URL: what may be shown. @throws as reading it */
export async function describeSource(url: string) {
  const { brokers, sasl } = (await import('./kafka-url.ts')).readKafkaUrl(url);
  return { brokers, username: sasl?.username };
}
