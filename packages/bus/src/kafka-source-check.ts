import type { Log } from '@outrider/runtime';
import type { Cluster, KafkaMessage } from 'kafkajs';
import { atMost, connectKafka, type KafkaClient } from './kafka-client.ts';
import { borrowCluster } from './kafka-cluster.ts';
import { KafkaOffsets } from './kafka-offsets.ts';
import { topicsOf } from './kafka-source-places.ts';
import type { SourceFinding, SourcePlace, SourceReport } from './source.ts';

/** So many of the newest records of each partition are looked at. */
const SAMPLE_RECORDS = 50;
const SAMPLE_BYTES = 1024 * 1024;
const WAIT_MS = 500;
const LEAVE_MS = 5_000;
/** No member of that name: who may read the group is told so, who may not is told that. */
const NO_MEMBER = { groupGenerationId: -1, memberId: 'nobody' };

interface Broker {
  fetch(request: object): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly messages: readonly KafkaMessage[] }[];
    }[];
  }>;
  heartbeat(request: object): Promise<unknown>;
}

/** Asks as little as reading needs, changes nothing and joins no group. Never throws. */
export async function checkKafkaSource(
  place: SourcePlace,
  isKnown: (key: string) => boolean,
  log: Log,
): Promise<SourceReport> {
  let client: KafkaClient;
  try {
    client = await connectKafka(place.url, log);
  } catch (error) {
    return { topics: [], findings: [silent(reasonOf(error))] };
  }
  const borrowed = await borrowCluster(client).catch(() => undefined);
  try {
    if (borrowed === undefined) return { topics: [], findings: [silent('does not answer')] };
    const findings: SourceFinding[] = [{ about: 'cluster', isFault: false, said: 'answers' }];
    const topics = await topicsOf(client.admin, place.topics);
    for (const topic of topics) findings.push(await checkTopic(borrowed.cluster, client, topic, isKnown));
    findings.push(await checkGroup(borrowed.cluster, place.group));
    if (topics.length > 0) findings.push(await checkLag(client, place.group, topics));
    return { topics, findings };
  } catch (error) {
    return { topics: [], findings: [silent(reasonOf(error))] };
  } finally {
    await atMost(LEAVE_MS, Promise.all([borrowed?.close(), client.admin.disconnect()]));
  }
}

const silent = (said: string): SourceFinding => ({ about: 'cluster', isFault: true, said });

async function checkTopic(
  cluster: Cluster,
  client: KafkaClient,
  topic: string,
  isKnown: (key: string) => boolean,
): Promise<SourceFinding> {
  const about = `topic ${topic}`;
  try {
    const keys = await newestKeys(cluster, client, topic);
    const strangers = new Set(keys.filter((key) => !isKnown(key)));
    if (strangers.size === 0)
      return { about, isFault: false, said: `readable, ${keys.length} records looked at` };
    // A VIN is personal: its end is enough to know one's own car by.
    const shown = [...strangers].slice(0, 5).map((key) => `…${key.slice(-4)}`);
    return { about, isFault: true, said: `${strangers.size} cars are not in the list: ${shown.join(', ')}` };
  } catch (error) {
    return { about, isFault: true, said: reasonOf(error) };
  }
}

async function newestKeys(cluster: Cluster, client: KafkaClient, topic: string): Promise<readonly string[]> {
  const keys: string[] = [];
  await cluster.addTargetTopic(topic);
  const bounds = await client.admin.fetchTopicOffsets(topic);
  const { findLeaderForPartitions } = cluster as unknown as {
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, readonly number[]>;
  };
  const leaders = findLeaderForPartitions.call(
    cluster,
    topic,
    bounds.map(({ partition }) => partition),
  );
  for (const [nodeId, partitions] of Object.entries(leaders)) {
    const broker = (await cluster.findBroker({ nodeId })) as unknown as Broker;
    const asked = bounds.filter(({ partition }) => partitions.includes(partition));
    const { responses } = await broker.fetch({
      ...{ replicaId: -1, isolationLevel: 1, maxWaitTime: WAIT_MS, minBytes: 1, maxBytes: SAMPLE_BYTES },
      topics: [
        {
          topic,
          partitions: asked.map(({ partition, low, high }) => ({
            ...{ partition, currentLeaderEpoch: -1, maxBytes: SAMPLE_BYTES },
            fetchOffset: `${Math.max(Number(low), Number(high) - SAMPLE_RECORDS)}`,
          })),
        },
      ],
    });
    for (const { messages } of responses.flatMap((one) => one.partitions))
      for (const { key } of messages) if (key !== null) keys.push(key.toString());
  }
  return keys;
}

async function checkGroup(cluster: Cluster, groupId: string): Promise<SourceFinding> {
  const about = `group ${groupId}`;
  try {
    const coordinator = (await cluster.findGroupCoordinator({ groupId })) as unknown as Broker;
    await coordinator.heartbeat({ groupId, ...NO_MEMBER });
    return { about, isFault: false, said: 'may be used' };
  } catch (error) {
    const isAllowed = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].includes(
      (error as { type?: string }).type ?? '',
    );
    if (isAllowed) return { about, isFault: false, said: 'may be used' };
    return { about, isFault: true, said: reasonOf(error) };
  }
}

async function checkLag(
  client: KafkaClient,
  group: string,
  topics: readonly string[],
): Promise<SourceFinding> {
  const about = 'lag';
  try {
    const committed = await new KafkaOffsets(client).committed(group, topics);
    if (committed.size === 0) return { about, isFault: false, said: 'nothing was read yet' };
    let records = 0;
    for (const topic of topics)
      for (const { partition, high, low } of await client.admin.fetchTopicOffsets(topic))
        records += Number(high) - Math.max(Number(low), committed.get(`${topic}/${partition}`) ?? 0);
    return { about, isFault: false, said: `${records} records are still to be read` };
  } catch (error) {
    return { about, isFault: true, said: reasonOf(error) };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'its login has no Read on this topic',
  GROUP_AUTHORIZATION_FAILED: 'its login has no Read on this group',
  CLUSTER_AUTHORIZATION_FAILED: 'its login may not do this',
};

function reasonOf(error: unknown): string {
  const { type, name, message, cause } = error as Error & { readonly type?: string };
  if (type !== undefined && REASONS[type] !== undefined) return REASONS[type];
  const inner = (cause as { readonly type?: string } | undefined)?.type;
  if (inner !== undefined && REASONS[inner] !== undefined) return REASONS[inner];
  if (name === 'KafkaJSSASLAuthenticationError') return 'refuses the login';
  return message;
}
