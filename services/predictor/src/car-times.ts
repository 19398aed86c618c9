import { dueMs, type LiveCar } from './car.ts';
import { rulesFor } from './drill.ts';
import { DueTimes } from './due-times.ts';
import type { Residents } from './residents.ts';
import type { LoadedRule } from './rule.ts';
import { hasNewSilence, hasUnasked } from './rule-cars.ts';

/**
 * Event time at which a car wants to be judged although nothing arrives; at once where what a rule said that is gone
 * wants to be taken back. Undefined: not before it speaks.
 */
export const wantsAt = (live: LiveCar, rules: readonly LoadedRule[]): number | undefined =>
  hasUnasked(live.car.episodes, rulesFor(live, rules), live) || hasNewSilence(live, rules)
    ? Number.NEGATIVE_INFINITY
    : dueMs(live);

/** When each car of a partition wants to be judged: only those that changed are asked, and all when other rules run. */
export class CarTimes {
  readonly #cars: Residents;
  readonly #rules: () => readonly LoadedRule[];
  readonly #due = new DueTimes();
  readonly #touched = new Set<string>();
  #askedFor: readonly LoadedRule[] | undefined;

  constructor(cars: Residents, rules: () => readonly LoadedRule[]) {
    this.#cars = cars;
    this.#rules = rules;
  }

  /** The car changed, or is gone. */
  touch(vehicleId: string): void {
    this.#touched.add(vehicleId);
  }

  nextMs(): number | undefined {
    this.#ask();
    return this.#due.nextMs();
  }

  /** The cars that want to be judged by then, soonest first; each is asked again afterwards. */
  takeUpTo(untilMs: number): readonly string[] {
    this.#ask();
    const taken = this.#due.takeUpTo(untilMs);
    for (const vehicleId of taken) this.#touched.add(vehicleId);
    return taken;
  }

  #ask(): void {
    const rules = this.#rules();
    for (const vehicleId of this.#askedFor === rules ? this.#touched : this.#cars.keys()) {
      const live = this.#cars.get(vehicleId)?.live;
      this.#due.set(vehicleId, live && wantsAt(live, rules));
    }
    this.#askedFor = rules;
    this.#touched.clear();
  }
}
