import { createRelay, type Relay, type Subscription } from '@outrider/bus';
import { type App, type Cancel, type Readiness, systemRandom } from '@outrider/runtime';
import { factCatalogue } from './facts/index.ts';
import { TOPIC_NAMES } from './fold-batch.ts';
import { GROUP, Partitions } from './partitions.ts';
import type { PredictorDeps } from './predictor-deps.ts';
import { loadRules, OWN_RULES } from './rule-files.ts';

export { factCatalogue } from './facts/index.ts';
export { formatMistakes, type RuleMistake, readRules, type SourceFile } from './load-rules.ts';
export type { PredictorDeps } from './predictor-deps.ts';
export type { LoadedRule } from './rule.ts';
export { loadRules, OWN_RULES, readRuleFiles } from './rule-files.ts';
export { type RuleTestResult, runRuleTests } from './rule-test.ts';
export type { Listen, Listener } from './rule-test-messages.ts';
export { predictorSettings } from './settings.ts';

/**
 * Signals, plans and conditions in; forecasts and alerts out. One memory per partition, checkpointed to the
 * state store together with its offsets; alerts leave through the outbox written in the same transaction.
 */
export const createPredictor = (deps: PredictorDeps): App => new PredictorApp(deps);

class PredictorApp implements App {
  readonly name = 'predictor';
  readonly #deps: PredictorDeps;
  #partitions: Partitions | undefined;
  #subscription: Subscription | undefined;
  #relay: Relay | undefined;
  #cancelTick: Cancel | undefined;

  constructor(deps: PredictorDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { bus, state, runtime, settings } = this.#deps;
    const { log, eventClock, realClock } = runtime;
    const rules = await loadRules(settings.rulesFolder ?? OWN_RULES, factCatalogue);
    const { outbox } = state;
    const relay = createRelay({ outbox, writer: 'predictor', bus, realClock, log, random: systemRandom });
    this.#relay = relay;
    relay.poke();
    const partitions = new Partitions(this.#deps, rules, () => relay.poke());
    this.#partitions = partitions;
    this.#subscription = await bus.subscribe({
      group: GROUP,
      topics: TOPIC_NAMES,
      start: 'earliest',
      onAssigned: (partition, generation) => partitions.assign(partition, generation),
      onRevoked: (partition) => partitions.revoke(partition),
      handle: (batch, context) => partitions.handle(batch, context, this.#subscription),
      onError: (error, partition) =>
        log.warn({ partition, err: String(error) }, 'the batch will be judged again'),
    });
    this.#cancelTick = eventClock.onTick(1_000, () => partitions.tick(this.#subscription));
  }

  async stop(): Promise<void> {
    this.#cancelTick?.();
    await this.#subscription?.stop();
    await this.#partitions?.settled();
    this.#subscription = undefined;
    await this.#relay?.stop();
    this.#relay = undefined;
  }

  readiness(): Readiness {
    return this.#subscription === undefined ? { ready: false, why: 'not started' } : { ready: true };
  }

  isIdle(): boolean {
    return (
      (this.#partitions?.isIdle() ?? true) &&
      (this.#subscription?.isIdle() ?? true) &&
      (this.#relay?.isIdle() ?? true)
    );
  }
}
