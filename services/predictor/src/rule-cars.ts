import { contentId } from '@outrider/runtime';
import type { Rule } from './rule.ts';

// Which cars a rule is asked about, and whose drivers are told. Pure.

type ForCars = Pick<Rule, 'mode' | 'models' | 'share'>;

/** A rule in the shadow is asked as one that is on is. */
export const isAsked = ({ mode, models }: ForCars, modelId: string): boolean =>
  mode !== 'off' && models?.includes(modelId) !== false;

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

const silenceRules = new WeakMap<readonly object[], string>();

/** Which rules of a set time a silence: a car that none of them was asked about has no timer for it. */
export function silenceRulesOf(rules: readonly Pick<Rule, 'id' | 'version' | 'patterns'>[]): string {
  let names = silenceRules.get(rules);
  if (names === undefined) {
    names = rules
      .flatMap(({ id, version, patterns }) => (patterns?.absence ? [`${id} ${version}`] : []))
      .join();
    silenceRules.set(rules, names);
  }
  return names;
}

/** Whether a car has an episode of a rule that is not asked about it any more: what it said must be taken back. */
export function hasUnasked(
  episodes: Readonly<Record<string, { readonly ruleId: string }>>,
  rules: readonly (ForCars & Pick<Rule, 'id'>)[],
  modelId: string,
): boolean {
  for (const { ruleId } of Object.values(episodes)) {
    const rule = rules.find(({ id }) => id === ruleId);
    if (rule === undefined || !isAsked(rule, modelId)) return true;
  }
  return false;
}
