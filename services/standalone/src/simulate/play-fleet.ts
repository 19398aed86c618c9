import { createFleet, type FleetEvent, type FleetOptions } from '@outrider/fleet';
import { type Clock, type Log, manualClock, randomSecret } from '@outrider/runtime';
import { composeServices } from '../compose.ts';
import { type ApiClient, apiClient } from '../demo/api-client.ts';
import { replayEnvironment } from '../demo/replay.ts';
import { readStandaloneSettings } from '../settings.ts';
import { createChargerNetwork } from './charger-network.ts';
import { fleetWeather } from './fleet-world.ts';
import { createLife, type Life, type Played } from './life.ts';
import { moveIn, type Resident } from './resident.ts';

export interface PlayOptions {
  readonly fleet: FleetOptions;
  /** Where the services keep their data; nothing must be in it yet. */
  readonly dataFolder: string;
  readonly realClock: Clock;
  readonly log: Log;
  readonly onEvents?: (events: readonly FleetEvent[]) => Promise<void> | void;
  /** So far it goes as fast as the machine can; absent: to its end. */
  readonly untilMs?: number;
  /** Everything stays open after that, until this resolves. */
  readonly linger?: (lived: Lived) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A fleet that has lived so far, with everything open. */
export interface Lived {
  readonly life: Life;
  readonly admin: ApiClient;
  readonly residents: readonly Resident[];
}

/** Before the first frame: time to register. */
const LEAD_MS = 10 * 60_000;
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
    const life = createLife(options, { fleet, network, eventClock, residents, idle: () => services.idle() });
    await life.liveUntil(options.untilMs ?? fleet.endMs, options.signal);
    await options.linger?.({ life, admin, residents });
    return life.played;
  } finally {
    await Promise.all(residents.map((one) => one.close()));
    await services.stop();
  }
}
