import type { Delivery } from './channel.ts';

const FAILURES_TO_OPEN = 5;
const OPEN_MS = 30_000;

/** Stops trying a channel that is down, so that its timeouts do not hold up everything else. Real clock. */
export interface Breaker {
  /** 0 = try; otherwise how long not to. */
  openForMs(nowMs: number): number;
  note(delivery: Delivery, nowMs: number): void;
}

/** Opens after five failures of the channel itself in a row; one try passes when its time is over. */
export function createBreaker(): Breaker {
  let failures = 0;
  let openUntilMs = 0;
  return {
    openForMs: (nowMs) => Math.max(0, openUntilMs - nowMs),
    note(delivery, nowMs) {
      if (delivery.kind === 'delivered' || delivery.kind === 'rejected') {
        failures = 0;
        openUntilMs = 0;
        return;
      }
      failures += 1;
      if (failures >= FAILURES_TO_OPEN) openUntilMs = nowMs + OPEN_MS;
    },
  };
}
