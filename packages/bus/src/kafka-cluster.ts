import type { Cluster } from 'kafkajs';
import { createAssigner } from './kafka-assigner.ts';
import type { KafkaClient } from './kafka-client.ts';

/** The connections of one client of kafkajs, for requests it has no function for. */
export interface BorrowedCluster {
  readonly cluster: Cluster;
  close(): Promise<void>;
}

/** A consumer that never runs lends its connections: it hands them to its assigner. */
export async function borrowCluster(client: KafkaClient): Promise<BorrowedCluster> {
  const found = Promise.withResolvers<Cluster>();
  const consumer = client.patient.consumer({
    groupId: client.named('offsets'),
    partitionAssigners: [
      ({ cluster }) => {
        found.resolve(cluster);
        return createAssigner(cluster, () => [], { beforeJoin: async () => false, afterJoin: () => {} });
      },
    ],
  });
  await consumer.connect();
  return { cluster: await found.promise, close: () => consumer.disconnect() };
}
