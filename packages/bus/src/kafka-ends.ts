import type { Admin } from 'kafkajs';
import { askPatiently } from './kafka-client.ts';

/** First and next offset of one partition, as far as this process knows. */
export interface Bounds {
  readonly begin: number;
  readonly end: number;
}

/**
 * Where the topics end: what this process wrote, what came with fetched records, and what was asked for.
 * An end only grows, so an old answer takes nothing back. Topics by their names in the cluster.
 */
export class KafkaEnds {
  readonly #admin: Admin;
  readonly #bounds = new Map<string, Map<number, Bounds>>();
  readonly #listeners = new Set<(topic: string, partition: number) => void>();

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  begin(topic: string, partition: number): number {
    return this.#bounds.get(topic)?.get(partition)?.begin ?? 0;
  }

  end(topic: string, partition: number): number {
    return this.#bounds.get(topic)?.get(partition)?.end ?? 0;
  }

  /** The ends as they are now, and stay. */
  copy(): (topic: string, partition: number) => number {
    const ends = new Map([...this.#bounds].map(([topic, known]) => [topic, new Map(known)]));
    return (topic, partition) => ends.get(topic)?.get(partition)?.end ?? 0;
  }

  /** Asks the brokers. @throws when they do not answer */
  async load(topics: readonly string[]): Promise<void> {
    await Promise.all(
      topics.map(async (topic) => {
        for (const { partition, low, high } of await askPatiently(() => this.#ask(topic)))
          this.#note(topic, partition, Number(low), Number(high));
      }),
    );
  }

  /** While what it knows of a new topic is on its way, kafkajs stumbles over its own variable. */
  async #ask(topic: string) {
    try {
      return await this.#admin.fetchTopicOffsets(topic);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw Object.assign(new Error(`the brokers do not know ${topic}`, { cause: error }), {
        retriable: true,
      });
    }
  }

  /** Records up to `end` exist. */
  raise(topic: string, partition: number, end: number): void {
    if (end <= this.end(topic, partition)) return;
    this.#note(topic, partition, 0, end);
    for (const listener of this.#listeners) listener(topic, partition);
  }

  /** Calls `listener` whenever an end was raised, until the returned function is called. */
  onRaise(listener: (topic: string, partition: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #note(topic: string, partition: number, begin: number, end: number): void {
    const known = this.#bounds.get(topic) ?? new Map<number, Bounds>();
    this.#bounds.set(topic, known);
    const old = known.get(partition);
    known.set(partition, { begin: Math.max(begin, old?.begin ?? 0), end: Math.max(end, old?.end ?? 0) });
  }
}
