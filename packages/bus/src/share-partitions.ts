/**
 * Who reads which partition: `owners[p]` is today's owner. Shares differ by one at most, members keep
 * what they have as far as that allows, and the same input gives the same answer.
 */
export function sharePartitions<Member>(
  owners: readonly (Member | undefined)[],
  members: readonly Member[],
): (Member | undefined)[] {
  if (members.length === 0) return owners.map(() => undefined);
  const held = new Map(members.map((member) => [member, 0]));
  for (const owner of owners)
    if (owner !== undefined && held.has(owner)) held.set(owner, (held.get(owner) ?? 0) + 1);

  // Who holds most gets the larger shares, so that the fewest partitions move.
  const ranked = [...members].sort((a, b) => (held.get(b) ?? 0) - (held.get(a) ?? 0));
  const base = Math.floor(owners.length / members.length);
  const larger = owners.length % members.length;
  const room = new Map(ranked.map((member, rank) => [member, rank < larger ? base + 1 : base]));

  const takeRoom = (member: Member): boolean => {
    const left = room.get(member) ?? 0;
    if (left > 0) room.set(member, left - 1);
    return left > 0;
  };
  const kept = owners.map((owner) => (owner !== undefined && takeRoom(owner) ? owner : undefined));
  return kept.map((owner) => owner ?? members.find(takeRoom));
}
