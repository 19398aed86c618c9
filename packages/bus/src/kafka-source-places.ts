import type { Admin } from 'kafkajs';
import type { RecordPosition } from './bus.ts';
import { askPatiently, type KafkaClient } from './kafka-client.ts';
import { KafkaOffsets } from './kafka-offsets.ts';
import { matchesTopic, type SourceStart } from './source.ts';

/** Topics that are there, may be seen and are wanted, sorted. @throws when the brokers do not answer */
export async function topicsOf(admin: Admin, wanted: readonly string[]): Promise<readonly string[]> {
  const { topics } = await admin.fetchTopicMetadata();
  return topics
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('__') && wanted.some((one) => matchesTopic(one, name)))
    .toSorted();
}

/**
 * Commits where the group begins in every partition that it has no offset of. So "latest" is a fact of the log, and
 * a restart skips nothing. Needs Read on the group and Describe on the topics.
 * @throws when the brokers do not answer or refuse
 */
export async function placeGroup(
  client: KafkaClient,
  group: string,
  topics: readonly string[],
  start: SourceStart,
): Promise<void> {
  const offsets = new KafkaOffsets(client);
  try {
    const committed = await offsets.committed(group, topics);
    const missing: RecordPosition[] = [];
    for (const topic of topics)
      for (const { partition, offset } of await askPatiently(() => startsOf(client.admin, topic, start)))
        if (!committed.has(`${topic}/${partition}`)) missing.push({ topic, partition, offset });
    if (missing.length === 0) return;
    await offsets.commit(group, missing).catch((error) => {
      // The group has members elsewhere, and the first of them did this.
      if (error.type !== 'UNKNOWN_MEMBER_ID') throw error;
    });
  } finally {
    await offsets.close();
  }
}

async function startsOf(admin: Admin, topic: string, start: SourceStart) {
  if (typeof start === 'object') {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, start.fromMs);
    return found.map(({ partition, offset }) => ({ partition, offset: Number(offset) }));
  }
  const bounds = await admin.fetchTopicOffsets(topic);
  return bounds.map(({ partition, high, low }) => ({
    ...{ partition, offset: Number(start === 'latest' ? high : low) },
  }));
}
