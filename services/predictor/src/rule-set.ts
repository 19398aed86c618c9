import type { RuleLoadKind, RunningRule } from '@outrider/domain';
import { type Clock, contentId, type Log, type Metrics } from '@outrider/runtime';
import { formatMistakes, type RuleMistake, readRules, type SourceFile } from './load-rules.ts';
import type { FactCatalogue, LoadedRule } from './rule.ts';
import { readRuleFiles } from './rule-files.ts';

export interface RuleSetDeps {
  readonly folder: string;
  readonly catalogue: FactCatalogue;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Hears of every set that takes over or is refused. */
  readonly onRead: (read: ReadSet) => void;
}

/** A folder as it was read, and what became of it. */
export interface ReadSet {
  readonly kind: RuleLoadKind;
  /** Real time. */
  readonly atMs: number;
  readonly setId: string;
  /** The set that runs until then; null: none does. */
  readonly beforeId: string | null;
  /** What changed, or the mistakes. At a start nothing ran before. */
  readonly lines: readonly string[];
  /** None where it was refused. */
  readonly rules: readonly RunningRule[];
}

/**
 * The rules that run now. Looked at again, the folder's new set takes over whole, or is refused whole and the one
 * before goes on; either is logged with what changed and by whom, and counted.
 */
export class RuleSet {
  readonly #deps: RuleSetDeps;
  readonly #gauges;
  #rules: readonly LoadedRule[] = [];
  /** Ids of the set that runs, of the files seen last, and of the set refused last. */
  #runs = '';
  #seen = '';
  #refused = '';
  #looking: Promise<void> | undefined;

  private constructor(deps: RuleSetDeps) {
    this.#deps = deps;
    this.#gauges = {
      mistakes: deps.metrics.gauge(
        'predictor_rules_mistakes',
        'Mistakes in the folder of rules as it is now; above 0 an older set runs.',
      ),
      rules: deps.metrics.gauge('predictor_rules', 'Rules that run, by mode.', ['mode']),
      since: deps.metrics.gauge(
        'predictor_rules_changed_timestamp_seconds',
        'When the running set took over.',
      ),
    };
  }

  /** @throws Error with every mistake of the folder, by file and line */
  static async open(deps: RuleSetDeps): Promise<RuleSet> {
    const set = new RuleSet(deps);
    const files = await readRuleFiles(deps.folder);
    const read = readRules(files, deps.catalogue);
    if (read.kind === 'refused') {
      const mistakes = formatMistakes(read.mistakes);
      set.#tell('refused', idOf(files), mistakes.split('\n'));
      throw new Error(`rules refused:\n${mistakes}`);
    }
    set.#tell('start', idOf(files), whatChanged([], read.rules), read.rules);
    set.#take(idOf(files), read.rules);
    return set;
  }

  /** Another array when, and only when, another set has taken over. */
  get rules(): readonly LoadedRule[] {
    return this.#rules;
  }

  get isLooking(): boolean {
    return this.#looking !== undefined;
  }

  /** Looks at the folder again; never throws. Files that still change are waited for until the next look. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { folder, catalogue, log } = this.#deps;
    let files: readonly SourceFile[];
    try {
      files = await readRuleFiles(folder);
    } catch (error) {
      log.warn({ folder, err: String(error) }, 'the folder of rules cannot be read; its rules go on');
      this.#gauges.mistakes.set(1);
      return;
    }
    const id = idOf(files);
    const isSettled = id === this.#seen;
    this.#seen = id;
    if (id === this.#runs) {
      this.#gauges.mistakes.set(0);
      this.#refused = '';
    }
    if (!isSettled || id === this.#runs || id === this.#refused) return;
    const read = readRules(files, catalogue);
    if (read.kind === 'refused') this.#refuse(id, read.mistakes);
    else if (read.rules.length === 0)
      this.#refuse(id, [{ path: folder, line: 1, text: 'no rules; to stop them all: `all` in modes.yaml' }]);
    else {
      const changes = whatChanged(this.#rules, read.rules);
      log.warn({ set: id, before: this.#runs, changes }, 'another set of rules runs from now on');
      this.#tell('reload', id, changes, read.rules);
      this.#take(id, read.rules);
    }
  }

  #refuse(id: string, mistakes: readonly RuleMistake[]): void {
    this.#refused = id;
    this.#gauges.mistakes.set(mistakes.length);
    const lines = formatMistakes(mistakes).split('\n');
    this.#deps.log.error(
      { set: id, running: this.#runs, mistakes: lines },
      'rules refused; the set before goes on',
    );
    this.#tell('refused', id, lines);
  }

  /** Before it takes over: what runs until then is part of it. */
  #tell(
    kind: RuleLoadKind,
    setId: string,
    lines: readonly string[],
    rules: readonly RunningRule[] = [],
  ): void {
    const beforeId = this.#runs === '' ? null : this.#runs;
    this.#deps.onRead({ kind, atMs: this.#deps.clock.nowMs(), setId, beforeId, lines, rules });
  }

  #take(id: string, rules: readonly LoadedRule[]): void {
    this.#rules = rules;
    this.#runs = id;
    this.#seen = id;
    this.#refused = '';
    this.#gauges.mistakes.set(0);
    this.#gauges.since.set(this.#deps.clock.nowMs() / 1000);
    for (const mode of ['on', 'shadow', 'off'] as const)
      this.#gauges.rules.set({ mode }, rules.filter((rule) => rule.mode === mode).length);
  }
}

/** Of the texts in their order; two processes with the same files have the same. */
const idOf = (files: readonly SourceFile[]): string =>
  contentId(...files.flatMap(({ path, text }) => [path.slice(path.lastIndexOf('/') + 1), text]));

/** One line per rule that is new, gone, written anew, or in another mode; with who switched it and why. */
export function whatChanged(
  before: readonly RunningRule[],
  after: readonly RunningRule[],
): readonly string[] {
  const was = new Map(before.map((rule) => [rule.id, rule]));
  const is = new Map(after.map((rule) => [rule.id, rule]));
  const gone = before.filter(({ id }) => !is.has(id)).map(({ id }) => `${id}: gone`);
  const changed = after.flatMap((rule) => {
    const old = was.get(rule.id);
    if (old === undefined) return [`${rule.id}: new, ${modeOf(rule)}`];
    const texts = old.version === rule.version ? [] : [`${rule.id}: ${old.version} became ${rule.version}`];
    const modes = modeOf(old) === modeOf(rule) ? [] : [`${rule.id}: ${modeOf(old)} became ${modeOf(rule)}`];
    return [...texts, ...modes];
  });
  return [...gone, ...changed].toSorted();
}

function modeOf({ mode, share, switched }: RunningRule): string {
  const told = share === undefined ? mode : `${mode} for ${share} of the fleet`;
  return switched === undefined ? told : `${told} (${switched.by}: ${switched.why})`;
}
