import type { ChargingLocation } from '@outrider/domain';
import { advanceCar } from './advance.ts';
import { type Car, type CarState, parkedAtHome, type StretchTruth } from './car.ts';
import { createChance } from './chance.ts';
import { createCountry } from './country.ts';
import type { ToldPlan } from './outing.ts';
import { hear, type Warning } from './reactions.ts';
import type { Frame } from './sensors.ts';
import { createSites } from './sites.ts';
import { createSky, type Sky } from './sky.ts';
import { type Traits, traitsOf } from './traits.ts';
import { DAY_MS, wishesOf } from './wishes.ts';

export interface FleetOptions {
  readonly cars: number;
  readonly days: number;
  readonly seed: number;
  /** Its first moment: midnight, UTC. */
  readonly fromMs: number;
}

/** What cars and people do, by car, oldest first of each car. */
export type FleetEvent =
  | { readonly kind: 'plan'; readonly car: number; readonly atMs: number; readonly plan: ToldPlan }
  | { readonly kind: 'frame'; readonly car: number; readonly atMs: number; readonly frame: Frame }
  | {
      readonly kind: 'feedback';
      readonly car: number;
      readonly atMs: number;
      readonly alertId: string;
      readonly word: 'on-it' | 'not-useful';
    }
  | { readonly kind: 'truth'; readonly car: number; readonly atMs: number; readonly truth: StretchTruth };

/** Cars, people, roads, weather and chargers that do not exist. All of it follows from the seed and what is heard. */
export interface Fleet {
  readonly traits: readonly Traits[];
  readonly sky: Sky;
  readonly endMs: number;
  /** The chargers as their network lists them at that moment. */
  chargersAt(atMs: number): readonly ChargingLocation[];
  /** Lets everybody go on until `toMs`; what happened, oldest first. */
  advance(toMs: number): readonly FleetEvent[];
  /**
   * Somebody is warned, at the moment up to which the fleet has come. Returns whether what the warning is about would
   * truly have come without it; null: nobody can tell.
   */
  hear(car: number, warning: Warning): boolean | null;
}

const EVERY_MS = { driving: 60_000, charging: 5 * 60_000, standing: 30 * 60_000 } as const;

export function createFleet({ cars, days, seed, fromMs }: FleetOptions): Fleet {
  const chance = createChance(seed).of('fleet');
  const country = createCountry(seed);
  const sites = createSites(seed, country);
  const sky = createSky(seed);
  const running = Array.from(
    { length: cars },
    (_, index): { readonly car: Car; readonly state: CarState } => {
      const traits = traitsOf(index, chance, country);
      const wishes = wishesOf(traits, chance, country, { fromMs, days });
      const car = { traits, wishes, ground: { country, sites }, sky, chance, everyMs: EVERY_MS };
      return { car, state: parkedAtHome(car, fromMs) };
    },
  );
  return {
    traits: running.map(({ car }) => car.traits),
    sky,
    endMs: fromMs + days * DAY_MS,
    chargersAt: (atMs) => sites.listedAt(atMs),
    advance(toMs) {
      const events: FleetEvent[] = [];
      for (const { car, state } of running)
        advanceCar(car, state, toMs, sinkInto(events, car.traits.index, state));
      return events.toSorted((a, b) => a.atMs - b.atMs || a.car - b.car);
    },
    hear(index, warning) {
      const one = running[index];
      if (one === undefined) throw new RangeError(`there is no car ${index}`);
      return hear(one.car, one.state, warning);
    },
  };
}

const sinkInto = (events: FleetEvent[], car: number, state: CarState) => ({
  frame: (frame: Frame) => void events.push({ kind: 'frame', car, atMs: frame.atMs, frame }),
  plan: (plan: ToldPlan) => void events.push({ kind: 'plan', car, atMs: state.atMs, plan }),
  say: (alertId: string, word: 'on-it' | 'not-useful') =>
    void events.push({ kind: 'feedback', car, atMs: state.atMs, alertId, word }),
  ended: (truth: StretchTruth) => void events.push({ kind: 'truth', car, atMs: truth.endedAtMs, truth }),
});
