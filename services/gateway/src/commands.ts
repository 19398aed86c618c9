import {
  type Bus,
  type CommandBook,
  createCommandBook,
  encodeRecord,
  type OutgoingRecord,
  type Subscription,
  TOPICS,
  withTrace,
} from '@outrider/bus';
import { type Command, type CommandState, commandStateAt, furtherStep, type Verdict } from '@outrider/domain';
import { continueTrace, type Runtime } from '@outrider/runtime';
import type { Trust } from '@outrider/trust';
import type { Answer } from './frame.ts';
import type { GatewayMetrics } from './metrics.ts';
import { OUTAGE_RETRY_MS, retry } from './verdict.ts';

/** What a car is told. */
export type CommandMessage =
  | {
      readonly command: {
        readonly id: string;
        readonly kind: Command['kind'];
        /** ISO 8601. Not to be begun after this. */
        readonly expiresAt: string;
        readonly minutes?: number;
      };
    }
  | { readonly cancel: { readonly id: string } };

export interface DueCommand {
  readonly commandId: string;
  readonly state: CommandState;
  readonly message: CommandMessage;
}

/**
 * What cars are asked to do, as `commands.v1` has it: every gateway reads all of it, and the one that holds the car's
 * connection hands it over. A vendor's own interface to its cars would take `due` from here as the sockets do.
 */
export interface Commands {
  /** @param onChange something of this car's commands changed */
  start(onChange: (vehicleId: string) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
  isIdle(): boolean;
  sweep(): void;
  hasDue(vehicleId: string): boolean;
  /**
   * What the car is to hear now, oldest first: what is asked and neither answered nor expired, while its owner's
   * consent stands, and what was cancelled. What repeats something that was open then is cancelled instead. Undefined when that cannot be said yet: consents cannot be read, or the
   * log was not read to its end.
   */
  due(vehicleId: string): Promise<readonly DueCommand[] | undefined>;
  /** The record of an answer, or its verdict at once. */
  judgeAnswer(
    vehicleId: string,
    answer: Answer,
    nowMs: number,
    caller: string | undefined,
  ): OutgoingRecord | Verdict;
}

export interface CommandsDeps {
  readonly bus: Pick<Bus, 'publish' | 'broadcast'>;
  readonly trust: Pick<Trust, 'prepare' | 'seal' | 'decide'>;
  readonly runtime: Runtime;
  readonly metrics: Pick<GatewayMetrics, 'countStep'>;
}

export const createCommands = (deps: CommandsDeps): Commands => new CarCommands(deps);

class CarCommands implements Commands {
  readonly #deps: CommandsDeps;
  readonly #book: CommandBook = createCommandBook();
  #subscription: Subscription | undefined;
  #isCaughtUp = false;
  /** Cars whose news is being handed over. */
  #handing = 0;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
  }

