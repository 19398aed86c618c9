import type { KafkaMessage } from 'kafkajs';
import type { BusRecord } from './bus.ts';
import { type ReadLimits, recordBytes } from './log-store.ts';

/** Fetching of a partition pauses above this and goes on below half of it. */
const HELD_BYTES_MAX = 512 * 1024;
const HELD_RECORDS_MAX = 2_000;

/** How a window moves the fetching of its topic and partition. */
export interface Fetching {
  /** Fetches from `offset` on, and no longer from where it was. */
  fetchFrom(offset: number): void;
  pause(): void;
  resume(): void;
}

/** The records of one topic and partition that were fetched and not handled yet: consecutive, and few. */
export class KafkaWindow {
  readonly #fetching: Fetching;
  #records: BusRecord[] = [];
  #bytes = 0;
  /** First offset still here; what is before has to be fetched again. */
  #floor = 0;
  /** Undefined until somebody wants records. */
  #next: number | undefined;
  #isPaused = false;

  constructor(fetching: Fetching) {
    this.#fetching = fetching;
  }

  /** The offset that the next fetched record has at least; undefined when nothing is being fetched. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Fetched records, already in their order, up to before the offset `next`. */
  take(records: readonly BusRecord[], next: number): void {
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += recordBytes(record);
    }
    this.#next = next;
    this.#balance();
  }

  /** Throws away what is here; the next who wants records begins anew. */
  reset(): void {
    this.#records = [];
    this.#bytes = 0;
    this.#next = undefined;
  }

  /** The first record at or after `from` that is here; what is before `from` is no longer needed. */
  head(from: number): BusRecord | undefined {
    this.#moveTo(from);
    return this.#records[0];
  }

  read(from: number, { recordsMax, bytesMax, untilMs = Number.POSITIVE_INFINITY }: ReadLimits): BusRecord[] {
    this.#moveTo(from);
    const taken: BusRecord[] = [];
    let bytes = 0;
    for (const record of this.#records) {
      if (taken.length === recordsMax || bytes >= bytesMax) break;
      if (taken.length > 0 && record.timestampMs > untilMs) break;
      taken.push(record);
      bytes += recordBytes(record);
    }
    return taken;
  }

  #moveTo(from: number): void {
    if (this.#next === undefined || from < this.#floor || from > this.#next) {
      this.reset();
      this.#next = from;
      this.#isPaused = false;
      this.#fetching.fetchFrom(from);
    }
    this.#floor = from;
    let gone = 0;
    while ((this.#records[gone]?.offset ?? from) < from) gone++;
    if (gone === 0) return;
    for (const record of this.#records.splice(0, gone)) this.#bytes -= recordBytes(record);
    this.#balance();
  }

  #balance(): void {
    const share = Math.max(this.#bytes / HELD_BYTES_MAX, this.#records.length / HELD_RECORDS_MAX);
    if (!this.#isPaused && share > 1) {
      this.#isPaused = true;
      this.#fetching.pause();
    } else if (this.#isPaused && share < 0.5) {
      this.#isPaused = false;
      this.#fetching.resume();
    }
  }
}

/** A fetched message as the bus tells it. Keys and headers of other producers may be anything; bytes stay bytes. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): BusRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString() ?? '',
    value: message.value,
    headers: textOf(message.headers),
    timestampMs: Number(message.timestamp),
  };
}

/** They are text already where `decodeRecord` read them. */
function textOf(headers: KafkaMessage['headers'] = {}): Record<string, string> {
  let isText = true;
  for (const name in headers) isText &&= typeof headers[name] === 'string';
  if (isText) return headers as Record<string, string>;
  const texts = Object.entries(headers).flatMap(([name, value]) => {
    // Of a header given several times the last one counts, as in Kafka's own clients.
    const last = Array.isArray(value) ? value.at(-1) : value;
    return last === undefined ? [] : [[name, last.toString()] as const];
  });
  return Object.fromEntries(texts);
}
