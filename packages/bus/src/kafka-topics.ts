import type { Log } from '@outrider/runtime';
import kafkajs, { type ITopicConfig } from 'kafkajs';
import { connectKafka, type KafkaClient } from './kafka-client.ts';
import { KafkaEnds } from './kafka-ends.ts';
import { type Topic, topicList } from './topics.ts';

export const TOPICS_COMMAND = 'npm run outrider -- topics create';
/** A tombstone stays this long, so that who was away for less learns of the deletion. */
const TOMBSTONE_MS = 86_400_000;
const CREATE_MS = 30_000;
/** A plan across a continent, and what the world knows of its road, are some megabytes; brokers take one by default. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

export type TopicPlan = Pick<Topic, 'name' | 'cleanup'>;

export interface TopicSettings {
  /** The same for every topic, and for ever: a car's records of all topics are in the partition of its number. */
  readonly partitions: number;
  /** Copies of each record; 3 where there are three brokers. */
  readonly replication: number;
}

export interface TopicReport {
  readonly created: readonly string[];
  /** What is not as it should be, as sentences; nothing of it was changed. */
  readonly findings: readonly string[];
}

/**
 * Creates the topics that are missing in the cluster of a `kafka://` URL and checks those that are there. It never
 * changes one that exists, and creates none while another has a different number of partitions.
 * @throws when the brokers do not answer or refuse
 */
export async function createTopics(
  url: string,
  settings: TopicSettings,
  log: Log,
  plans: readonly TopicPlan[] = topicList,
): Promise<TopicReport> {
  return withClient(url, log, async (client) => {
    const report = await compareTopics(client, settings, plans);
    const missing = plans.filter(({ name }) => report.missing.includes(name));
    if (missing.length === 0 || report.hasOtherPartitions) return { created: [], findings: report.findings };
    const topics = missing.map((plan) => configOf(client, plan, settings));
    try {
      await client.admin.createTopics({ topics, waitForLeaders: false, timeout: CREATE_MS });
    } catch (error) {
      throw new Error(`the brokers refused: ${reasonsOf(error)}`, { cause: error });
    }
    // They are of use once every partition has its leader.
    await new KafkaEnds(client.admin).load(topics.map(({ topic }) => topic));
    const findings = report.findings.filter((each) => !missing.some(({ name }) => each === absent(name)));
    return { created: missing.map(({ name }) => name), findings };
  });
}

/** What of the topics is missing or different. @throws when the brokers do not answer */
export async function checkTopics(
  url: string,
  settings: TopicSettings,
  log: Log,
  plans: readonly TopicPlan[] = topicList,
): Promise<readonly string[]> {
  return withClient(url, log, async (client) => (await compareTopics(client, settings, plans)).findings);
}

async function withClient<T>(url: string, log: Log, work: (client: KafkaClient) => Promise<T>): Promise<T> {
  const client = await connectKafka(url, log);
  try {
    return await work(client);
  } finally {
    await client.admin.disconnect();
  }
}

const absent = (name: string): string => `${name} does not exist`;

async function compareTopics(client: KafkaClient, settings: TopicSettings, plans: readonly TopicPlan[]) {
  const there = new Map((await describe(client)).map(({ name, ...rest }) => [name, rest]));
  const missing = plans.filter(({ name }) => !there.has(name)).map(({ name }) => name);
  const existing = plans.filter(({ name }) => there.has(name));
  const others = existing.filter(({ name }) => there.get(name)?.partitions !== settings.partitions);
  const copies = existing.filter(({ name }) => there.get(name)?.replication !== settings.replication);
  const findings = [
    ...missing.map(absent),
    ...others.map(
      ({ name }) =>
        `${name} has ${there.get(name)?.partitions} partitions, not ${settings.partitions}: a car's records ` +
        'would be in two places. Growth means a new topic version',
    ),
    ...copies.map(
      ({ name }) => `${name} has ${there.get(name)?.replication} copies, not ${settings.replication}`,
    ),
    ...(await differences(client, existing)),
  ];
  return { missing, findings, hasOtherPartitions: others.length > 0 };
}

/** The topics of this installation, by their names without prefix. */
export async function describe(client: KafkaClient) {
  const { topics } = await client.admin.fetchTopicMetadata();
  return topics.flatMap(({ name, partitions }) => {
    const unnamed = client.unnamed(name);
    if (unnamed === undefined || name.startsWith('__')) return [];
    const replication = Math.min(...partitions.map(({ replicas }) => replicas.length));
    return [{ name: unnamed, partitions: partitions.length, replication }];
  });
}

/** How many partitions every topic has. @throws when there are no topics, or not all have the same */
export async function countPartitions(client: KafkaClient): Promise<number> {
  const counts = [...new Set((await describe(client)).map(({ partitions }) => partitions))];
  const [partitions] = counts;
  if (partitions === undefined) throw new Error(`the cluster has no topics of ours: ${TOPICS_COMMAND}`);
  if (counts.length > 1)
    throw new Error(`topics have ${counts.join(' and ')} partitions; a car's records would be in two places`);
  return partitions;
}

async function differences(client: KafkaClient, plans: readonly TopicPlan[]): Promise<readonly string[]> {
  if (plans.length === 0) return [];
  const { resources } = await client.admin.describeConfigs({
    includeSynonyms: false,
    resources: plans.map(({ name }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: client.named(name),
    })),
  });
  return plans.flatMap((plan) => {
    const entries = resources.find(
      ({ resourceName }) => resourceName === client.named(plan.name),
    )?.configEntries;
    return entriesOf(plan).flatMap(({ name, value }) => {
      const found = entries?.find(({ configName }) => configName === name)?.configValue;
      return found === value ? [] : [`${plan.name}: ${name} is ${found}, not ${value}`];
    });
  });
}

const configOf = (client: KafkaClient, plan: TopicPlan, settings: TopicSettings): ITopicConfig => ({
  topic: client.named(plan.name),
  numPartitions: settings.partitions,
  replicationFactor: settings.replication,
  configEntries: entriesOf(plan),
});

function entriesOf({ cleanup }: TopicPlan): { name: string; value: string }[] {
  const ending =
    cleanup.kind === 'delete'
      ? [{ name: 'retention.ms', value: `${cleanup.retentionMs}` }]
      : [
          { name: 'delete.retention.ms', value: `${TOMBSTONE_MS}` },
          { name: 'min.compaction.lag.ms', value: `${cleanup.historyMs ?? 0}` },
        ];
  return [
    { name: 'cleanup.policy', value: cleanup.kind },
    ...ending,
    { name: 'max.message.bytes', value: `${BATCH_BYTES_MAX}` },
  ];
}

/** kafkajs keeps the reasons inside, and drops the brokers' own words. */
function reasonsOf(error: unknown): string {
  const { errors } = error as {
    readonly errors?: readonly { readonly topic?: string; readonly type?: string }[];
  };
  if (errors === undefined) return (error as Error).message;
  return errors.map(({ topic, type }) => `${topic}: ${type}`).join('; ');
}
