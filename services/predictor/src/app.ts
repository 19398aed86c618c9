import { createRelay, type Relay, type Subscription } from '@outrider/bus';
import { type App, type Cancel, type Readiness, randomId, systemRandom } from '@outrider/runtime';
import { CarFleets } from './car-fleets.ts';
import { factCatalogue } from './facts/index.ts';
import { TOPIC_NAMES } from './fold-batch.ts';
import { HeldRules } from './held-rules.ts';
import { GROUP, Partitions } from './partitions.ts';
import type { PredictorDeps } from './predictor-deps.ts';
import { OWN_RULES } from './rule-files.ts';
import { RuleLoads } from './rule-loads.ts';
import { type ReadSet, RuleSet } from './rule-set.ts';

export { modelOf } from '@outrider/energy';
export { emptyCar, emptyWorld, type LiveCar } from './car.ts';
export { type CarEvent, type CarReplay, createCarReplay, type Replayed } from './car-replay.ts';
export { CarTimes, wantsAt } from './car-times.ts';
export { DRILL_BELOW_SOC_PCT, severityFor } from './drill.ts';
export { factCatalogue } from './facts/index.ts';
export { formatMistakes, type RuleMistake, readRules, type SourceFile } from './load-rules.ts';
export type { PredictorDeps } from './predictor-deps.ts';
export type { LoadedRule } from './rule.ts';
export { loadRules, OWN_RULES, readRuleFiles } from './rule-files.ts';
export { stepRule } from './rule-step.ts';
export { type RuleTestResult, runRuleTests } from './rule-test.ts';
export type { Listen, Listener } from './rule-test-messages.ts';
export { predictorSettings } from './settings.ts';

/**
 * Signals, plans and conditions in; forecasts and alerts out. One memory per partition, checkpointed to the
 * state store together with its offsets; alerts leave through the outbox written in the same transaction.
 */
export const createPredictor = (deps: PredictorDeps): App => new PredictorApp(deps);

/** A folder of rules, and what holds them to silent cards, is read again this often. */
const RULES_EVERY_MS = 5_000;

class PredictorApp implements App {
  readonly name = 'predictor';
  readonly #deps: PredictorDeps;
  #partitions: Partitions | undefined;
  #subscription: Subscription | undefined;
  #relay: Relay | undefined;
  #rules: RuleSet | undefined;
  #loads: RuleLoads | undefined;
  #held: HeldRules | undefined;
  #fleets: CarFleets | undefined;
  readonly #cancel: Cancel[] = [];

  constructor(deps: PredictorDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { bus, state, runtime, settings } = this.#deps;
    const { log, realClock, metrics } = runtime;
    const { rulesFolder: folder = OWN_RULES } = settings;
    const catalogue = factCatalogue;
    const loads = new RuleLoads({ state, log, process: randomId('pre') });
    this.#loads = loads;
    const onRead = (read: ReadSet) => loads.note(read);
    const opened = RuleSet.open({ folder, catalogue, log, metrics, clock: realClock, onRead });
    // What is refused at the start is stored before the process ends.
    const rules = await opened.finally(() => loads.write());
    this.#rules = rules;
    const held = await HeldRules.open({ set: rules, state, runtime });
    this.#held = held;
    const { outbox } = state;
    const relay = createRelay({ outbox, writer: 'predictor', bus, realClock, log, random: systemRandom });
    this.#relay = relay;
    relay.poke();
    const partitions = new Partitions(
      this.#deps,
      held,
      () => relay.poke(),
      () => this.#subscription,
    );
    this.#partitions = partitions;
    const fleets = new CarFleets({
      ...{ state, log, rules: () => held.rules },
      onRead: (read) => partitions.moveFleets(read),
    });
    this.#fleets = fleets;
    this.#subscription = await bus.subscribe({
      group: GROUP,
      topics: TOPIC_NAMES,
      start: 'earliest',
      onAssigned: (partition, generation) => partitions.assign(partition, generation),
      onRevoked: (partition) => partitions.revoke(partition),
      handle: (batch, context) => partitions.handle(batch, context),
      onError: (error, partition) =>
        log.warn({ partition, err: String(error) }, 'the batch will be judged again'),
    });
    partitions.look();
    const look = async () => {
      // Rules that come with Outrider change with it, at a start.
      if (settings.rulesFolder !== undefined) await rules.look();
      void loads.write();
      await held.look();
      await fleets.look();
      partitions.look();
    };
    this.#cancel.push(realClock.onTick(RULES_EVERY_MS, () => void look()));
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancel.splice(0)) cancel();
    if (this.#rules?.isLooking) await this.#rules.look();
    await this.#loads?.write();
    if (this.#held?.isLooking) await this.#held.look();
    if (this.#fleets?.isLooking) await this.#fleets.look();
    await this.#subscription?.stop();
    await this.#partitions?.settled();
    this.#partitions?.stop();
    this.#subscription = undefined;
    await this.#relay?.stop();
    this.#relay = undefined;
  }

  readiness(): Readiness {
    return this.#subscription === undefined ? { ready: false, why: 'not started' } : { ready: true };
  }

  isIdle(): boolean {
    return (
      this.#rules?.isLooking !== true &&
      this.#loads?.isWriting !== true &&
      this.#held?.isLooking !== true &&
      this.#fleets?.isLooking !== true &&
      (this.#partitions?.isIdle() ?? true) &&
      (this.#subscription?.isIdle() ?? true) &&
      (this.#relay?.isIdle() ?? true)
    );
  }
}
