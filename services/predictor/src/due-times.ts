import TinyQueue from 'tinyqueue';

interface Entry {
  readonly id: string;
  readonly atMs: number;
}

/** Entries of moments that are no longer an id's own are left in the queue until they outnumber the others. */
const STALE_SHARE_MAX = 2;
const STALE_SPARE = 64;

/** When each of many is due: finding the next takes no look at the others. */
export class DueTimes {
  readonly #atMs = new Map<string, number>();
  #queue = new TinyQueue<Entry>([], sooner);

  /** Event time; undefined = not due by itself. */
  set(id: string, atMs: number | undefined): void {
    if (this.#atMs.get(id) === atMs) return;
    if (atMs === undefined) {
      this.#atMs.delete(id);
      return;
    }
    this.#atMs.set(id, atMs);
    this.#queue.push({ id, atMs });
    if (this.#queue.length > STALE_SPARE + STALE_SHARE_MAX * this.#atMs.size) this.#rebuild();
  }

  /** The soonest of all; undefined when nothing is due ever. */
  nextMs(): number | undefined {
    return this.#soonest()?.atMs;
  }

  /** Takes out everything due by then, soonest first; of the same moment by id. */
  takeUpTo(untilMs: number): readonly string[] {
    const taken: string[] = [];
    for (let next = this.#soonest(); next !== undefined && next.atMs <= untilMs; next = this.#soonest()) {
      this.#atMs.delete(next.id);
      taken.push(next.id);
    }
    return taken;
  }

  #soonest(): Entry | undefined {
    for (;;) {
      const first = this.#queue.peek();
      if (first === undefined || this.#atMs.get(first.id) === first.atMs) return first;
      this.#queue.pop();
    }
  }

  #rebuild(): void {
    this.#queue = new TinyQueue(
      [...this.#atMs].map(([id, atMs]) => ({ id, atMs })),
      sooner,
    );
  }
}

function sooner(one: Entry, other: Entry): number {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}
