import { startKafka } from '../../infra/native/kafka.ts';
import type { Engine } from './engine.ts';

export const kafka: Engine = {
  name: 'kafka',
  files: [
    'packages/bus/src/kafka.engine.ts',
    'packages/bus/src/kafka-codecs.engine.ts',
    'packages/bus/src/kafka-rebalance.engine.ts',
    'packages/bus/src/kafka-too-large.engine.ts',
  ],
  async start(folder) {
    const { version, url, stop } = await startKafka(folder);
    return { version, addresses: { url }, stop };
  },
};
