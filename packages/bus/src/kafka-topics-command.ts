import type { Log } from '@outrider/runtime';
import type { TopicReport, TopicSettings } from './kafka-topics.ts';

/** The cluster, or its URL, is not as it has to be; the message is for who runs the command. */
export class KafkaRefusal extends Error {}

/**
 * Creates the topics that are missing in the cluster of a `kafka://` URL and checks those that are there. It never
 * changes one that exists, and creates none while another has a different number of partitions.
 * @throws KafkaRefusal when the URL is another, when no broker answers, and when they refuse
 */
export async function createKafkaTopics(
  url: string,
  settings: TopicSettings,
  log: Log,
): Promise<TopicReport> {
  return asked(url, ({ createTopics }) => createTopics(url, settings, log));
}

/** What of the topics is missing or different, as sentences. @throws KafkaRefusal as `createKafkaTopics` */
export async function checkKafkaTopics(
  url: string,
  settings: TopicSettings,
  log: Log,
): Promise<readonly string[]> {
  return asked(url, ({ checkTopics }) => checkTopics(url, settings, log));
}

async function asked<T>(
  url: string,
  ask: (topics: typeof import('./kafka-topics.ts')) => Promise<T>,
): Promise<T> {
  if (!url.startsWith('kafka://')) throw new KafkaRefusal('BUS_URL has to be a kafka://host:port,… for this');
  try {
    // Who runs on one machine loads none of it.
    return await ask(await import('./kafka-topics.ts'));
  } catch (error) {
    throw new KafkaRefusal((error as Error).message, { cause: error });
  }
}