  async start(onChange: (vehicleId: string) => Promise<void>): Promise<void> {
    const { log } = this.#deps.runtime;
    const tell = (vehicleId: string): void => {
      this.#handing += 1;
      onChange(vehicleId)
        .catch((error: unknown) => log.error({ err: error, vehicleId }, 'a command waits'))
        .finally(() => {
          this.#handing -= 1;
        });
    };
    this.#subscription = await this.#deps.bus.broadcast({
      topics: [TOPICS.commands.name],
      start: 'earliest',
      handle: async (batch) => {
        const changed = this.#book.take(batch);
        // Until the end is reached a cancel may still come: whoever connects meanwhile is told afterwards.
        if (this.#isCaughtUp) for (const vehicleId of changed) tell(vehicleId);
      },
      onError: (error, partition) => log.warn({ err: String(error), partition }, 'commands wait'),
    });
    // Those who are connected by then hear with the next sweep.
    void this.#subscription.caughtUp.then(
      () => {
        this.#isCaughtUp = true;
      },
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop();
  }

  isIdle(): boolean {
    return this.#handing === 0 && (this.#subscription?.isIdle() ?? true);
  }

  sweep(): void {
    this.#book.sweep(this.#deps.runtime.eventClock.nowMs());
  }

  hasDue(vehicleId: string): boolean {
    return this.#isCaughtUp && this.#news(vehicleId).length > 0;
  }

  async due(vehicleId: string): Promise<readonly DueCommand[] | undefined> {
    if (!this.#isCaughtUp) return undefined;
    const asked = this.#news(vehicleId);
    const repeats = this.#repeats(vehicleId);
    if (asked.length === 0 && repeats.length === 0) return [];
    const { runtime, trust } = this.#deps;
    try {
      for (const one of repeats) await this.#cancel(one, 'asked-already');
      await trust.prepare([vehicleId]);
      for (const one of asked) if (!this.#isAllowed(one)) await this.#cancel(one, 'no-consent');
      // Looked at again: they may have been answered, cancelled or run out meanwhile.
      return this.#news(vehicleId)
        .filter((one) => this.#isAllowed(one))
        .map((one) => ({ commandId: one.commandId, state: one.state, message: messageOf(one) }));
    } catch (error) {
      runtime.log.error({ err: error, vehicleId }, 'whether a command may be sent cannot be said yet');
      return undefined;
    }
  }

  judgeAnswer(
    vehicleId: string,
    answer: Answer,
    nowMs: number,
    caller: string | undefined,
  ): OutgoingRecord | Verdict {
    const known = this.#book.find(vehicleId, answer.commandId);
    if (known === undefined) {
      // Another gateway may have handed it over a moment ago.
      if (!this.#isCaughtUp || this.#subscription?.isIdle() !== true)
        return retry(OUTAGE_RETRY_MS, 'catching-up');
      return {
        kind: 'refused',
        code: 'unknown-command',
        detail: 'no command of this id was sent to the car',
      };
    }
    const step = stepOf(known, answer.state, nowMs, answer.reason);
    // Said before, or overtaken: the log has what counts.
    if (furtherStep(known, step) === known) return { kind: 'ack' };
    this.#deps.metrics.countStep(answer.state);
    return this.#record(step, nowMs, caller);
  }

  /** Oldest first. */
  #news(vehicleId: string): readonly Command[] {
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    return this.#book
      .of(vehicleId)
      .filter(
        ({ expiresAtMs, commandId }) => nowMs < expiresAtMs && !this.#book.isRepeat(vehicleId, commandId),
      )
      .filter((one) => ['asked', 'cancelled'].includes(commandStateAt(one, nowMs)))
      .toReversed();
  }

  /** Those who asked are to see that the car hears it only once. */
  #repeats(vehicleId: string): readonly Command[] {
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    return this.#book
      .of(vehicleId)
      .filter((one) => one.state === 'asked' && nowMs < one.expiresAtMs)
      .filter(({ commandId }) => this.#book.isRepeat(vehicleId, commandId));
  }

  /** By everybody who owned the car since it was asked; to leave it always. @throws when consents are too old to say */
  #isAllowed({ vehicleId, askedAtMs, state }: Command): boolean {
    if (state === 'cancelled') return true;
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    const decision = this.#deps.trust.decide({
      ...{ purpose: 'warm_battery', vehicleId, dataClass: 'plain' },
      actor: { kind: 'service', name: 'gateway' },
      ...{ aboutFromMs: Math.min(askedAtMs, nowMs), aboutToMs: nowMs },
    });
    if (decision.kind === 'deny' && decision.reason === 'not-prepared')
      throw new Error('consents could not be loaded in time');
    return decision.kind === 'allow';
  }

  async #cancel(one: Command, reason: string): Promise<void> {
    const nowMs = this.#deps.runtime.eventClock.nowMs();
    const step = stepOf(one, 'cancelled', nowMs, reason);
    await this.#deps.bus.publish([this.#record(step, nowMs, undefined)]);
    this.#book.note(step);
    this.#deps.metrics.countStep('cancelled');
  }

  #record(step: Command, nowMs: number, caller: string | undefined): OutgoingRecord {
    const record = encodeRecord(TOPICS.commands, step.vehicleId, step, nowMs, this.#deps.trust);
    return withTrace(record, continueTrace(caller));
  }
}

function stepOf(known: Command, state: CommandState, changedAtMs: number, reason?: string): Command {
  const { reason: _, ...rest } = known;
  return { ...rest, state, changedAtMs, ...(reason !== undefined && { reason }) };
}

function messageOf({ commandId, kind, state, expiresAtMs, minutes }: Command): CommandMessage {
  if (state === 'cancelled') return { cancel: { id: commandId } };
  const expiresAt = new Date(expiresAtMs).toISOString();
  return { command: { id: commandId, kind, expiresAt, ...(minutes !== undefined && { minutes }) } };
}
