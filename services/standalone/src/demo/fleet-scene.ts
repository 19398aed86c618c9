import type { Clock, Log } from '@outrider/runtime';
import { z } from 'zod';
import { type Lived, playFleet } from '../simulate/play-fleet.ts';
import type { Resident } from '../simulate/resident.ts';
import { alignedTable } from '../table.ts';
import type { ApiClient } from './api-client.ts';
import { addStaff, pageOf } from './sign-in.ts';

const DAY_MS = 24 * 3_600_000;
/** A cold week, and a seed in which more goes wrong than usual: there is something to see. */
const FLEET = { cars: 16, days: 14, seed: 31, fromMs: Date.UTC(2026, 0, 19) } as const;
/** On its second evening: some are on their way home, some stand without a cable, some charge too slowly. */
const OPENS_AT_MS = FLEET.fromMs + DAY_MS + 18.5 * 3_600_000;
/** A minute in a second: slow enough to watch. */
const WATCHED_SPEED_RATIO = 60;
const STEP_MS = 60_000;

export interface FleetSceneOptions {
  readonly dataFolder: string;
  readonly realClock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** When it opens, by its own clock; absent: on its second evening. */
  readonly opensAtMs?: number;
  /** The fleet lives on until this resolves; absent: it ends when it has opened. */
  readonly linger?: (scene: FleetScene) => Promise<void>;
}

/** What there is to see, and where. Each link signs in once. */
export interface FleetScene {
  readonly pages: { readonly operator: string; readonly product: string; readonly driver: string };
  readonly lines: readonly string[];
}

/** A made-up fleet that lives with services of its own: never on the files of anybody real. */
export async function playFleetScene(options: FleetSceneOptions): Promise<FleetScene> {
  const { realClock, signal, linger, opensAtMs = OPENS_AT_MS, ...how } = options;
  let scene: FleetScene | undefined;
  await playFleet({
    ...{ ...how, realClock, signal, fleet: FLEET, untilMs: opensAtMs },
    linger: async (lived) => {
      scene = await sceneOf(lived);
      if (linger === undefined) return;
      const ended = new AbortController();
      const over = linger(scene).finally(() => ended.abort());
      await liveOn(lived, realClock, ended.signal);
      await over;
    },
  });
  if (scene === undefined) throw new Error('a fleet that lived has something to see');
  return scene;
}

/** Time passes faster than it does, until somebody ends it. */
async function liveOn({ life }: Lived, realClock: Clock, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await realClock.sleep(STEP_MS / WATCHED_SPEED_RATIO, ended).catch(() => undefined);
    if (!ended.aborted) await life.liveUntil(life.atMs + STEP_MS);
  }
}

const firing = z.object({ alerts: z.array(z.looseObject({ vehicleId: z.string() })) });

async function sceneOf({ life, admin, residents }: Lived): Promise<FleetScene> {
  const [operator, product] = [await addStaff(admin, 'operator'), await addStaff(admin, 'product')];
  const { alerts } = await operator.ask('GET', '/v1/alerts', firing);
  const { stretches, interruptions } = life.played;
  const right = interruptions.filter(({ isNeeded }) => isNeeded === true).length;
  const wrong = interruptions.filter(({ isNeeded }) => isNeeded === false).length;
  const inNeed = stretches.filter(({ truth }) => truth.isTold && truth.wouldHaveFailed).length;
  return {
    pages: {
      operator: await pageOf(operator),
      product: await pageOf(product),
      driver: await pageOf(driverInNeed(residents, alerts[0]?.vehicleId)),
    },
    lines: [
      `A synthetic fleet of ${FLEET.cars} cars: nobody drove any of this.`,
      alignedTable(
        ['since its Monday', 'how many'],
        [
          ['stretches driven', `${stretches.length}`],
          ['planned ones that would have missed the reserve', `${inNeed}`],
          ['warnings that interrupted somebody', `${interruptions.length}`],
          ['of them right, and wrong', `${right}, ${wrong}`],
          ['alerts that hold now', `${alerts.length}`],
        ],
      ),
    ],
  };
}

function driverInNeed(residents: readonly Resident[], vehicleId: string | undefined): ApiClient {
  const one = residents.find((resident) => resident.vehicleId === vehicleId) ?? residents[0];
  if (one === undefined) throw new Error('a fleet has cars');
  return one.client;
}
