import type { Batch as FetchedBatch } from 'kafkajs';
import type { BusRecord } from './bus.ts';
import type { KafkaEnds } from './kafka-ends.ts';
import type { KafkaGroup } from './kafka-patches.ts';
import { KafkaWindow, recordOf } from './kafka-window.ts';
import type { ReadableLog, ReadLimits } from './log-store.ts';

/** How long the broker keeps a fetch for which it has no records. */
export const FETCH_WAIT_MS = 250;
/** And while partitions are full, for those are not in it: they soon have room again, and would wait for its end. */
const FETCH_WAIT_BESIDE_FULL_MS = 60;

/**
 * The partitions of one member as a log to read from: what was fetched is here, the rest on its way. Reading where
 * nothing is fetched moves the fetching there.
 */
export class KafkaReads implements ReadableLog {
  readonly #named: (topic: string) => string;
  readonly #ends: KafkaEnds;
  readonly #windows = new Map<string, KafkaWindow>();
  readonly #full = new Set<KafkaWindow>();
  #group: KafkaGroup | undefined;

  constructor(named: (topic: string) => string, ends: KafkaEnds) {
    this.#named = named;
    this.#ends = ends;
  }

  /** Forgets everything fetched for an earlier generation. */
  begin(group: KafkaGroup): void {
    this.#group = group;
    this.#windows.clear();
    this.#full.clear();
    group.maxWaitTime = FETCH_WAIT_MS;
  }

  /** Keeps fetched records. `elsewhere`: they are not those asked for, and are dropped. */
  take(batch: FetchedBatch): 'taken' | 'elsewhere' {
    const { topic: name, partition } = batch;
    this.#ends.raise(name, partition, Number(batch.highWatermark));
    const window = this.#windows.get(`${name}/${partition}`);
    if (window?.next === undefined) return 'taken';
    // The types of kafkajs leave it out.
    const { fetchedOffset } = batch as FetchedBatch & { readonly fetchedOffset: string };
    if (Number(fetchedOffset) !== window.next) {
      window.reset();
      return 'elsewhere';
    }
    const topic = this.#topicOf(name);
    window.take(
      batch.messages.map((message) => recordOf(topic, partition, message)),
      Number(batch.lastOffset()) + 1,
    );
    return 'taken';
  }

  /** Nothing to read up to before `next`. */
  skip(name: string, partition: number, next: number): void {
    const window = this.#windows.get(`${name}/${partition}`);
    if (window?.next !== undefined && window.next < next) window.take([], next);
  }

  headTimestampMs(topic: string, partition: number, fromOffset: number): number | undefined {
    return this.#window(topic, partition).head(fromOffset)?.timestampMs;
  }

  read(topic: string, partition: number, fromOffset: number, limits: ReadLimits): readonly BusRecord[] {
    return this.#window(topic, partition).read(fromOffset, limits);
  }

  beginOffset(topic: string, partition: number): number {
    return this.#ends.begin(this.#named(topic), partition);
  }

  endOffset(topic: string, partition: number): number {
    return this.#ends.end(this.#named(topic), partition);
  }

  arrivedOffset(topic: string, partition: number): number {
    return this.#window(topic, partition).next ?? 0;
  }

  readonly #topics = new Map<string, string>();

  #topicOf(name: string): string {
    return this.#topics.get(name) ?? name;
  }

  #window(topic: string, partition: number): KafkaWindow {
    const name = this.#named(topic);
    this.#topics.set(name, topic);
    const key = `${name}/${partition}`;
    const existing = this.#windows.get(key);
    if (existing !== undefined) return existing;
    const group = this.#group;
    const what = [{ topic: name, partitions: [partition] }];
    const window: KafkaWindow = new KafkaWindow({
      fetchFrom: (offset) => {
        group?.seek({ topic: name, partition, offset: `${offset}` });
        group?.resume(what);
        this.#setFull(window, false);
      },
      pause: () => {
        group?.pause(what);
        this.#setFull(window, true);
      },
      resume: () => {
        group?.resume(what);
        this.#setFull(window, false);
      },
    });
    this.#windows.set(key, window);
    return window;
  }

  #setFull(window: KafkaWindow, isFull: boolean): void {
    if (isFull) this.#full.add(window);
    else this.#full.delete(window);
    if (this.#group !== undefined)
      this.#group.maxWaitTime = this.#full.size > 0 ? FETCH_WAIT_BESIDE_FULL_MS : FETCH_WAIT_MS;
  }
}
