import type { Log } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Residents } from './residents.ts';
import type { LoadedRule } from './rule.ts';

/** Fleets by car; a car that is not there is of none. */
export type Fleets = ReadonlyMap<string, string>;

export interface CarFleetsDeps {
  readonly state: Pick<State, 'vehicles'>;
  readonly log: Log;
  /** Those that run now. */
  readonly rules: () => readonly Pick<LoadedRule, 'fleets'>[];
  readonly onRead: (fleets: Fleets) => void;
}

/** Owners move cars from fleet to fleet while they are in memory: read again as long as a rule asks for it. */
export class CarFleets {
  readonly #deps: CarFleetsDeps;
  #looking: Promise<void> | undefined;

  constructor(deps: CarFleetsDeps) {
    this.#deps = deps;
  }

  get isLooking(): boolean {
    return this.#looking !== undefined;
  }

  /** Never throws. */
  look(): Promise<void> {
    const { state, log, rules, onRead } = this.#deps;
    if (rules().every(({ fleets }) => fleets === undefined)) return this.#looking ?? Promise.resolve();
    this.#looking ??= state.vehicles
      .fleets()
      .then(onRead)
      .catch((error: unknown) => log.warn({ err: String(error) }, 'fleets of cars are read again soon'))
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }
}

/** The cars in memory as they are of fleets now; `onMoved` hears of each that was of another one. */
export function moveFleets(residents: Residents, fleets: Fleets, onMoved: (vehicleId: string) => void): void {
  for (const [vehicleId, resident] of residents) {
    const { fleet: before, ...rest } = resident.live;
    const fleet = fleets.get(vehicleId);
    if (fleet === before) continue;
    resident.live = { ...rest, ...(fleet !== undefined && { fleet }) };
    onMoved(vehicleId);
  }
}
