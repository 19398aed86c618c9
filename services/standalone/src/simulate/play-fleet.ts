import {
  createFleet,
  type Fleet,
  type FleetEvent,
  type FleetOptions,
  type StretchTruth,
} from '@outrider/fleet';
import { type Clock, type Log, type ManualClock, manualClock, randomSecret } from '@outrider/runtime';
import { composeServices } from '../compose.ts';
import { apiClient } from '../demo/api-client.ts';
import { replayEnvironment } from '../demo/replay.ts';
import { readStandaloneSettings } from '../settings.ts';
import { type ChargerNetwork, createChargerNetwork } from './charger-network.ts';
import { fleetWeather } from './fleet-world.ts';
import { type Heard, moveIn, type Resident } from './resident.ts';

export interface PlayOptions {
  readonly fleet: FleetOptions;
  /** Where the services keep their data; nothing must be in it yet. */
  readonly dataFolder: string;
  readonly realClock: Clock;
  readonly log: Log;
  readonly onEvents?: (events: readonly FleetEvent[]) => Promise<void> | void;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A stretch as it truly went, and what its driver heard of it. */
export interface JudgedStretch {
  readonly truth: StretchTruth;
  /** Of the first warning that interrupted; undefined: nobody was warned, or it has none. */
  readonly deadlineAtMs: number | undefined;
  /** Repetitions of a rule that had ended. */
  readonly flips: number;
}

/** Something that interrupted a driver; `isNeeded` as the fleet knows it, null: nobody can tell. */
export interface Interruption {
  readonly ruleId: string;
  readonly isNeeded: boolean | null;
}

/** What came of it. */
export interface Played {
  readonly stretches: readonly JudgedStretch[];
  readonly interruptions: readonly Interruption[];
}

const MINUTE_MS = 60_000;
/** Before the first frame: time to register. */
const LEAD_MS = 10 * MINUTE_MS;
const MOVING_IN_AT_ONCE = 20;

/**
 * Lets a fleet live with the services: cars send over the real gateway, people plan over the real api, and do
 * something when their screen interrupts them. The fleet owns the event clock and goes a minute at a time, once all
 * has come to rest.
 */
export async function playFleet(options: PlayOptions): Promise<Played> {
  const { fleet: asked, realClock, log, dataFolder } = options;
  const fleet = createFleet(asked);
  const eventClock = manualClock(asked.fromMs - LEAD_MS);
  const pushToken = randomSecret('peer');
  const services = await composeServices({
    settings: readStandaloneSettings({
      ...replayEnvironment(dataFolder, ''),
      API_LIVE_PING_INTERVAL_MS: '600000',
      OCPI_PUSH_TOKEN: pushToken,
      OCPI_PUSH_PORT: '0',
    }),
    ...{ eventClock, realClock, log },
    chargers: [],
    weather: [fleetWeather(fleet)],
  });
  await services.start();
  const residents: Resident[] = [];
  try {
    const adminToken = await services.adminToken();
    if (adminToken === undefined) throw new Error('the data folder of a simulation must be empty');
    const { api, chargerPushes } = services.addresses();
    const admin = apiClient(api, adminToken);
    if (chargerPushes === undefined) throw new Error('nobody listens for pushes of chargers');
    const network = createChargerNetwork(fleet, { baseUrl: chargerPushes, token: pushToken });
    await network.tell(eventClock.nowMs());
    for (let first = 0; first < fleet.traits.length; first += MOVING_IN_AT_ONCE) {
      const group = fleet.traits.slice(first, first + MOVING_IN_AT_ONCE);
      residents.push(...(await Promise.all(group.map((traits) => moveIn(admin, traits, realClock)))));
    }
    await services.idle();
    return await live(
      { ...options, fleet: asked },
      { fleet, network, eventClock, residents, idle: () => services.idle() },
    );
  } finally {
    await Promise.all(residents.map((one) => one.close()));
    await services.stop();
  }
}

interface Stage {
  readonly fleet: Fleet;
  readonly network: ChargerNetwork;
  readonly eventClock: ManualClock;
  readonly residents: readonly Resident[];
  idle(): Promise<void>;
}

async function live(
  options: PlayOptions,
  { fleet, network, eventClock, residents, idle }: Stage,
): Promise<Played> {
  const { fromMs } = options.fleet;
  const told = createTold();
  const stretches: JudgedStretch[] = [];
  const interruptions: Interruption[] = [];
  let spokeBefore = new Set<number>();
  for (let atMs = fromMs; atMs < fleet.endMs; ) {
    options.signal?.throwIfAborted();
    atMs += MINUTE_MS;
    const events = fleet.advance(atMs);
    eventClock.advanceTo(atMs);
    await network.tell(atMs);
    const byCar = Map.groupBy(events, ({ car }) => car);
    await Promise.all([...byCar].map(([car, own]) => takeAll(residents[car], own)));
    await idle();
    // What a frame says is judged when its reorder window has passed: with the next minute.
    const mayHear = new Set([...byCar.keys(), ...spokeBefore]);
    spokeBefore = new Set(byCar.keys());
    for (const car of mayHear)
      for (const heard of (await residents[car]?.heard()) ?? []) {
        told.note(car, heard);
        interruptions.push({
          ruleId: heard.warning.ruleId,
          isNeeded: fleet.hear(car, heard.warning),
        });
      }
    for (const event of events) if (event.kind === 'truth') stretches.push(told.judge(event.truth));
    await options.onEvents?.(events);
    options.onProgress?.(atMs - fromMs, fleet.endMs - fromMs);
  }
  return { stretches, interruptions };
}

async function takeAll(resident: Resident | undefined, events: readonly FleetEvent[]): Promise<void> {
  for (const event of events) await resident?.take(event);
}

/** What was said of each stretch until it ended. */
function createTold() {
  const stretches = new Map<
    string,
    { readonly deadlineAtMs: number | undefined; readonly episodes: Map<string, Set<string>> }
  >();
  const keyOf = (car: number, tripId: string, stopId: string) => `${car} ${tripId} ${stopId}`;
  return {
    note(car: number, { warning, deadlineAtMs }: Heard): void {
      const { tripId, stopId, ruleId, alertId, about } = warning;
      if (tripId === undefined || stopId === undefined || about !== 'reserve') return;
      const key = keyOf(car, tripId, stopId);
      const known = stretches.get(key) ?? { deadlineAtMs, episodes: new Map<string, Set<string>>() };
      known.episodes.set(ruleId, (known.episodes.get(ruleId) ?? new Set<string>()).add(alertId));
      stretches.set(key, known);
    },
    judge(truth: StretchTruth): JudgedStretch {
      const key = keyOf(truth.car, truth.tripId, truth.stopId);
      const known = stretches.get(key);
      stretches.delete(key);
      const flips = [...(known?.episodes.values() ?? [])].reduce((sum, { size }) => sum + size - 1, 0);
      return { truth, deadlineAtMs: known?.deadlineAtMs, flips };
    },
  };
}
