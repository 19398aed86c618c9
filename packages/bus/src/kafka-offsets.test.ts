import { expect, it } from 'vitest';
import type { KafkaClient } from './kafka-client.ts';
import { KafkaOffsets } from './kafka-offsets.ts';

const answer = [{ topic: 'my.t', partitions: [{ partition: 3, offset: '41', metadata: null }] }];

/** A client whose coordinator refuses so many questions first. */
function offsetsOf(refusals: number, retriable: boolean) {
  let asked = 0;
  const admin = {
    async fetchOffsets() {
      asked++;
      if (asked <= refusals) throw Object.assign(new Error('it loads the group'), { retriable });
      return answer;
    },
  };
  const client = {
    admin,
    named: (name: string) => `my.${name}`,
    unnamed: (name: string) => name.slice('my.'.length),
  } as unknown as KafkaClient;
  return { offsets: new KafkaOffsets(client), asked: () => asked };
}

it('asks a coordinator that still loads the group again', async () => {
  const { offsets, asked } = offsetsOf(2, true);
  expect(await offsets.committed('g', ['t'])).toEqual(new Map([['t/3', 41]]));
  expect(asked()).toBe(3);
});

it('says at once what no patience mends', async () => {
  const { offsets, asked } = offsetsOf(1, false);
  await expect(offsets.committed('g')).rejects.toThrow('it loads the group');
  expect(asked()).toBe(1);
});
