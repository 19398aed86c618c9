/** A record whose partition is decided. */
export interface PlacedMessage {
  readonly partition: number;
}

/** How the broker answers for one partition of a call. */
export interface SendAnswer {
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset?: string;
}

/** More rounds than leaders can move while one call lasts. */
const ROUNDS_MAX = 20;

/**
 * Sends messages of one topic until every partition answered, and returns each message's offset, in their order.
 *
 * kafkajs 2.2.4 forgets a partition whose leader moves, during the call, to a broker that already answered for its
 * others: `send` resolves although records were never written. So the partitions are fixed before, each is demanded
 * in the answer, and those missing go again before anything else does: their order stays. A partition that was
 * written but not answered for is written twice; records have ids for that.
 * @throws what `send` throws, and when a partition stays without answer
 */
export async function sendChecked<M extends PlacedMessage>(
  send: (messages: readonly M[]) => Promise<readonly SendAnswer[]>,
  messages: readonly M[],
  onMissing: (missing: readonly M[]) => void = () => {},
): Promise<readonly number[]> {
  const offsets = new Map<number, number>();
  let waiting = messages;
  for (let round = 0; waiting.length > 0; round++) {
    if (round === ROUNDS_MAX)
      throw new Error(
        `no answer for partitions ${[...new Set(waiting.map(({ partition }) => partition))].join(', ')}`,
      );
    if (round > 0) onMissing(waiting);
    for (const { partition, errorCode, baseOffset } of await send(waiting))
      if (errorCode === 0 && baseOffset !== undefined) offsets.set(partition, Number(baseOffset));
    waiting = waiting.filter(({ partition }) => !offsets.has(partition));
  }
  return offsetsOf(messages, offsets);
}

/** Believes the answer, whatever is missing in it, and so loses records: for the proof that the other one does not. */
export const sendPlain: typeof sendChecked = async (send, messages) => {
  const answers = await send(messages);
  return offsetsOf(
    messages,
    new Map(answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset)])),
  );
};

/** The records of a partition go as one batch: their offsets follow each other. */
function offsetsOf(
  messages: readonly PlacedMessage[],
  firstOffsets: ReadonlyMap<number, number>,
): readonly number[] {
  const offsets = new Map(firstOffsets);
  return messages.map(({ partition }) => {
    const offset = offsets.get(partition) ?? 0;
    offsets.set(partition, offset + 1);
    return offset;
  });
}
