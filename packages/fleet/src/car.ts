import type { Chance } from './chance.ts';
import type { Place, Road } from './country.ts';
import type { Ground, Outing, ToldPlan } from './outing.ts';
import type { Body } from './physics.ts';
import { packKwhOf } from './physics.ts';
import type { Frame } from './sensors.ts';
import type { Site } from './sites.ts';
import type { Sky } from './sky.ts';
import type { Traits } from './traits.ts';
import type { Wish } from './wishes.ts';

// One car as it is at a moment. All of it can be copied, so a car can be asked what it would have done otherwise.

export type Task =
  | { readonly do: 'drive'; readonly to: Place; readonly road: Road; readonly stopId: string | null }
  /** Waits for a free post, charges, and goes on; what does not work sends the car to another site. */
  | {
      readonly do: 'charge';
      readonly site: Site;
      readonly untilSocPct: number;
      readonly sinceMs: number | null;
      /** It gave no power any more from then on, which nobody has noticed yet. */
      readonly brokeAtMs?: number;
    }
  /** `helpKwh`: what a helper brings at the end, for who stranded. */
  | { readonly do: 'stand'; readonly untilMs: number; readonly helpKwh: number };

export interface CarState extends Body {
  atMs: number;
  at: Place;
  /** First of them is being done. */
  tasks: Task[];
  alongM: number;
  roadIndex: number;
  /** Until when a light is red; the piece of road whose light was passed last. */
  redUntilMs: number;
  lightPassed: number;
  capMps: number;
  /** Since the stretch began. */
  lowestSocPct: number;
  /** Of the cable it hangs on, kW; null: on none. A cable without power has 0. */
  plugKw: number | null;
  /** When the plug it hangs on loses its power; null: it does not. */
  plugFailsAtMs: number | null;
  chargeLimitPct: number;
  /** Not to leave with less, for as long as somebody is ready to wait. */
  holdSocPct: number | null;
  wishIndex: number;
  outing: Outing | null;
  isUnderway: boolean;
  nextFrameMs: number;
  shownSocPct: number | null;
  powerW: number;
  reactions: readonly Reaction[];
  /** Set while the stretch to this stop is not ended, by what was said of it. */
  told: ToldOf | null;
}

/** Something a driver has decided to do or say. */
export type Reaction =
  | {
      readonly atMs: number;
      readonly kind: 'divert';
      readonly site: Site;
      readonly untilSocPct: number;
      readonly tellsPlan: boolean;
    }
  | { readonly atMs: number; readonly kind: 'charge-to'; readonly socPct: number }
  | { readonly atMs: number; readonly kind: 'slow-down'; readonly speedMps: number }
  | {
      readonly atMs: number;
      readonly kind: 'say';
      readonly alertId: string;
      readonly word: 'on-it' | 'not-useful';
    };

export type Untouched = Pick<StretchTruth, 'lowestSocPct' | 'charger'>;

/** What a warning about a stop began. */
export interface ToldOf {
  readonly tripId: string;
  readonly stopId: string;
  readonly firstWarnedAtMs: number;
  readonly warnings: number;
  /** How it would have ended had nobody said anything; null: it would not have come. */
  readonly untouched: Untouched | null;
  readonly actedAtMs: number | null;
}

/** `taken`: for longer than anybody waits; `slow`: much less power than it should give. */
export type ChargerFound = 'works' | 'slow' | 'taken' | 'broken';

/** How one stretch of an outing truly ended. Nothing of it reaches the services. */
export interface StretchTruth {
  readonly car: number;
  readonly tripId: string;
  readonly stopId: string;
  /** The plan was told, so that it could be watched. */
  readonly isTold: boolean;
  readonly endedAtMs: number;
  readonly reserveSocPct: number;
  /** 0 where it stranded. */
  readonly arrivalSocPct: number;
  /** On the way: whoever went to a charger by themselves arrives with more. */
  readonly lowestSocPct: number;
  readonly isStranded: boolean;
  /** How the charger was that the plan counted on there; null: none. */
  readonly charger: ChargerFound | null;
  /** Without a warning the reserve would have been missed. */
  readonly wouldHaveFailed: boolean;
  readonly firstWarnedAtMs: number | null;
  readonly actedAtMs: number | null;
}

/** What one car does that others notice. */
export interface Sink {
  frame(frame: Frame): void;
  plan(plan: ToldPlan): void;
  say(alertId: string, word: 'on-it' | 'not-useful'): void;
  ended(truth: StretchTruth): void;
}

/** A car, and the world it moves in. */
export interface Car {
  readonly traits: Traits;
  readonly wishes: readonly Wish[];
  readonly ground: Ground;
  readonly sky: Sky;
  readonly chance: Chance;
  readonly everyMs: { readonly driving: number; readonly charging: number; readonly standing: number };
}

export function parkedAtHome(car: Car, fromMs: number): CarState {
  const { traits, chance, sky } = car;
  const draw = chance.of('start', traits.index);
  const { tempC } = sky.at(traits.home, fromMs);
  return {
    energyKwh: packKwhOf(traits) * draw.between(0.5, Math.max(0.55, traits.chargeLimitPct / 100), 'charge'),
    ...{ batteryC: tempC + 2, motorC: tempC, cabinC: tempC, speedMps: 0 },
    odometerM: Math.round(draw.between(2_000_000, 120_000_000, 'odometer')),
    ...{ atMs: fromMs, at: traits.home, tasks: [], alongM: 0, roadIndex: 0, redUntilMs: 0, lightPassed: -1 },
    ...{ capMps: Number.POSITIVE_INFINITY, lowestSocPct: 100 },
    ...{ plugKw: traits.homeKw, plugFailsAtMs: null },
    chargeLimitPct: traits.chargeLimitPct,
    ...{ holdSocPct: null, wishIndex: 0, outing: null, isUnderway: false, reactions: [], told: null },
    // Not all at once: a fleet's frames come evenly.
    nextFrameMs: fromMs + Math.floor(draw.between(0, car.everyMs.standing, 'first frame')),
    ...{ shownSocPct: null, powerW: 0 },
  };
}

/** Everything in it is a value or never changed in place. */
export const copyOf = (state: CarState): CarState => ({ ...state, tasks: [...state.tasks] });
