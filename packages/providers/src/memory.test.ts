import { expect, test } from 'vitest';
import { createMemory } from './memory.ts';

test('what was set longest ago goes first; setting again counts', () => {
  const memory = createMemory<number>(2);
  memory.set('a', 1);
  memory.set('b', 2);
  memory.set('a', 3);
  memory.set('c', 4);
  expect([memory.get('a'), memory.get('b'), memory.get('c'), memory.size]).toEqual([3, undefined, 4, 2]);
  memory.delete('a');
  expect([memory.get('a'), memory.size]).toEqual([undefined, 1]);
});
