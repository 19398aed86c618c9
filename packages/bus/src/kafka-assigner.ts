import kafkajs, { type Assigner, type Cluster } from 'kafkajs';
import type { JoinHooks } from './kafka-patches.ts';
import { sharePartitions } from './share-partitions.ts';

const NAME = 'outrider-partitions';
const VERSION = 1;
const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export type PartitionsAssigner = Assigner & JoinHooks;

/**
 * Gives partition p of every topic to one member: a car's records of all topics meet in one place. Shares differ by
 * one at most, and members keep what they have as far as that allows; each says what it has when it joins.
 */
export function createAssigner(
  cluster: Pick<Cluster, 'findTopicPartitionMetadata'>,
  held: () => readonly number[],
  hooks: JoinHooks,
): PartitionsAssigner {
  return {
    beforeJoin: (group) => hooks.beforeJoin(group),
    afterJoin: (group) => hooks.afterJoin(group),
    name: NAME,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: MemberMetadata.encode({
        version: VERSION,
        topics: [...topics],
        userData: Buffer.from(JSON.stringify(held())),
      }),
    }),
    async assign({ members, topics }) {
      const partitions = Math.max(
        0,
        ...topics.map((topic) => cluster.findTopicPartitionMetadata(topic).length),
      );
      const said = members
        .map(({ memberId, memberMetadata }) => ({ memberId, ...readMember(memberMetadata) }))
        .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
      const owners = Array.from({ length: partitions }, (_, partition) =>
        said.find((member) => member.held.includes(partition)),
      );
      const shares = sharePartitions(owners, said);
      return said.map((member) => {
        const own = shares.flatMap((owner, partition) => (owner === member ? [partition] : []));
        // During an upgrade a member may not read a topic yet that others do.
        const assignment = Object.fromEntries(member.topics.map((topic) => [topic, own]));
        return {
          memberId: member.memberId,
          memberAssignment: MemberAssignment.encode({
            ...{ version: VERSION, assignment, userData: Buffer.alloc(0) },
          }),
        };
      });
    },
  };
}

function readMember(metadata: Buffer): {
  readonly topics: readonly string[];
  readonly held: readonly number[];
} {
  const { topics = [], userData } = MemberMetadata.decode(metadata) ?? {};
  try {
    const held: unknown = JSON.parse(userData?.toString() ?? '[]');
    return { topics, held: Array.isArray(held) ? held.filter((each) => Number.isInteger(each)) : [] };
  } catch {
    return { topics, held: [] };
  }
}
