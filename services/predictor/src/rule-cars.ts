import { contentId } from '@outrider/runtime';
import type { Rule } from './rule.ts';

// Which cars a rule is asked about, and whose drivers are told. Pure.

type ForCars = Pick<Rule, 'mode' | 'models' | 'fleets' | 'share'>;

/** What of a car decides which rules are asked about it. */
export interface AskedCar {
  readonly vehicle: { readonly modelId: string };
  /** Absent: of none. */
  readonly fleet?: string;
}

/** A rule in the shadow is asked as one that is on is. */
export const isAsked = ({ mode, models, fleets }: ForCars, { vehicle, fleet }: AskedCar): boolean =>
  mode !== 'off' &&
  models?.includes(vehicle.modelId) !== false &&
  (fleets === undefined || (fleet !== undefined && fleets.includes(fleet)));

/** The first 5 characters of an id carry 30 bits. */
const HASH_CHARACTERS = 5;
const HASHES = 64 ** HASH_CHARACTERS;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Where a car stands between 0 and 1; always the same, so a share that grows keeps who was in it. */
export function placeInFleet(vehicleId: string): number {
  let hash = 0;
  for (const character of contentId(vehicleId).slice(0, HASH_CHARACTERS))
    hash = hash * 64 + BASE64URL.indexOf(character);
  return hash / HASHES;
}

/** Whether this car's driver is told what a rule says that is asked about it; else it is only stored. */
export const isTold = ({ mode, share }: ForCars, vehicleId: string): boolean =>
  mode === 'on' && (share === undefined || placeInFleet(vehicleId) < share);

interface SilenceRules {
  readonly names: string;
  /** One of them is for some fleets only. */
  readonly byFleet: boolean;
}

const silenceRules = new WeakMap<readonly object[], SilenceRules>();

/**
 * Which rules time a silence, and of which fleet the car is where that makes a difference: a car that none of them
 * was asked about has no timer for it.
 */
export function silenceRulesOf(
  rules: readonly Pick<Rule, 'id' | 'version' | 'patterns' | 'fleets'>[],
  { fleet }: Pick<AskedCar, 'fleet'>,
): string {
  let known = silenceRules.get(rules);
  if (known === undefined) {
    const timing = rules.filter(({ patterns }) => patterns?.absence !== undefined);
    const names = timing.map(({ id, version }) => `${id} ${version}`).join();
    known = { names, byFleet: timing.some(({ fleets }) => fleets !== undefined) };
    silenceRules.set(rules, known);
  }
  return known.byFleet && fleet !== undefined ? `${known.names} of ${fleet}` : known.names;
}

interface HeardCar extends AskedCar {
  readonly car: { readonly state: { readonly observedToMs: number }; readonly silenceRules?: string };
}

/** A rule about silence is new: it asks a car that says nothing, and that no timer of it would wake. */
export const hasNewSilence = (live: HeardCar, rules: Parameters<typeof silenceRulesOf>[0]): boolean =>
  live.car.state.observedToMs > 0 && (live.car.silenceRules ?? '') !== silenceRulesOf(rules, live);

/** Whether a car has an episode of a rule that is not asked about it any more: what it said must be taken back. */
export function hasUnasked(
  episodes: Readonly<Record<string, { readonly ruleId: string }>>,
  rules: readonly (ForCars & Pick<Rule, 'id'>)[],
  car: AskedCar,
): boolean {
  for (const { ruleId } of Object.values(episodes)) {
    const rule = rules.find(({ id }) => id === ruleId);
    if (rule === undefined || !isAsked(rule, car)) return true;
  }
  return false;
}
