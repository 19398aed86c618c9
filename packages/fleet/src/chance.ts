/**
 * Chance by name: the same seed and name give the same draw, whatever else was drawn before. So one car's week does
 * not depend on how many cars there are, and a car can be asked what it would have done.
 */
export interface Chance {
  /** Uniform, 0 ≤ x < 1. */
  draw(...name: readonly (string | number)[]): number;
  between(from: number, to: number, ...name: readonly (string | number)[]): number;
  /** Standard normal, within ±3.5. */
  normal(...name: readonly (string | number)[]): number;
  happens(probability: number, ...name: readonly (string | number)[]): boolean;
  pick<T>(list: readonly T[], ...name: readonly (string | number)[]): T;
  /** Chance of a part of the world, with names of its own. */
  of(...name: readonly (string | number)[]): Chance;
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SEPARATOR = 0x1f;

export const createChance = (seed: number): Chance => chanceFrom(mixIn(FNV_START, String(seed)));

function chanceFrom(state: number): Chance {
  const draw: Chance['draw'] = (...name) => finish(mixAll(state, name)) / 4_294_967_296;
  return {
    draw,
    between: (from, to, ...name) => from + (to - from) * draw(...name),
    normal(...name) {
      const far = Math.sqrt(-2 * Math.log(1 - draw(...name, 'far')));
      return Math.min(3.5, far) * Math.cos(2 * Math.PI * draw(...name, 'turn'));
    },
    happens: (probability, ...name) => draw(...name) < probability,
    pick: <T>(list: readonly T[], ...name: readonly (string | number)[]) =>
      list[Math.floor(draw(...name) * list.length)] as T,
    of: (...name) => chanceFrom(mixAll(state, name)),
  };
}

const mixAll = (state: number, name: readonly (string | number)[]): number =>
  name.reduce((mixed: number, part) => mixIn(mixed, String(part)), state);

/** FNV-1a over the text and a separator: `a`, `bc` is not `ab`, `c`. */
function mixIn(state: number, text: string): number {
  let mixed = state;
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), FNV_PRIME);
  return Math.imul(mixed ^ SEPARATOR, FNV_PRIME) >>> 0;
}

/** The last step of murmur3: near names give draws that have nothing to do with each other. */
function finish(state: number): number {
  let mixed = state;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
