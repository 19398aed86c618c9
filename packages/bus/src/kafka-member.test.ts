import { expect, it } from 'vitest';
import { KafkaMember, type KafkaMemberOptions } from './kafka-member.ts';
import type { KafkaGroup, KafkaOffsets } from './kafka-patches.ts';

function joinedMember(commitOffsets: (offsets: KafkaOffsets) => Promise<void>): KafkaMember {
  const nothing = () => undefined;
  const member = new KafkaMember({
    ...{ topics: ['a'], reads: { begin: nothing }, named: (topic: string) => `x.${topic}` },
  } as unknown as KafkaMemberOptions);
  member.afterJoin({ assigned: () => [], pause: nothing, commitOffsets } as unknown as KafkaGroup);
  return member;
}

it('commits what comes in one turn together, and what comes later for itself', async () => {
  const asked: KafkaOffsets[] = [];
  const member = joinedMember(async (offsets) => {
    asked.push(offsets);
  });
  const commits = [0, 1].map((partition) => member.commit([{ topic: 'a', partition, offset: 5 }]));
  await Promise.all(commits);
  await member.commit([{ topic: 'a', partition: 1, offset: 6 }]);
  expect(asked).toEqual([
    {
      topics: [
        {
          topic: 'x.a',
          partitions: [
            { partition: 0, offset: '5' },
            { partition: 1, offset: '5' },
          ],
        },
      ],
    },
    { topics: [{ topic: 'x.a', partitions: [{ partition: 1, offset: '6' }] }] },
  ]);
});

it('tells everyone whose offsets were not taken', async () => {
  const member = joinedMember(async () => {
    throw new Error('the coordinator moves');
  });
  const commits = [0, 1].map((partition) => member.commit([{ topic: 'a', partition, offset: 5 }]));
  for (const result of await Promise.allSettled(commits)) expect(result.status).toBe('rejected');
});
