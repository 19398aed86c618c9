import { type Cancel, systemClock } from '@outrider/runtime';
import { type RegisteredCar, replan } from '../proof/fleet.ts';
import { isFall } from '../proof/parked-car.ts';
import type { AlertWatch } from './alert-watch.ts';

/** One fall of a car's charge. */
export interface Fall {
  readonly carIndex: number;
  readonly fromMs: number;
  /** When the charge rose again; undefined while it is low. */
  toMs: number | undefined;
  /** It rose because an alert told of it, and not because nobody waits any longer. */
  wasTold: boolean;
}

/**
 * People whose cars are about to leave: each charges once an alert has come, plans another trip once it is taken
 * back, and then finds the charge low again. So every fall is heard of, however slow a disturbed cluster is.
 */
export interface Drivers {
  readonly falls: readonly Fall[];
  /** Which phase a car is in; odd ones are falls. */
  phaseOf(car: RegisteredCar): number;
  /** No new falls; resolves when every one there is has been told of and taken back, or nobody waits any longer. */
  finish(): Promise<void>;
  stop(): void;
}

const LOOK_EVERY_MS = 200;
const RISEN_AT_LEAST_MS = 4_000;
/** Longer than any fault and what comes after it. */
const PATIENCE_MS = 120_000;

interface Driver {
  readonly car: RegisteredCar;
  phase: number;
  sinceMs: number;
  fall: Fall | undefined;
  isPlanning: boolean;
}

export function startDrivers(options: {
  readonly cars: readonly RegisteredCar[];
  readonly alerts: AlertWatch;
  readonly api: string;
}): Drivers {
  const { cars, alerts, api } = options;
  const falls: Fall[] = [];
  let isFinishing = false;
  const startMs = systemClock.nowMs();
  const drivers: readonly Driver[] = cars.map((car) => ({
    ...{ car, phase: 0, fall: undefined, isPlanning: false },
    // One after the other, so that alerts flow all the time.
    sinceMs: startMs + (RISEN_AT_LEAST_MS * car.index) / cars.length,
  }));

  const begin = async (driver: Driver): Promise<void> => {
    driver.isPlanning = true;
    try {
      await replan(api, driver.car, driver.phase, systemClock);
      driver.phase += 1;
      driver.sinceMs = systemClock.nowMs();
      driver.fall = { carIndex: driver.car.index, fromMs: driver.sinceMs, toMs: undefined, wasTold: false };
      falls.push(driver.fall);
    } catch {
      // The API or its state store is away: the plan is told again.
    } finally {
      driver.isPlanning = false;
    }
  };
  const isFiring = ({ car }: Driver): boolean =>
    alerts.alertsOf(car.vehicleId).some(({ state }) => state === 'firing');
  const isTold = ({ car, fall }: Driver): boolean =>
    fall !== undefined &&
    alerts.alertsOf(car.vehicleId).some(({ startedAtMs }) => startedAtMs >= fall.fromMs);
  const lastsMs = ({ sinceMs }: Driver): number => systemClock.nowMs() - sinceMs;

  function look(driver: Driver): void {
    const isOver = lastsMs(driver) > PATIENCE_MS;
    if (isFall(driver.phase)) {
      const { fall } = driver;
      if (fall === undefined || !(isTold(driver) || isOver)) return;
      fall.wasTold = isTold(driver);
      driver.phase += 1;
      driver.sinceMs = systemClock.nowMs();
      fall.toMs = driver.sinceMs;
    } else if (!isFinishing && !driver.isPlanning && lastsMs(driver) > RISEN_AT_LEAST_MS)
      if (!isFiring(driver) || isOver) void begin(driver);
  }

  const cancel: Cancel = systemClock.onTick(LOOK_EVERY_MS, () => {
    for (const driver of drivers) look(driver);
  });
  const isAtRest = (driver: Driver): boolean =>
    !isFall(driver.phase) && !driver.isPlanning && (!isFiring(driver) || lastsMs(driver) > PATIENCE_MS);
  return {
    falls,
    phaseOf: ({ index }) => drivers[index]?.phase ?? 0,
    async finish() {
      isFinishing = true;
      while (!drivers.every(isAtRest)) await systemClock.sleep(LOOK_EVERY_MS);
    },
    stop: cancel,
  };
}
