import { expect, test } from 'vitest';
import { exampleMessage } from '../message.fixture.ts';
import { createFeed } from './feed.ts';

const signal = new AbortController().signal;

test('a message that fits its record is on the feed', async () => {
  expect(await createFeed().deliver(exampleMessage(), signal)).toEqual({ kind: 'delivered' });
  const longest = exampleMessage({ spoken: 'x'.repeat(120) });
  expect(await createFeed().deliver(longest, signal)).toEqual({ kind: 'delivered' });
});

test('one that is too long to be spoken is refused for good', async () => {
  const tooLong = exampleMessage({ spoken: 'x'.repeat(121) });
  expect(await createFeed().deliver(tooLong, signal)).toEqual({ kind: 'rejected', reason: 'bad-request' });
});
