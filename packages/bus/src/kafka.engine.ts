import { randomId, silentLog } from '@outrider/runtime';
import { inject } from 'vitest';
import { busContract } from './bus.contract.ts';
import { connectKafka } from './kafka-client.ts';
import { createTopics, describe as describeTopics } from './kafka-topics.ts';
import { openBus } from './open.ts';
import { TOPICS } from './topics.ts';

const PARTITIONS = 8;
const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};

/** For ever: the contract's records are of a day long ago, and the broker goes by its own clock. */
const kept = (name: string) => ({ name, cleanup: { kind: 'delete', retentionMs: -1 } }) as const;
const OWN = ['contract.a.v1', 'contract.b.v1', 'contract.probe.v1', 'empty.v1'].map(kept);

busContract('kafka', { keepsRecords: true, cleans: 'by itself', settleMs: 400 }, () => {
  // Topics of its own for every test, on one broker.
  const url = `${address.url}/${randomId('contract')}.`;
  let hasTopics = false;
  return {
    async open(clocks) {
      const plans = [...OWN, TOPICS.trips, TOPICS.chargers];
      if (!hasTopics) await createTopics(url, { partitions: PARTITIONS, replication: 1 }, silentLog, plans);
      hasTopics = true;
      return openBus(url, { ...clocks, log: silentLog });
    },
    async clean() {
      const client = await connectKafka(url, silentLog);
      const topics = (await describeTopics(client)).map(({ name }) => client.named(name));
      await client.admin.deleteTopics({ topics });
      await client.admin.disconnect();
    },
  };
});
