import { startKafka } from '../../infra/native/kafka.ts';
import type { Engine } from './engine.ts';

export const kafka: Engine = {
  name: 'kafka',
  files: [
    'packages/bus/src/kafka.engine.ts',
    'packages/bus/src/kafka-codecs.engine.ts',
    'test/engines/kafka-login.engine.ts',
    'packages/bus/src/kafka-rebalance.engine.ts',
    'packages/bus/src/kafka-named-member.engine.ts',
    'packages/bus/src/kafka-source.engine.ts',
    'packages/bus/src/kafka-too-large.engine.ts',
    'packages/bus/src/kafka-commands.engine.ts',
  ],
  async start(folder) {
    const { version, url, strangersUrl, door, stop } = await startKafka(folder, 'one with a locked door');
    if (door === undefined) throw new Error('the broker has no locked door');
    const { port, login, certificates } = door;
    const locked = { lockedPort: `${port}`, ...login, ca: certificates.ca, otherCa: certificates.otherCa };
    return { version, addresses: { url, strangersUrl, ...locked }, stop };
  },
};
