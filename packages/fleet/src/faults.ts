import type { Chance } from './chance.ts';

// What breaks in a car, when, and for how long nobody mends it. Judged, and far more often than on real roads: a small
// fleet is to have some of each. Pure.

/** `charge-flag`: it says that it charges when it does not. `modem`: it is out of touch most of the time. */
export type Part = 'tyre' | 'low-voltage' | 'pack-heater' | 'motor-pump' | 'charge-flag' | 'modem';

/** Of a fortnight, and hours until it is mended. */
const FAULTS: Readonly<Record<Part, { readonly probability: number; readonly lastsH: number }>> = {
  tyre: { probability: 0.07, lastsH: 70 },
  'low-voltage': { probability: 0.05, lastsH: 120 },
  'pack-heater': { probability: 0.06, lastsH: 96 },
  'motor-pump': { probability: 0.08, lastsH: 120 },
  'charge-flag': { probability: 0.05, lastsH: 96 },
  modem: { probability: 0.06, lastsH: 96 },
};

const HOUR_MS = 3_600_000;
const FORTNIGHT_MS = 14 * 24 * HOUR_MS;

/** Hours since that part of a car broke; undefined: it works. */
export function brokenForH(chance: Chance, car: number, part: Part, atMs: number): number | undefined {
  const { probability, lastsH } = FAULTS[part];
  const now = Math.floor(atMs / FORTNIGHT_MS);
  for (const fortnight of [now, now - 1]) {
    if (!chance.happens(probability, 'breaks', car, part, fortnight)) continue;
    const sinceH =
      (atMs - fortnight * FORTNIGHT_MS) / HOUR_MS - 336 * chance.draw('since', car, part, fortnight);
    if (sinceH >= 0 && sinceH < lastsH) return sinceH;
  }
  return undefined;
}
