import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createAssigner } from './kafka-assigner.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
const TOPICS = ['a', 'b'];
const noHooks = { beforeJoin: async () => true, afterJoin: () => {} };
const cluster = (partitions: number) => ({
  findTopicPartitionMetadata: () =>
    Array.from({ length: partitions }, (_, partitionId) => ({ partitionId }) as never),
});

const member = (memberId: string, held: readonly number[], topics = TOPICS) => ({
  memberId,
  memberMetadata: createAssigner(cluster(0), () => held, noHooks).protocol({ topics }).metadata,
});

async function shares(partitions: number, members: readonly ReturnType<typeof member>[]) {
  const assigner = createAssigner(cluster(partitions), () => [], noHooks);
  const answer = await assigner.assign({ members: [...members], topics: TOPICS });
  return answer.map(({ memberId, memberAssignment }) => ({
    memberId,
    ...(MemberAssignment.decode(memberAssignment)?.assignment as Record<'a' | 'b', number[]>),
  }));
}

describe('handing out partitions', () => {
  it('gives partition p of every topic to one member, evenly', async () => {
    expect(await shares(5, [member('two', []), member('one', [])])).toEqual([
      { memberId: 'one', a: [0, 1, 2], b: [0, 1, 2] },
      { memberId: 'two', a: [3, 4], b: [3, 4] },
    ]);
  });

  it('leaves members what they have, as far as shares allow', async () => {
    const [one, two] = await shares(4, [member('one', []), member('two', [0, 1, 2, 3])]);
    expect([one?.a, two?.a]).toEqual([
      [2, 3],
      [0, 1],
    ]);
  });

  it('gives a topic only to members that read it, and partitions to no more members than there are', async () => {
    expect(await shares(1, [member('new', [], ['a', 'b']), member('old', [], ['a'])])).toEqual([
      { memberId: 'new', a: [0], b: [0] },
      { memberId: 'old', a: [] },
    ]);
  });

  it('takes a member that says nonsense for one that has nothing', async () => {
    const userData = Buffer.from('{"');
    const nonsense = MemberMetadata.encode({ version: 1, topics: TOPICS, userData });
    const members = [{ memberId: 'odd', memberMetadata: nonsense }, member('one', [1])];
    expect((await shares(2, members)).map(({ a }) => a)).toEqual([[0], [1]]);
  });
});
