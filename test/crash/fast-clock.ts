import { type Clock, systemClock } from '@outrider/runtime';

/**
 * A clock that runs `speed` times as fast since `baseMs`. A rule's minute, a lease and an hour of plans then
 * fit into a run of minutes; every process of a run that gets the same numbers reads the same time. `shiftMs` is for what
 * happened before.
 */
export function fastClock(baseMs: number, speed: number, shiftMs = 0): Clock {
  return {
    nowMs: () => Math.floor(baseMs + shiftMs + (systemClock.nowMs() - baseMs) * speed),
    onTick: (intervalMs, fire) => systemClock.onTick(Math.max(5, intervalMs / speed), fire),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / speed, signal),
  };
}
