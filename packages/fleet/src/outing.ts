import { besideLine, distanceM, type Leg, type Position, type Stop } from '@outrider/domain';
import type { Country, Place, Road } from './country.ts';
import { packKwhOf } from './physics.ts';
import type { Site, Sites } from './sites.ts';
import type { Traits } from './traits.ts';
import type { Wish } from './wishes.ts';

// A wish with the stops for charging that its driver thinks it needs. Pure.

export interface OutingStop {
  readonly stopId: string;
  readonly place: Place;
  readonly road: Road;
  readonly standsMs: number;
  /** Charge here, to this. */
  readonly charge: { readonly site: Site; readonly untilSocPct: number } | null;
}

export interface Outing {
  readonly wish: Wish;
  readonly origin: Place;
  readonly departAtMs: number;
  readonly stops: readonly OutingStop[];
}

export interface Ground {
  readonly country: Country;
  readonly sites: Sites;
}

/** So far from the straight line a site is still on the way. */
const ASIDE_M = 14_000;
const STOPS_MAX = 6;
/** Where nothing on the way is in reach, the nearest will do. */
const NEARBY_M = 40_000;
const CHARGE_TO_MAX_PCT = 85;

/**
 * Plans as people do: with the consumption their car showed on a mild day, whatever the weather will be.
 * `leavesWithPct`: charge they expect to leave with.
 */
export function planOuting(
  wish: Wish,
  traits: Traits,
  from: { readonly place: Place; readonly leavesWithPct: number },
  ground: Ground,
): Outing {
  const stops: OutingStop[] = [];
  let at = from.place;
  let socPct = from.leavesWithPct;
  for (const [i, { place, standsMs }] of wish.stops.entries()) {
    const onTheWay = wish.isLong ? chargesBetween({ at, place, socPct }, traits, ground) : [];
    for (const charge of onTheWay) {
      stops.push({
        stopId: `charge-${stops.length + 1}`,
        place: charge.site,
        road: ground.country.road(at, charge.site),
        standsMs: 0,
        charge,
      });
      at = charge.site;
      socPct = charge.untilSocPct;
    }
    const road = ground.country.road(at, place);
    stops.push({ stopId: `stop-${i + 1}`, place, road, standsMs, charge: null });
    socPct -= shownPctFor(traits, road.distanceM);
    at = place;
  }
  return { wish, origin: from.place, departAtMs: wish.departAtMs, stops };
}

/** Points that a distance takes, as the car's own display would have it. */
export const shownPctFor = (traits: Traits, metres: number): number =>
  (100 * traits.kind.shownKwhPerKm * metres) / 1_000 / packKwhOf(traits);

/** A road is about so much longer than the straight line. */
const DETOUR_RATIO = 1.04;

function chargesBetween(
  way: { readonly at: Place; readonly place: Place; readonly socPct: number },
  traits: Traits,
  { sites }: Ground,
): readonly { readonly site: Site; readonly untilSocPct: number }[] {
  const found: { site: Site; untilSocPct: number }[] = [];
  let at: Position = way.at;
  let { socPct } = way;
  while (found.length < STOPS_MAX) {
    const needPct = shownPctFor(traits, DETOUR_RATIO * distanceM(at, way.place)) + traits.planMarginPct;
    const last = found.at(-1);
    if (last !== undefined) {
      last.untilSocPct = Math.min(CHARGE_TO_MAX_PCT, Math.max(socPct + 10, needPct));
      socPct = last.untilSocPct;
    }
    if (socPct >= needPct) break;
    const reachM = ((socPct - traits.planMarginPct) / shownPctFor(traits, 1_000) / DETOUR_RATIO) * 1_000;
    const next =
      furthest(sites.all, { at, to: way.place, reachM }) ?? sites.near(at, NEARBY_M).find(({ isDc }) => isDc);
    if (next === undefined || next === last?.site) break;
    socPct -= shownPctFor(traits, DETOUR_RATIO * distanceM(at, next));
    found.push({ site: next, untilSocPct: CHARGE_TO_MAX_PCT });
    at = next;
  }
  return found;
}

function furthest(
  all: readonly Site[],
  { at, to, reachM }: { readonly at: Position; readonly to: Position; readonly reachM: number },
): Site | undefined {
  return all
    .filter(
      (site) =>
        site.isDc &&
        distanceM(at, site) > 8_000 &&
        distanceM(at, site) <= reachM &&
        besideLine(site, at, to).awayM <= ASIDE_M,
    )
    .reduce<Site | undefined>(
      (best, site) => (best === undefined || distanceM(site, to) < distanceM(best, to) ? site : best),
      undefined,
    );
}

/** The plan as a person enters it. Roads come with it, points thinned to about a kilometre. */
export interface ToldPlan {
  readonly tripId: string;
  readonly departAtMs: number;
  readonly reserveSocPct: number;
  readonly origin: Place;
  readonly stops: readonly Stop[];
  readonly legs: readonly Leg[];
}

export function toldPlan({ wish, origin, departAtMs, stops }: Outing, traits: Traits): ToldPlan {
  const { reserveSocPct } = traits;
  let clockMs = departAtMs;
  return {
    ...{ tripId: wish.wishId, departAtMs, reserveSocPct, origin: plain(origin) },
    stops: stops.map(({ stopId, place, road, standsMs, charge }, i): Stop => {
      const arriveAtMs = Math.round(clockMs + (1_000 * road.distanceM) / road.plannedMps);
      const isLast = i === stops.length - 1;
      clockMs = arriveAtMs + (charge === null ? standsMs : plannedChargeMs(traits, charge));
      return {
        ...{ stopId, ...plain(place), arriveAtMs },
        kind: charge !== null ? 'charge' : isLast ? 'destination' : 'stay',
        ...(!isLast && { departAtMs: clockMs }),
        ...(charge !== null && {
          locationId: charge.site.siteId,
          powerKw: charge.site.powerKw,
          chargeToSocPct: Math.round(charge.untilSocPct),
        }),
        ...(charge === null && !isLast && { plugged: false }),
      };
    }),
    legs: stops.map(({ road }) => legOf(road)),
  };
}

/** Of the power that car and post have at most, on average over a charge: as planners have it. */
const PLANNED_POWER_SHARE = 0.7;
const PLANNED_CHARGE_MIN_MS = 10 * 60_000;

/** How long a planner takes a charge to last that begins with what its driver plans to arrive with. */
function plannedChargeMs(
  traits: Traits,
  { site, untilSocPct }: { readonly site: Site; readonly untilSocPct: number },
): number {
  const kw = PLANNED_POWER_SHARE * Math.min(site.powerKw, site.isDc ? traits.kind.dcKw : traits.kind.acKw);
  const kwh = (Math.max(0, untilSocPct - traits.planMarginPct) / 100) * packKwhOf(traits);
  return Math.max(PLANNED_CHARGE_MIN_MS, Math.round((60 * kwh) / kw) * 60_000);
}

const plain = ({ name, lat, lon }: Place): Place => ({ name, lat, lon });

const legOf = (road: Road): Leg => ({
  points: road.points.filter((_, i) => i % 2 === 0 || i === road.points.length - 1),
  distanceM: Math.round(road.distanceM),
  speedMps: Number(road.plannedMps.toFixed(2)),
});
