import { type ChargingLocation, distanceM } from '@outrider/domain';
import { FILES, type Findings } from './findings.ts';
import { type PlansFile, readQuantity, SPELLINGS, type WeatherFile } from './format.ts';
import type { LineOf } from './parse.ts';
import type { Place, Plan, PlanStop, Route, WeatherEntry } from './scenario.ts';

/** How far a route's end may be from the place a plan says it leads to. */
const ROUTE_END_M = 2_000;
const WEATHER_PLACE_RADIUS_M = 40_000;

interface PlanParts {
  readonly places: ReadonlyMap<string, Place>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly chargers: ReadonlyMap<string, ChargingLocation>;
}

/** The plans, in the order they were entered. */
export function plansOf(
  file: PlansFile,
  lineOf: LineOf,
  parts: PlanParts,
  findings: Findings,
): readonly Plan[] {
  return file.flatMap((plan, i) => {
    const refuse = (path: readonly PropertyKey[], message: string) =>
      findings.add(FILES.plans, lineOf, [i, ...path], message);
    const previous = file[i - 1];
    if (previous !== undefined && plan.at <= previous.at) {
      refuse(['at'], 'must be later than the plan before it');
    }
    const origin = parts.places.get(plan.origin);
    if (origin === undefined) refuse(['origin'], `unknown place "${plan.origin}"`);
    let from = origin;
    let clockMs = plan.departAt;
    const stops = plan.stops.flatMap((stop, k) => {
      const place = parts.places.get(stop.place);
      const route = parts.routes.get(stop.route);
      if (place === undefined) refuse(['stops', k, 'place'], `unknown place "${stop.place}"`);
      if (route === undefined) refuse(['stops', k, 'route'], `unknown route "${stop.route}"`);
      if (stop.charger !== undefined && !parts.chargers.has(stop.charger)) {
        refuse(['stops', k, 'charger'], `unknown charger "${stop.charger}"`);
      }
      for (const field of ['arriveAt', 'departAt'] as const) {
        const atMs = stop[field];
        if (atMs === undefined) continue;
        if (atMs < clockMs) refuse(['stops', k, field], 'time goes backwards');
        clockMs = atMs;
      }
      if (place === undefined || route === undefined) return [];
      checkEnds(route, from, place, (message) => refuse(['stops', k, 'route'], message));
      from = place;
      return [stopOf(stop, place, route)];
    });
    if (origin === undefined) return [];
    return [{ atMs: plan.at, tripId: plan.tripId, origin, departAtMs: plan.departAt, stops }];
  });
}

function stopOf(stop: PlansFile[number]['stops'][number], place: Place, route: Route): PlanStop {
  return {
    place,
    kind: stop.kind,
    route,
    speedMps: readQuantity(stop, SPELLINGS.speed) ?? 0,
    ...(stop.arriveAt === undefined ? {} : { arriveAtMs: stop.arriveAt }),
    ...(stop.departAt === undefined ? {} : { departAtMs: stop.departAt }),
    ...(stop.plugged === undefined ? {} : { isPlugged: stop.plugged }),
    ...(stop.chargeToSocPct === undefined ? {} : { chargeToSocPct: stop.chargeToSocPct }),
    ...(stop.powerKw === undefined ? {} : { powerKw: stop.powerKw }),
    ...(stop.charger === undefined ? {} : { chargerId: stop.charger }),
  };
}

function checkEnds(
  route: Route,
  from: Place | undefined,
  to: Place,
  refuse: (message: string) => void,
): void {
  const first = route.line.points[0];
  const last = route.line.points.at(-1);
  if (first === undefined || last === undefined) return;
  const ends = [
    ['starts', first, from],
    ['ends', last, to],
  ] as const;
  for (const [verb, point, place] of ends) {
    if (place === undefined) continue;
    const offM = distanceM(point, place);
    if (offM > ROUTE_END_M) {
      refuse(`route "${route.id}" ${verb} ${Math.round(offM / 100) / 10} km from ${place.name}`);
    }
  }
}

/** What was forecast or observed; a place named as area stands for 40 km around it. */
export function weatherOf(
  file: WeatherFile,
  lineOf: LineOf,
  places: ReadonlyMap<string, Place>,
  findings: Findings,
): readonly WeatherEntry[] {
  return file.flatMap((entry, i) => {
    const refuse = (field: string, message: string) =>
      findings.add(FILES.weather, lineOf, [i, field], message);
    if (entry.to <= entry.from) refuse('to', 'must be later than from');
    let area: WeatherEntry['area'];
    if (typeof entry.area === 'object') {
      area = { lat: entry.area.lat, lon: entry.area.lon, radiusM: entry.area.radiusKm * 1000 };
    } else if (entry.area !== 'all') {
      const place = places.get(entry.area);
      if (place === undefined) {
        refuse('area', `unknown place "${entry.area}"`);
        return [];
      }
      area = { lat: place.lat, lon: place.lon, radiusM: WEATHER_PLACE_RADIUS_M };
    }
    return [
      {
        issuedAtMs: entry.issuedAt,
        fromMs: entry.from,
        toMs: entry.to,
        ...(area === undefined ? {} : { area }),
        tempC: readQuantity(entry, SPELLINGS.temp) ?? 0,
        sigmaK: entry.sigmaK,
        ...(entry.windMps === undefined ? {} : { windMps: entry.windMps }),
        ...(entry.windFromDeg === undefined ? {} : { windFromDeg: entry.windFromDeg }),
      },
    ];
  });
}
