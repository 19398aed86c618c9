import type { RuleLoad } from '@outrider/domain';
import { contentId, type Log } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { ReadSet } from './rule-set.ts';
import { whatChanged } from './rule-set.ts';

export interface RuleLoadsDeps {
  readonly state: Pick<State, 'ruleLoads'>;
  readonly log: Log;
  /** Tells this process from others. */
  readonly process: string;
}

/** Loads that wait for a state that is away; then the oldest is given up. */
const WAITING_MAX = 100;
/** Of one load; the log has them all. */
const LINES_MAX = 200;
const LINE_MAX = 500;

/** Stores what became of each folder of rules that was read. A state that is away stops no rule: loads wait for it. */
export class RuleLoads {
  readonly #deps: RuleLoadsDeps;
  #waiting: readonly ReadSet[] = [];
  #writing: Promise<void> | undefined;

  constructor(deps: RuleLoadsDeps) {
    this.#deps = deps;
  }

  get isWriting(): boolean {
    return this.#writing !== undefined;
  }

  note(read: ReadSet): void {
    this.#waiting = [...this.#waiting, read];
    if (this.#waiting.length > WAITING_MAX) {
      this.#deps.log.error({ set: this.#waiting[0]?.setId }, 'a load of rules is not in the audit');
      this.#waiting = this.#waiting.slice(1);
    }
    void this.write();
  }

  /** What waits; never throws. */
  write(): Promise<void> {
    if (this.#waiting.length === 0) return this.#writing ?? Promise.resolve();
    this.#writing ??= this.#write()
      .catch((error: unknown) =>
        this.#deps.log.warn({ err: String(error) }, 'which rules were loaded is stored later'),
      )
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { ruleLoads } = this.#deps.state;
    for (let [read] = this.#waiting; read !== undefined; [read] = this.#waiting) {
      await ruleLoads.append(await this.#loadOf(read));
      const written = read;
      this.#waiting = this.#waiting.filter((one) => one !== written);
    }
  }

  /** What a start changed is seen beside the set that ran last, here or in another process. */
  async #loadOf({ kind, atMs, setId, ...read }: ReadSet): Promise<RuleLoad> {
    const { process, state } = this.#deps;
    const before = kind === 'start' ? await state.ruleLoads.newestTaken() : undefined;
    const beforeId = before?.setId ?? read.beforeId;
    const lines = kind === 'start' ? whatChanged(before?.rules ?? [], read.rules) : read.lines;
    return {
      ...{ loadId: contentId(process, kind, setId, atMs), atMs, kind, process, setId, beforeId },
      lines: cut(lines),
      rules: read.rules.map(({ id, version, mode, share, switched }) => ({
        ...{ id, version, mode, ...(share !== undefined && { share }), ...(switched && { switched }) },
      })),
    };
  }
}

function cut(lines: readonly string[]): readonly string[] {
  const kept = lines.slice(0, LINES_MAX).map((line) => line.slice(0, LINE_MAX));
  return lines.length <= LINES_MAX ? kept : [...kept, `and ${lines.length - LINES_MAX} more`];
}
