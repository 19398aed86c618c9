import {
  BRAKE,
  isInForce,
  type NewRestraint,
  RESTRAINTS,
  type RestraintKind,
  type RuleRestraint,
} from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import type { FiringRow, State } from '@outrider/state';
import type { LoadedRule } from './rule.ts';
import { BAR_DAYS, rulesBelowBar } from './rule-bar.ts';
import { brakeFor, brakeQuestions } from './rule-brake.ts';
import type { RuleSet } from './rule-set.ts';

export interface HeldRulesDeps {
  readonly set: Pick<RuleSet, 'rules'>;
  readonly state: Pick<State, 'restraints' | 'quality' | 'firings' | 'vehicles'>;
  readonly runtime: Pick<Runtime, 'eventClock' | 'log' | 'metrics'>;
}

const DAY_MS = 24 * 3_600_000;
/** What came of warnings is looked at this often, and whenever other rules run. */
const JUDGED_EVERY_MS = 3_600_000;
const RESTRAINTS_MAX = 1_000;
/** Warned stretches that are counted, the newest. */
const LABELS_MAX = 20_000;

/**
 * The rules that run now, each with what holds it to silent cards. That is stored: it survives a restart, and every
 * predictor process reads the same.
 */
export class HeldRules {
  readonly #deps: HeldRulesDeps;
  readonly #gauge;
  #restraints: readonly RuleRestraint[] = [];
  #held: { readonly of: readonly LoadedRule[]; readonly rules: readonly LoadedRule[] } | undefined;
  #judged: { readonly rules: readonly LoadedRule[]; readonly atMs: number } | undefined;
  #looking: Promise<void> | undefined;

  private constructor(deps: HeldRulesDeps) {
    this.#deps = deps;
    this.#gauge = deps.runtime.metrics.gauge(
      'predictor_rules_held',
      'Rules that may raise silent cards only, by why.',
      ['kind'],
    );
  }

  /** @throws when the state cannot tell: a rule that is held must not interrupt after a restart */
  static async open(deps: HeldRulesDeps): Promise<HeldRules> {
    const held = new HeldRules(deps);
    await held.#look();
    return held;
  }

  get rules(): readonly LoadedRule[] {
    const { rules } = this.#deps.set;
    if (this.#held?.of !== rules) this.#held = { of: rules, rules: this.#withHolds(rules) };
    return this.#held.rules;
  }

  get isLooking(): boolean {
    return this.#looking !== undefined;
  }

  /** Reads what was decided, here or elsewhere, and decides what is due; never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) =>
        this.#deps.runtime.log.warn({ err: String(error) }, 'which rules are held is read again soon'),
      )
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** Counts, after these were stored, whether a rule fires for too many at once; never throws. */
  async brake(firings: readonly FiringRow[]): Promise<void> {
    const { state, runtime } = this.#deps;
    try {
      for (const asked of brakeQuestions(firings, this.rules, this.#restraints)) {
        const cars = await state.firings.countCars(asked);
        if (cars < BRAKE.cars) continue;
        const fleet = await state.vehicles.countOwned(asked.toMs);
        const restraint = brakeFor(asked, { cars, fleet }, this.#restraints);
        if (restraint === null) continue;
        await this.#raise(restraint);
        await this.#read();
      }
    } catch (error) {
      runtime.log.warn(
        { err: String(error) },
        'whether a rule fires for too many is counted at its next firing',
      );
    }
  }

  async #look(): Promise<void> {
    await this.#read();
    const { set, state, runtime } = this.#deps;
    const { rules } = set;
    const nowMs = runtime.eventClock.nowMs();
    await this.#endOfOtherTexts(rules, nowMs);
    const isJudged = this.#judged?.rules === rules && nowMs - this.#judged.atMs < JUDGED_EVERY_MS;
    if (isJudged) return;
    const fromDayMs = (Math.floor(nowMs / DAY_MS) - BAR_DAYS + 1) * DAY_MS;
    const labels = await state.quality.listSince(fromDayMs, LABELS_MAX, { onlyWarned: true });
    const fallen = rulesBelowBar(labels, rules, this.#restraints, nowMs);
    for (const restraint of fallen) await this.#raise(restraint);
    if (fallen.length > 0) await this.#read();
    this.#judged = { rules, atMs: nowMs };
  }

  async #read(): Promise<void> {
    const before = this.rules;
    this.#restraints = await this.#deps.state.restraints.list(RESTRAINTS_MAX);
    this.#hold();
    const now = this.rules;
    for (const kind of Object.keys(RESTRAINTS) as RestraintKind[])
      this.#gauge.set({ kind }, now.filter(({ heldBy }) => heldBy?.kind === kind).length);
    for (const { id, heldBy } of before)
      if (heldBy !== undefined && now.some((rule) => rule.id === id && rule.heldBy === undefined))
        this.#deps.runtime.log.warn({ ruleId: id, was: heldBy.kind }, 'a rule may interrupt again');
  }

  /** The array stays the same where nothing changed: with another one every car is asked anew. */
  #hold(): void {
    const of = this.#deps.set.rules;
    const rules = this.#withHolds(of);
    const isSame =
      this.#held?.of === of && rules.every((rule, index) => isHeldAlike(rule, this.#held?.rules[index]));
    if (!isSame) this.#held = { of, rules };
  }

  async #raise(restraint: NewRestraint): Promise<void> {
    const { state, runtime } = this.#deps;
    const isNew = await state.restraints.raise(restraint);
    const { ruleId, ruleVersion, kind, figures } = restraint;
    if (isNew)
      runtime.log.error({ ruleId, ruleVersion, kind, ...figures }, `a rule is held: ${RESTRAINTS[kind]}`);
  }

  /** A rule that was mended begins anew; what its text was before is judged no more. */
  async #endOfOtherTexts(rules: readonly LoadedRule[], nowMs: number): Promise<void> {
    const { state } = this.#deps;
    const versions = new Map(rules.map(({ id, version }) => [id, version]));
    const over = this.#restraints.filter(
      (one) => isInForce(one, nowMs) && (versions.get(one.ruleId) ?? one.ruleVersion) !== one.ruleVersion,
    );
    for (const { restraintId } of over) await state.restraints.end(restraintId, nowMs);
    if (over.length > 0) await this.#read();
  }

  /** A brake holds more than a bar; of the same kind the oldest counts. */
  #withHolds(rules: readonly LoadedRule[]): readonly LoadedRule[] {
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    const inForce = this.#restraints.filter((one) => isInForce(one, nowMs)).toReversed();
    return rules.map((rule) => {
      const own = inForce.filter((one) => one.ruleId === rule.id && one.ruleVersion === rule.version);
      const by = own.find(({ kind }) => kind === 'brake') ?? own[0];
      return by === undefined ? rule : { ...rule, heldBy: { kind: by.kind, sinceMs: by.sinceMs } };
    });
  }
}

const isHeldAlike = ({ heldBy: one }: LoadedRule, other: LoadedRule | undefined): boolean =>
  one?.kind === other?.heldBy?.kind && one?.sinceMs === other?.heldBy?.sinceMs;
