import { describe, expect, it } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

function collecting(shareOf: (item: number) => number = () => 0) {
  const commits: number[][] = [];
  const group = createGroupCommit<number, string>({
    shareOf,
    commit(items) {
      commits.push([...items]);
      if (items.includes(-1)) throw new Error('disk full');
      return items.map((item) => `done ${item}`);
    },
  });
  return { group, commits };
}

describe('group commit', () => {
  it('commits what was added in one turn together and answers each item', async () => {
    const { group, commits } = collecting();
    const answers = await Promise.all([group.add(1), group.add(2), group.add(3)]);
    await group.add(4);
    expect(commits).toEqual([[1, 2, 3], [4]]);
    expect(answers).toEqual(['done 1', 'done 2', 'done 3']);
  });

  it('fills a commit up to its size, not beyond, and takes an item that is too large alone', async () => {
    const { group, commits } = collecting((item) => item / 10);
    await Promise.all([5, 5, 1, 30, 9, 2].map((item) => group.add(item)));
    expect(commits).toEqual([[5, 5], [1], [30], [9], [2]]);
  });

  it('rejects every item of a failed commit, and only those', async () => {
    const { group } = collecting((item) => (item === 7 ? 1 : 0.5));
    const outcomes = await Promise.allSettled([group.add(1), group.add(-1), group.add(7)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await group.add(2)).toBe('done 2');
  });

  it('commits at once when it is flushed', async () => {
    const { group, commits } = collecting(() => 1);
    const added = [group.add(1), group.add(2)];
    expect(group.isEmpty()).toBe(false);
    group.flush();
    expect(group.isEmpty()).toBe(true);
    expect(commits).toEqual([[1], [2]]);
    expect(await Promise.all(added)).toEqual(['done 1', 'done 2']);
  });
});
