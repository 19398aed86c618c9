import type { Clock } from '@outrider/runtime';
import { type RegisteredCar, replan } from '../proof/fleet.ts';
import { isFall } from '../proof/parked-car.ts';
import { phaseAt } from './script.ts';

const REPLAN_LOOK_MS = 200;

/** Whenever a car's charge has risen, its driver plans another trip; what a dead server missed is said again. */
export function startReplanning(options: {
  readonly cars: readonly RegisteredCar[];
  readonly clock: Clock;
  readonly realClock: Clock;
  readonly startMs: number;
  /** Address of the api; undefined while there is none. */
  readonly api: () => string | undefined;
}): { stop(): void } {
  const { cars, clock, realClock, startMs } = options;
  const planned = new Map<number, number>();
  const busy = new Set<number>();
  const tell = async (car: RegisteredCar, phase: number): Promise<void> => {
    const api = options.api();
    if (api === undefined || busy.has(car.index)) return;
    busy.add(car.index);
    try {
      await replan(api, car, phase, clock);
      planned.set(car.index, phase);
    } catch {
      // Killed in the middle: nobody knows whether it was taken, so it is said again.
    } finally {
      busy.delete(car.index);
    }
  };
  const cancel = realClock.onTick(REPLAN_LOOK_MS, () => {
    for (const car of cars) {
      const phase = phaseAt(startMs, car.index, cars.length, clock.nowMs());
      if (phase >= 2 && !isFall(phase) && (planned.get(car.index) ?? 0) < phase) void tell(car, phase);
    }
  });
  return { stop: cancel };
}
