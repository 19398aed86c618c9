import { createBreaker, createRateLimit } from '@outrider/runtime';
import type { Delivery } from './channel.ts';

// Before one provider: whether it may be asked now. It rests while it is down, for as long as it asked to be left
// alone, and until its rate has room. Real clock; a process knows only what it sent itself.

/** At most `count` messages at once, and in any `windowMs` in the long run. */
export interface ProviderRate {
  readonly count: number;
  readonly windowMs: number;
}

export type Turn =
  /** Try, and note what came of it. */
  | { readonly kind: 'open' }
  /** It is down, or said when it may be asked again. */
  | { readonly kind: 'resting'; readonly forMs: number }
  /** There is no room in its rate. */
  | { readonly kind: 'paced'; readonly forMs: number };

export interface ProviderGate {
  /** What is urgent waits for no rate. */
  ask(nowMs: number, isUrgent: boolean): Turn;
  note(delivery: Delivery, nowMs: number): void;
  /** Nothing is to be asked of it at all; asking this is no turn. */
  rests(nowMs: number): boolean;
}

/** So that the timeouts of one that is down do not hold up everything else. */
const DOWN = { failures: 5, openMs: 30_000 };
/** A `Retry-After` for all messages holds no longer; the message that it was said of waits as long as it says. */
const LEFT_ALONE_MAX_MS = 300_000;
/** Who waits for room asks again after this, at the latest. */
const PACED_MAX_MS = 60_000;
/** Room that comes so soon is waited for, rather than asking another provider. */
const ROOM_SOON_MS = 10_000;

export function createProviderGate(rate?: ProviderRate): ProviderGate {
  const breaker = createBreaker(DOWN);
  const intervalMs = rate === undefined ? 0 : rate.windowMs / rate.count;
  const limit = rate === undefined ? undefined : createRateLimit(1_000 / intervalMs, rate.count);
  let leftAloneUntilMs = 0;
  let downUntilMs = 0;
  let promisedMs = 0;
  return {
    ask(nowMs, isUrgent) {
      if (nowMs < leftAloneUntilMs) return { kind: 'resting', forMs: leftAloneUntilMs - nowMs };
      const restMs = breaker.openForMs(nowMs);
      if (restMs > 0) return { kind: 'resting', forMs: restMs };
      const roomInMs = limit?.take('', nowMs) ?? 0;
      if (roomInMs === 0 || isUrgent) return { kind: 'open' };
      // Each who waits has a moment of their own: a thousand that ask again at once would be refused again.
      promisedMs = Math.max(nowMs + roomInMs, promisedMs + intervalMs);
      promisedMs = Math.min(promisedMs, nowMs + PACED_MAX_MS);
      return { kind: 'paced', forMs: Math.max(1, Math.ceil(promisedMs - nowMs)) };
    },
    note(delivery, nowMs) {
      if (delivery.kind === 'held') return;
      // A message that is refused says that the provider works.
      breaker.note(delivery.kind !== 'retryable', nowMs);
      downUntilMs = nowMs + breaker.openForMs(nowMs);
      if (delivery.kind !== 'retryable' || delivery.reason !== 'throttled') return;
      const forMs = Math.min(delivery.retryAfterMs ?? 0, LEFT_ALONE_MAX_MS);
      leftAloneUntilMs = Math.max(leftAloneUntilMs, nowMs + forMs);
    },
    rests: (nowMs) => nowMs < Math.max(leftAloneUntilMs, downUntilMs),
  };
}

/** Gates of providers that people name themselves: their own servers, their browsers' push services. */
export interface ProviderGates {
  of(provider: string): ProviderGate;
  readonly size: number;
}

/** More are not told apart for long; who is forgotten is asked as if for the first time. */
const GATES_MAX = 1_000;

export function createProviderGates(rate?: ProviderRate): ProviderGates {
  const gates = new Map<string, ProviderGate>();
  return {
    of(provider) {
      const gate = gates.get(provider) ?? createProviderGate(rate);
      // Last in the order: who was asked longest ago goes first.
      gates.delete(provider);
      gates.set(provider, gate);
      const [oldest] = gates.keys();
      if (gates.size > GATES_MAX && oldest !== undefined) gates.delete(oldest);
      return gate;
    },
    get size() {
      return gates.size;
    },
  };
}

/** Asked in their order. */
export interface Asking<P> {
  readonly providers: readonly P[];
  /** One of them may have taken it by an earlier try: another would make it two. */
  readonly isMaybeThere: boolean;
  readonly isUrgent: boolean;
  readonly nowMs: () => number;
  /** Whether the next one may be asked after that: only when this one certainly did not take it. */
  readonly tryOne: (provider: P) => Promise<{ readonly delivery: Delivery; readonly isDefinite: boolean }>;
}

/** By the first provider that may be asked now; by the next one where it certainly did not take it. */
export async function sendByFirst<P extends { readonly gate: ProviderGate }>({
  providers,
  isMaybeThere,
  isUrgent,
  nowMs,
  tryOne,
}: Asking<P>): Promise<Delivery> {
  let came: Delivery | undefined;
  let soonestMs = Number.POSITIVE_INFINITY;
  for (const provider of providers) {
    const turn = provider.gate.ask(nowMs(), isUrgent);
    if (turn.kind !== 'open') {
      soonestMs = Math.min(soonestMs, turn.forMs);
      if (isMaybeThere || (turn.kind === 'paced' && turn.forMs <= ROOM_SOON_MS)) break;
      continue;
    }
    const { delivery, isDefinite } = await tryOne(provider);
    provider.gate.note(delivery, nowMs());
    came = delivery;
    if (!isDefinite) break;
  }
  return came ?? { kind: 'held', forMs: soonestMs };
}
