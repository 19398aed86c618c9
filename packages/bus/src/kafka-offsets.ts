import type { RecordPosition } from './bus.ts';
import { askPatiently, type KafkaClient } from './kafka-client.ts';
import { type BorrowedCluster, borrowCluster } from './kafka-cluster.ts';

interface Coordinator {
  offsetCommit(request: object): Promise<unknown>;
}

/**
 * Stores offsets of groups that have no member now, at once: kafkajs itself joins the group for it, which takes
 * seconds. A broker refuses it, rightly, while the group has members.
 */
export class KafkaOffsets {
  readonly #client: KafkaClient;
  #connecting: Promise<BorrowedCluster> | undefined;

  constructor(client: KafkaClient) {
    this.#client = client;
  }

  /** What the group committed, by `topic/partition`. @throws when the brokers do not answer */
  async committed(group: string, topics?: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { admin, named, unnamed } = this.#client;
    const about = { groupId: named(group), ...(topics && { topics: topics.map(named) }) };
    // The first question about a group makes its coordinator load it, and kafkajs asks once.
    const answer = await askPatiently(() => admin.fetchOffsets(about));
    return new Map(
      answer.flatMap(({ topic, partitions }) =>
        partitions
          // Below zero stands for none, and for "at the beginning" after kafkajs lost its place.
          .filter(({ offset }) => Number(offset) >= 0)
          .map(
            ({ partition, offset }) => [`${unnamed(topic) ?? topic}/${partition}`, Number(offset)] as const,
          ),
      ),
    );
  }

  /** @throws when the group has members, or the brokers do not answer */
  async commit(group: string, offsets: readonly RecordPosition[]): Promise<void> {
    const { cluster } = await this.#connect();
    const byTopic = Map.groupBy(offsets, ({ topic }) => topic);
    const request = {
      ...{ groupId: this.#client.named(group), groupGenerationId: -1, memberId: '' },
      topics: [...byTopic].map(([topic, parts]) => ({
        topic: this.#client.named(topic),
        partitions: parts.map(({ partition, offset }) => ({
          partition,
          offset: `${offset}`,
          metadata: null,
        })),
      })),
    };
    await askPatiently(async () => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: request.groupId });
      await (coordinator as unknown as Coordinator).offsetCommit(request);
    });
  }

  async close(): Promise<void> {
    await (await this.#connecting?.catch(() => undefined))?.close();
  }

  #connect() {
    this.#connecting ??= borrowCluster(this.#client).catch((error) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }
}
