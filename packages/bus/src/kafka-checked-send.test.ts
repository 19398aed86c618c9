import { describe, expect, it } from 'vitest';
import { type SendAnswer, sendChecked, sendPlain } from './kafka-checked-send.ts';

interface Message {
  readonly partition: number;
  readonly text: string;
}

const message = (partition: number, text: string): Message => ({ partition, text });

/** Answers as kafkajs does, and forgets, in each round, the partitions whose leader moved during it. */
function brokerThat({ forgets }: { readonly forgets: readonly (readonly number[])[] }) {
  const log = new Map<number, string[]>();
  let round = 0;
  const send = async (messages: readonly Message[]): Promise<readonly SendAnswer[]> => {
    const forgotten = forgets[round++] ?? [];
    const answers = new Map<number, SendAnswer>();
    for (const { partition, text } of messages) {
      if (forgotten.includes(partition)) continue;
      const written = log.get(partition) ?? [];
      if (!answers.has(partition))
        answers.set(partition, { partition, errorCode: 0, baseOffset: `${written.length}` });
      log.set(partition, [...written, text]);
    }
    return [...answers.values()];
  };
  return { send, log, rounds: () => round };
}

describe('a checked send', () => {
  const messages = [message(0, 'a'), message(1, 'b'), message(0, 'c'), message(2, 'd'), message(1, 'e')];

  it('sends once when every partition answers, and gives each record its offset', async () => {
    const broker = brokerThat({ forgets: [] });
    expect(await sendChecked(broker.send, messages)).toEqual([0, 0, 1, 0, 1]);
    expect(broker.rounds()).toBe(1);
    expect(await sendChecked(broker.send, messages)).toEqual([2, 2, 3, 1, 3]);
  });

  it('sends again, in order, what a leader that moved left out of the answer, and only that', async () => {
    const broker = brokerThat({ forgets: [[1, 2], [2]] });
    const missing: number[] = [];
    expect(await sendChecked(broker.send, messages, ({ length }) => missing.push(length))).toEqual([
      0, 0, 1, 0, 1,
    ]);
    expect([...broker.log]).toEqual([
      [0, ['a', 'c']],
      [1, ['b', 'e']],
      [2, ['d']],
    ]);
    expect(missing).toEqual([3, 1]);
  });

  it('loses records when the answer is believed: what it guards against', async () => {
    const broker = brokerThat({ forgets: [[1]] });
    await sendPlain(broker.send, messages);
    expect(broker.log.has(1)).toBe(false);
  });

  it('does not take an error for an answer', async () => {
    let round = 0;
    const send = async () => [{ partition: 0, errorCode: round++ === 0 ? 6 : 0, baseOffset: '7' }];
    expect(await sendChecked(send, [message(0, 'a')])).toEqual([7]);
    expect(round).toBe(2);
  });

  it('gives up, and throws, when a partition never answers', async () => {
    await expect(sendChecked(async () => [], [message(0, 'a')])).rejects.toThrow('partitions 0');
  });

  it('throws what sending throws', async () => {
    const send = async () => Promise.reject(new Error('too large'));
    await expect(sendChecked(send, [message(0, 'a')])).rejects.toThrow('too large');
  });

  it('sends nothing for nothing', async () => {
    const broker = brokerThat({ forgets: [] });
    expect(await sendChecked(broker.send, [])).toEqual([]);
    expect(broker.rounds()).toBe(0);
  });
});
