import type { Conditions, Trip } from '@outrider/domain';
import { factCatalogue } from './facts/catalogue.ts';
import { subjectsOf } from './facts/index.ts';
import { type FactDefinition, type Facts, type Scope, type Subject, scope } from './rule.ts';
import type { Situation } from './situation.ts';

// Bumpless transfer, as when a controller changes its sensor: another provider of weather or roads says nearly the
// same and is less or more sure of it. That alone is no news, so what rules judge goes on from where it was, and
// the difference wears off as the car itself moves on. Evidence and forecasts show the figures as they are. Pure.

/** A difference between two sources that is carried on for one fact about one subject. */
export interface CarriedFact {
  /** Added to the fact before rules judge it; in its unit. */
  readonly offset: number;
  /** The same when the sources changed, with the fact and the charge then: what moved since wears it off. */
  readonly from: { readonly offset: number; readonly value: number; readonly socPct: number | null };
}

/** By `scope subject fact`: at most the facts with a `carryBand`, of the subjects there are. */
export type Carried = Readonly<Record<string, CarriedFact>>;

/** Judgement: a tenth of a usual battery is half an hour of road, and by then the new source's word counts. */
const WORN_OFF_PCT = 10;

interface Carrying extends FactDefinition {
  readonly carryBand: number;
}

const isCarrying = (definition: FactDefinition): definition is Carrying => definition.carryBand !== undefined;
const CARRYING: ReadonlyMap<Scope, readonly Carrying[]> = new Map(
  scope.options.map((name) => [name, factCatalogue[name].filter(isCarrying)]),
);
const carryingIn = (name: Scope): readonly Carrying[] => CARRYING.get(name) ?? [];

const keyOf = (name: Scope, subject: string, fact: string): string => `${name} ${subject} ${fact}`;

/** Whether the world is looked at through other eyes: another provider, or a last resort instead of one. */
export function isSourceSwitch(before: Conditions, after: Conditions): boolean {
  const known = sourcesOf(before);
  return [...sourcesOf(after)].some(([what, sources]) => (known.get(what) ?? sources) !== sources);
}

/** Who told of the weather, of each road and of the air at each stop. */
function sourcesOf({ weatherSource, stretches, standing }: Conditions): ReadonlyMap<string, string> {
  const sources = new Map([['weather', new Set<string>([weatherSource])]]);
  const add = (what: string, source: string) =>
    sources.set(what, (sources.get(what) ?? new Set<string>()).add(source));
  for (const { stopId, routeSource } of stretches) add(`road ${stopId}`, routeSource);
  for (const { stopId, source } of standing) add(`air ${stopId ?? ''}`, source);
  return new Map([...sources].map(([what, names]) => [what, [...names].toSorted().join()]));
}

/** The same plan in the same revision, or none both times. */
export const isSamePlan = (a: Trip | null, b: Trip | null): boolean =>
  a?.tripId === b?.tripId && a?.revision === b?.revision;

/** What rules judge, and what is still carried for it afterwards. */
export interface Told {
  readonly subjects: readonly Subject[];
  readonly carried: Carried;
}

/** These subjects as rules judge them. A subject that is gone takes what was carried for it along. */
export function toldSubjects(name: Scope, subjects: readonly Subject[], carried: Carried): Told {
  if (isNothing(carried)) return { subjects, carried: {} };
  const left: Record<string, CarriedFact> = {};
  const told = subjects.map(({ subject, facts }) => {
    const changed: Record<string, Facts[string]> = {};
    for (const definition of carryingIn(name)) {
      const key = keyOf(name, subject, definition.name);
      const worn = wornOff(carried[key], definition, facts);
      if (worn === undefined) continue;
      left[key] = worn;
      const value = numberIn(facts, definition.name);
      if (value !== undefined)
        changed[definition.name] = { kind: 'known', value: within(definition, value + worn.offset) };
    }
    return { subject, facts: { ...facts, ...changed } };
  });
  return { subjects: told, carried: left };
}

/** What to carry when `after` shows the world through other sources than `before`, at one moment of one car. */
export function carriedOver(before: Situation, after: Situation): Carried {
  const carried: Record<string, CarriedFact> = {};
  for (const name of scope.options) {
    const old = toldSubjects(name, subjectsOf[name](before), before.memory.carried);
    for (const { subject, facts } of subjectsOf[name](after)) {
      const was = old.subjects.find((one) => one.subject === subject)?.facts ?? {};
      for (const definition of carryingIn(name)) {
        const key = keyOf(name, subject, definition.name);
        const next = newlyCarried(was, facts, definition) ?? old.carried[key];
        if (next !== undefined && next.offset !== 0) carried[key] = next;
      }
    }
  }
  return carried;
}

/** Undefined where one of the two is not known: then there is no difference yet, and what was carried stays. */
function newlyCarried(was: Facts, is: Facts, { name, carryBand }: Carrying): CarriedFact | undefined {
  const [told, value] = [numberIn(was, name), numberIn(is, name)];
  if (told === undefined || value === undefined) return undefined;
  const offset = smallPartOf(told - value, carryBand);
  return { offset, from: { offset, value, socPct: numberIn(is, 'socPct') ?? null } };
}

/**
 * A difference within the band is carried whole. Beyond it the new source tells of another world: less of it is
 * carried, and nothing from twice the band on, so that a due warning comes at once.
 */
export const smallPartOf = (difference: number, band: number): number =>
  Math.sign(difference) * Math.max(0, Math.min(Math.abs(difference), 2 * band - Math.abs(difference)));

/**
 * Less by as much as the fact itself has moved since the sources changed, and nothing after a tenth of a battery:
 * a fact at its end does not move any more. The farthest it was counts, so a figure that trembles wears nothing off.
 */
function wornOff(
  before: CarriedFact | undefined,
  { name, carryBand }: Carrying,
  facts: Facts,
): CarriedFact | undefined {
  const value = numberIn(facts, name);
  if (before === undefined || value === undefined) return before;
  const { from } = before;
  const socPct = numberIn(facts, 'socPct');
  const usedPct = socPct === undefined || from.socPct === null ? 0 : Math.abs(socPct - from.socPct);
  const worn = Math.max(Math.abs(value - from.value), (carryBand * usedPct) / WORN_OFF_PCT);
  const left = Math.min(Math.abs(before.offset), Math.abs(from.offset) - worn);
  return left <= 0 ? undefined : { ...before, offset: Math.sign(from.offset) * left };
}

function numberIn(facts: Facts, name: string): number | undefined {
  const fact = facts[name];
  return fact?.kind === 'known' && typeof fact.value === 'number' && Number.isFinite(fact.value)
    ? fact.value
    : undefined;
}

const within = ({ range = [-Infinity, Infinity] }: FactDefinition, value: number): number =>
  Math.min(range[1], Math.max(range[0], value));

function isNothing(carried: Carried): boolean {
  for (const _ in carried) return false;
  return true;
}
