/** A record of `telemetry.rejected.v1`, or what the decoder said, with the Kafka record it is about. */
export interface Refused {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** Tesla's name of the field; absent when the whole record was refused. */
  readonly path?: string;
}

interface At {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The words of the recordings for our reasons. */
const WORDS: Readonly<Record<string, string>> = {
  'wrong-vehicle': 'identity',
  'not-allowed': 'identity',
  'bad-time': 'time',
  'observed-too-old': 'time',
  'observed-in-future': 'time',
  'unknown-type': 'type',
  'no-signals': 'nothing',
  unreadable: 'unreadable',
  invalid: 'invalid',
};

const keyOf = ({ topic, partition, offset }: At): string => `${topic} ${partition} ${offset}`;
const wordOf = ({ reason }: Refused): string => WORDS[reason] ?? reason;

/** Everything refused, to be explained by what was expected; each once. */
export class Refusals {
  readonly #at = new Map<string, Refused[]>();

  constructor(refused: Iterable<Refused>) {
    for (const one of refused) {
      const key = keyOf(one);
      const list = this.#at.get(key) ?? [];
      this.#at.set(key, list);
      list.push(one);
    }
  }

  isRefusedAs(at: At, word: string): boolean {
    return (this.#at.get(keyOf(at)) ?? []).some((one) => one.path === undefined && wordOf(one) === word);
  }

  explainWhole(at: At, word: string): boolean {
    return this.#take(at, (one) => one.path === undefined && wordOf(one) === word);
  }

  explain(at: At, field: string, word: string): boolean {
    return this.#take(at, (one) => one.path === field && wordOf(one) === word);
  }

  unexplained(): readonly Refused[] {
    return [...this.#at.values()].flat();
  }

  #take(at: At, isIt: (one: Refused) => boolean): boolean {
    const list = this.#at.get(keyOf(at)) ?? [];
    const index = list.findIndex(isIt);
    if (index !== -1) list.splice(index, 1);
    return index !== -1;
  }
}
