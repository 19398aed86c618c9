import { performance } from 'node:perf_hooks';
import {
  CarTimes,
  emptyCar,
  emptyWorld,
  factCatalogue,
  type LiveCar,
  type LoadedRule,
  loadRules,
  modelOf,
  OWN_RULES,
  wantsAt,
} from '@outrider/predictor';
import { vehicleIdOf } from './rig.ts';

/** Finding the cars that are due, at one wake-up of the timer; µs of CPU. */
export interface WakeUpFigures {
  readonly cars: number;
  readonly due: number;
  /** As the predictor does: those that are due are taken out, asked again and put back. */
  readonly indexUs: number;
  /** The same by asking every car whether it is due. */
  readonly scanUs: number;
  readonly scanToIndexRatio: number;
}

/** Cars due at one wake-up; each has its own millisecond. */
const DUE = [1, 10, 100, 1_000] as const;
const RULE = 'silent-car';
const ROUNDS = 3;
/** Wake-ups whose cars are compared before anything is measured. */
const COMPARED = 20;

interface Fleet {
  readonly residents: Residents;
  readonly times: CarTimes;
  readonly rules: readonly LoadedRule[];
  /** Until when all that was due was taken, ms. */
  doneMs: number;
}
type Residents = ConstructorParameters<typeof CarTimes>[0];
type Resident = NonNullable<ReturnType<Residents['get']>>;

/** Cars that each have one timer, of a rule that runs. `durationMs` for each way, number and round. */
export async function measureWakeUps(cars: number, durationMs: number): Promise<readonly WakeUpFigures[]> {
  const rules = await loadRules(OWN_RULES, factCatalogue);
  if (!rules.some(({ id }) => id === RULE)) throw new Error(`the rule ${RULE} is not there`);
  for (const due of DUE) compare(cars, due, rules);
  return DUE.filter((due) => due < cars).map((due) => {
    const indexUs = fastest(durationMs, fleetOf(cars, rules), (fleet) => takeIndexed(fleet, due));
    const scanUs = fastest(durationMs, fleetOf(cars, rules), (fleet) => takeScanned(fleet, due));
    return { cars, due, indexUs, scanUs, scanToIndexRatio: scanUs / indexUs };
  });
}

function fleetOf(cars: number, rules: readonly LoadedRule[]): Fleet {
  const residents = new Map<string, Resident>();
  for (let index = 0; index < cars; index++) {
    const id = vehicleIdOf(index);
    const live = dueAt(
      {
        ...{ car: emptyCar(id), world: emptyWorld, view: null },
        ...{ vehicle: modelOf('generic-suv'), reserveSocPct: 5 },
      },
      index + 1,
    );
    residents.set(id, {
      ...{ live, keyId: null, isSynthetic: false, isCarDirty: false, isWorldDirty: false },
    });
  }
  return { residents, times: new CarTimes(residents, () => rules), rules, doneMs: 0 };
}

function dueAt(live: LiveCar, atMs: number): LiveCar {
  const lifecycle = { kind: 'inactive', atMs: 0 } as const;
  const episode = { ruleId: RULE, subject: 'vehicle', lifecycle, dueAtMs: atMs, said: null };
  return { ...live, car: { ...live.car, episodes: { [RULE]: episode } } };
}

/** Judged, a car is due again when all others were. */
function judged(fleet: Fleet, vehicleId: string, wasMs: number): void {
  const resident = fleet.residents.get(vehicleId);
  if (resident !== undefined) resident.live = dueAt(resident.live, wasMs + fleet.residents.size);
}

function takeIndexed(fleet: Fleet, due: number): readonly string[] {
  const fromMs = fleet.doneMs;
  fleet.doneMs += due;
  const taken = fleet.times.takeUpTo(fleet.doneMs);
  for (const [index, id] of taken.entries()) judged(fleet, id, fromMs + 1 + index);
  fleet.times.nextMs();
  return taken;
}

function takeScanned(fleet: Fleet, due: number): readonly string[] {
  fleet.doneMs += due;
  const taken: [string, number][] = [];
  let nextMs = Number.POSITIVE_INFINITY;
  for (const [id, { live }] of fleet.residents) {
    const atMs = wantsAt(live, fleet.rules) ?? Number.POSITIVE_INFINITY;
    if (atMs <= fleet.doneMs) taken.push([id, atMs]);
    else if (atMs < nextMs) nextMs = atMs;
  }
  for (const [id, atMs] of taken) judged(fleet, id, atMs);
  return taken.toSorted(([, a], [, b]) => a - b).map(([id]) => id);
}

/** @throws Error where the two ways find different cars: then the figures would be of different things */
function compare(cars: number, due: number, rules: readonly LoadedRule[]): void {
  const [one, other] = [fleetOf(cars, rules), fleetOf(cars, rules)];
  for (let turn = 0; turn < COMPARED; turn++) {
    const [indexed, scanned] = [takeIndexed(one, due), takeScanned(other, due)];
    if (indexed.length !== Math.min(due, cars) || indexed.join() !== scanned.join())
      throw new Error(`${due} of ${cars} cars are due, and the two ways differ: ${indexed} and ${scanned}`);
  }
}

/** µs of CPU per wake-up, the least of the rounds. */
function fastest(durationMs: number, fleet: Fleet, wakeUp: (fleet: Fleet) => void): number {
  wakeUp(fleet);
  let bestUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    let calls = 0;
    for (; performance.now() - start < durationMs; calls++) wakeUp(fleet);
    const { user, system } = process.cpuUsage(before);
    bestUs = Math.min(bestUs, (user + system) / calls);
  }
  return bestUs;
}
