import { type Clock, systemClock } from '@outrider/runtime';

/**
 * A clock that runs `speed` times as fast since `baseMs`. A rule's minute, a lease and an hour of plans then
 * fit into a run of minutes; every process of a run that gets the same two numbers reads the same time.
 */
export function fastClock(baseMs: number, speed: number): Clock {
  return {
    nowMs: () => Math.floor(baseMs + (systemClock.nowMs() - baseMs) * speed),
    onTick: (intervalMs, fire) => systemClock.onTick(Math.max(5, intervalMs / speed), fire),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / speed, signal),
  };
}
