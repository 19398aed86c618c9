import { distanceM } from '@outrider/domain';
import type { Chance } from './chance.ts';
import type { Country, Place } from './country.ts';
import type { Traits } from './traits.ts';

// Where people want to go, before anybody asked whether the battery lasts. Pure.

/** One way somebody wants to drive. It begins wherever the one before ended. */
export interface Wish {
  readonly wishId: string;
  /** When they tell their plan; null: they tell nobody and just drive. */
  readonly tellAtMs: number | null;
  readonly departAtMs: number;
  /** In order; `standsMs` at each but the last. */
  readonly stops: readonly { readonly place: Place; readonly standsMs: number }[];
  /** Worth a full battery and charging on the way. */
  readonly isLong: boolean;
  /** Of the place it ends at; null: no plug there. */
  readonly plugKw: number | null;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** The country keeps one clock, an hour before UTC, all year. */
const LOCAL_MS = HOUR_MS;

/** Everything one car is wanted for, oldest first. */
export function wishesOf(
  traits: Traits,
  chance: Chance,
  country: Country,
  span: { readonly fromMs: number; readonly days: number },
): readonly Wish[] {
  const draw = chance.of('wishes', traits.index);
  const firstDay = Math.floor(span.fromMs / DAY_MS);
  const wishes: Wish[] = [];
  for (let day = firstDay; day < firstDay + span.days; day++) {
    const endMs = wishes.at(-1)?.departAtMs ?? 0;
    // Whoever is away for the night comes back before anything else.
    if (endMs < day * DAY_MS) wishes.push(...dayOf(traits, draw, country, day));
  }
  return wishes;
}

function dayOf(traits: Traits, draw: Chance, country: Country, day: number): readonly Wish[] {
  const weekday = (day + 4) % 7;
  const isWorkday = weekday >= 1 && weekday <= 5;
  const longs =
    { commuter: 0.05, traveller: 0.3, errands: 0.08, depot: 0 }[traits.use] * (isWorkday ? 1 : 2.5);
  if (draw.happens(longs, 'long', day)) return longTrip(traits, draw, country, day);
  if (traits.use === 'depot') return isWorkday ? [rounds(traits, draw, country, day)] : [];
  if (traits.use === 'commuter' && isWorkday) return commute(traits, draw, day);
  return errands(traits, draw, country, day);
}

const localMs = (day: number, hour: number): number =>
  Math.round((day * DAY_MS + hour * HOUR_MS - LOCAL_MS) / 60_000) * 60_000;

const nameOf = ({ index }: Traits, day: number, what: string): string => `synthetic-${index}-${day}-${what}`;

const tell = (
  { plansTripsProbability }: Pick<Traits, 'plansTripsProbability'>,
  draw: Chance,
  departAtMs: number,
  aheadMs: number,
  name: string,
): number | null => (draw.happens(plansTripsProbability, 'told', name) ? departAtMs - aheadMs : null);

function commute(traits: Traits, draw: Chance, day: number): readonly Wish[] {
  const { home, work, homeKw, workKw } = traits;
  const outMs = localMs(day, 7.4 + 0.4 * draw.normal('out', day));
  const backMs = outMs + (8.5 + 0.5 * draw.normal('back', day)) * HOUR_MS;
  const way = (wishId: string, departAtMs: number, place: Place, plugKw: number | null): Wish => ({
    ...{ wishId, departAtMs, plugKw, isLong: false, stops: [{ place, standsMs: 0 }] },
    tellAtMs: tell(traits, draw, departAtMs, 40 * 60_000, wishId),
  });
  return [
    way(nameOf(traits, day, 'out'), outMs, work, workKw),
    way(nameOf(traits, day, 'back'), Math.round(backMs / 60_000) * 60_000, home, homeKw),
  ];
}

function errands(traits: Traits, draw: Chance, country: Country, day: number): readonly Wish[] {
  if (!draw.happens(0.7, 'errand', day)) return [];
  const departAtMs = localMs(day, draw.between(9, 16, 'errand at', day));
  const wishId = nameOf(traits, day, 'errand');
  const town = nearestTown(country, traits.home);
  const place = { ...country.placeNear(town, `shop ${traits.index} ${day % 9}`, 18_000), name: 'Shops' };
  const stops = [
    { place, standsMs: Math.round(draw.between(24, 150, 'errand stands', day)) * 60_000 },
    { place: traits.home, standsMs: 0 },
  ];
  return [
    {
      wishId,
      departAtMs,
      stops,
      isLong: false,
      plugKw: traits.homeKw,
      tellAtMs: tell(traits, draw, departAtMs, 20 * 60_000, wishId),
    },
  ];
}

/** Of long trips, of people who seldom tell one. */
const LONG_TOLD = 0.6;

/** To another town, and back in the evening or on another day. */
function longTrip(traits: Traits, draw: Chance, country: Country, day: number): readonly Wish[] {
  const far = country.towns.filter(
    (town) => distanceM(town, traits.home) > 90_000 && distanceM(town, traits.home) < 330_000,
  );
  const town = draw.pick(far.length > 0 ? far : country.towns, 'to', day);
  const place = {
    ...country.placeNear(town, `visit ${traits.index} ${day}`, 5_000),
    name: `Visit in ${town.name}`,
  };
  const outMs = localMs(day, draw.between(6, 10, 'leave', day));
  const nights = draw.pick([0, 1, 1, 2], 'nights', day);
  const backMs =
    nights === 0 ? outMs + 9 * HOUR_MS : localMs(day + nights, draw.between(8, 15, 'return', day));
  const plugKw = draw.happens(0.45, 'plug there', day) ? draw.pick([2.3, 3.7, 11], 'plug power', day) : null;
  const way = (what: string, departAtMs: number, to: Place, kw: number | null): Wish => ({
    ...{
      wishId: nameOf(traits, day, what),
      departAtMs,
      plugKw: kw,
      isLong: true,
      stops: [{ place: to, standsMs: 0 }],
    },
    tellAtMs: tell(
      { plansTripsProbability: Math.max(LONG_TOLD, traits.plansTripsProbability) },
      draw,
      departAtMs,
      (what === 'away' ? 11 : 3) * HOUR_MS,
      nameOf(traits, day, what),
    ),
  });
  return [way('away', outMs, place, plugKw), way('home', backMs, traits.home, traits.homeKw)];
}

/** A van's day: three calls, and back to the depot. Its plan is known the evening before. */
function rounds(traits: Traits, draw: Chance, country: Country, day: number): Wish {
  const wishId = nameOf(traits, day, 'rounds');
  const town = nearestTown(country, traits.home);
  const reachM = draw.between(15_000, 55_000, 'reach', day);
  const calls = [0, 1, 2].map((call) => ({
    place: {
      ...country.placeNear(town, `call ${traits.index} ${day} ${call}`, reachM),
      name: `Call ${call + 1}`,
    },
    standsMs: Math.round(draw.between(15, 70, 'call', day, call)) * 60_000,
  }));
  const departAtMs = localMs(day, 6);
  return {
    ...{ wishId, departAtMs, isLong: false, plugKw: traits.homeKw, tellAtMs: departAtMs - 11 * HOUR_MS },
    stops: [...calls, { place: traits.home, standsMs: 0 }],
  };
}

const nearestTown = ({ towns }: Country, at: Place): Place =>
  towns.reduce((best, town) => (distanceM(town, at) < distanceM(best, at) ? town : best));
