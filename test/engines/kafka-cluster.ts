import { KAFKA_VERSION, needKafkaJars } from '../../infra/native/kafka-jars.ts';
import type { Engine } from './engine.ts';

/** Three nodes of Kafka; the test starts them itself, for it kills them. */
export const kafkaCluster: Engine = {
  name: 'kafka-cluster',
  files: ['test/engines/kafka-cluster.engine.ts'],
  sabotages: { 'plain-send': "takes kafkajs's word for what is written" },
  async start() {
    needKafkaJars();
    return { version: KAFKA_VERSION, addresses: {}, async stop() {} };
  },
};
