import { type ChargingLocation, distanceM, type EvseStatus, type Position } from '@outrider/domain';
import { type Chance, createChance } from './chance.ts';
import { BOUNDS, type Country, type Place } from './country.ts';

// Where cars charge on the road, how it really is there, and what the network says. Pure.

export interface Site extends Place {
  readonly siteId: string;
  readonly powerKw: number;
  readonly isDc: boolean;
  readonly posts: number;
  /** Whether its network tells the state of its posts at all. */
  readonly tells: boolean;
}

/** How it is at a site: seconds to wait for a free post, and the power one gives; null: nothing works there. */
export type SiteState = { readonly waitS: number; readonly powerKw: number } | null;

export interface Sites {
  readonly all: readonly Site[];
  readonly find: (siteId: string) => Site | undefined;
  near(at: Position, withinM: number): readonly Site[];
  /** As it really is. */
  stateAt(site: Site, atMs: number): SiteState;
  /** As the network lists it: behind the truth, and sometimes simply wrong. */
  listedAt(atMs: number): readonly ChargingLocation[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CELL_DEG = { lat: 0.22, lon: 0.34 } as const;
const MINUTE_MS = 60_000;
/** Minutes until a network says what happened at a site; some are quick. Judged. */
const TOLD_LATE_MIN = [1, 25] as const;

export function createSites(seed: number, country: Country): Sites {
  const chance = createChance(seed).of('sites');
  const all = [...roadSites(chance), ...townSites(country)];
  const byId = new Map(all.map((site) => [site.siteId, site]));
  const stateAt = (site: Site, atMs: number): SiteState => siteState(chance.of(site.siteId), site, atMs);
  return {
    all,
    find: (siteId) => byId.get(siteId),
    near: (at, withinM) =>
      all
        .filter((site) => distanceM(site, at) <= withinM)
        .toSorted((a, b) => distanceM(a, at) - distanceM(b, at)),
    stateAt,
    listedAt: (atMs) => all.map((site) => listed(chance.of(site.siteId), site, stateAt, atMs)),
  };
}

function roadSites(chance: Chance): readonly Site[] {
  const rows = Math.floor((BOUNDS.north - BOUNDS.south) / CELL_DEG.lat);
  const columns = Math.floor((BOUNDS.east - BOUNDS.west) / CELL_DEG.lon);
  return Array.from({ length: rows * columns }, (_, i): Site => {
    const powerKw = chance.pick([50, 50, 100, 150, 150, 300], i, 'power');
    return {
      siteId: `synthetic-site-${i}`,
      name: `Charge Park ${i} (synthetic)`,
      lat: Number(
        (
          BOUNDS.south +
          (Math.floor(i / columns) + chance.between(0.2, 0.8, i, 'lat')) * CELL_DEG.lat
        ).toFixed(5),
      ),
      lon: Number(
        (BOUNDS.west + ((i % columns) + chance.between(0.2, 0.8, i, 'lon')) * CELL_DEG.lon).toFixed(5),
      ),
      powerKw,
      isDc: true,
      posts: 2 + Math.floor(chance.draw(i, 'posts') * 5),
      tells: chance.happens(0.75, i, 'tells'),
    };
  });
}

const townSites = ({ towns }: Country): readonly Site[] =>
  towns.map((town, i) => ({
    siteId: `synthetic-town-${i}`,
    name: `Market ${town.name}`,
    ...{ lat: town.lat, lon: town.lon, powerKw: 22, isDc: false, posts: 6, tells: true },
  }));

function siteState(chance: Chance, site: Site, atMs: number): SiteState {
  const day = Math.floor(atMs / DAY_MS);
  // Broken from some hour of a day until some hour of the next.
  const isBroken = [day, day - 1].some((one) => {
    const fromMs = one * DAY_MS + chance.between(0, DAY_MS, 'breaks', one);
    return chance.happens(0.035, 'broken', one) && atMs >= fromMs && atMs < fromMs + DAY_MS;
  });
  if (isBroken) return null;
  const hour = Math.floor(atMs / HOUR_MS);
  const isRushHour = hour % 24 >= 9 && hour % 24 <= 18;
  const isBusy = chance.happens((isRushHour ? 0.28 : 0.06) / site.posts ** 0.5, 'busy', hour);
  const isSlow = chance.happens(0.1, 'slow', day);
  return {
    waitS: isBusy ? chance.between(300, 2_400, 'wait', hour) : 0,
    powerKw: site.powerKw * (isSlow ? chance.between(0.25, 0.5, 'share', day) : 1),
  };
}

/** How it seems to its network; `takenPosts` are in use, or would not be free in time. */
interface Told {
  readonly status: EvseStatus;
  readonly takenPosts: number;
  readonly powerKw: number;
}

function toldOf(chance: Chance, site: Site, state: SiteState, day: number): Told {
  const told = (status: EvseStatus, takenPosts = 0): Told => ({
    ...{ status, takenPosts },
    // Half of the networks say so when a post gives less than it could.
    powerKw: state !== null && chance.happens(0.5, 'tells power') ? state.powerKw : site.powerKw,
  });
  if (!site.tells) return told('UNKNOWN');
  if (chance.happens(0.15, 'wrong', day)) return { ...told('AVAILABLE'), powerKw: site.powerKw };
  if (state === null) return told('OUTOFORDER');
  return told('AVAILABLE', state.waitS > 0 ? site.posts : 0);
}

function listed(chance: Chance, site: Site, stateAt: Sites['stateAt'], atMs: number): ChargingLocation {
  const toldAtMs = Math.max(0, atMs - MINUTE_MS * Math.round(chance.between(...TOLD_LATE_MIN, 'told late')));
  const { status, takenPosts, powerKw } = toldOf(
    chance,
    site,
    stateAt(site, toldAtMs),
    Math.floor(toldAtMs / DAY_MS),
  );
  const powerType = site.isDc ? 'DC' : 'AC_3_PHASE';
  const standard = site.isDc ? 'IEC_62196_T2_COMBO' : 'IEC_62196_T2';
  return {
    locationId: site.siteId,
    name: site.name,
    lat: site.lat,
    lon: site.lon,
    evses: Array.from({ length: site.posts }, (_, i) => ({
      uid: `${site.siteId}-${i}`,
      status: i < takenPosts ? 'CHARGING' : status,
      connectors: [{ standard, powerType, maxPowerKw: Number(powerKw.toFixed(1)) }],
      lastUpdatedAtMs: toldAtMs,
    })),
    source: 'synthetic',
    lastUpdatedAtMs: toldAtMs,
  };
}
