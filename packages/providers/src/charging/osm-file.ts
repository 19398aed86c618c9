import type { ChargingLocation, ConnectorStandard } from '@outrider/domain';
import { chargingLocation } from '@outrider/domain';
import { z } from 'zod';
import type { ChargerFile } from './charger-provider.ts';
import { isObject, type Json, numberOf, textOf } from './ocpi/words.ts';
import { operatorOf, usualPowerType } from './raw-location.ts';

const collection = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(z.unknown()).max(500_000),
});

/**
 * `amenity=charging_station` of OpenStreetMap as GeoJSON: what Overpass or osmium export, tags as properties, a
 * point, or an area whose middle is taken. Database licence ODbL: show "© OpenStreetMap contributors".
 */
export const osmFile: ChargerFile = {
  name: 'osm',
  extensions: ['.osm.geojson', '.osm.json'],
  read(text, source, nowMs) {
    const parsed = collection.safeParse(JSON.parse(text));
    if (!parsed.success) return { locations: [], problems: [`${source}: not a GeoJSON FeatureCollection`] };
    const problems: string[] = [];
    const locations = parsed.data.features.flatMap((feature, i) => {
      const place = placeOf(isObject(feature) ? feature : {}, source, nowMs, i);
      if (typeof place !== 'string') return [place];
      if (place !== '') problems.push(`${source}: feature ${i}: ${place}`);
      return [];
    });
    return { locations, problems };
  },
};

/** The place, what is wrong with it, or nothing to say where it is none for cars of everybody. */
function placeOf(feature: Json, source: string, nowMs: number, i: number): ChargingLocation | string {
  const tags = isObject(feature.properties) ? feature.properties : {};
  if (tags.amenity !== 'charging_station' || tags.motorcar === 'no') return '';
  if (tags.access === 'private' || tags.access === 'no') return '';
  const middle = middleOf(isObject(feature.geometry) ? feature.geometry.coordinates : undefined);
  if (middle === undefined) return 'geometry is no point and no area';
  const id = textOf(feature.id) ?? textOf(tags['@id']) ?? textOf(tags.id) ?? `${source}#${i}`;
  const evses = postsOf(tags, id, nowMs);
  if (evses.length === 0) return 'no socket that can be used';
  const name = textOf(tags.name) ?? textOf(tags.operator) ?? textOf(tags.network) ?? `OpenStreetMap ${id}`;
  const parsed = chargingLocation.safeParse({
    locationId: `osm-${id.replace('/', '-')}`.slice(0, 200),
    ...{
      name: name.slice(0, 200),
      ...middle,
      ...operatorOf(tags.operator ?? tags.network),
      evses,
      source,
      lastUpdatedAtMs: nowMs,
    },
  });
  return parsed.success ? parsed.data : parsed.error.issues.map(({ path }) => path.join('.')).join('; ');
}

/** GeoJSON has the longitude first. */
function middleOf(coordinates: unknown): { readonly lat: number; readonly lon: number } | undefined {
  if (!Array.isArray(coordinates)) return undefined;
  const [lon, lat] = coordinates;
  if (typeof lon === 'number' && typeof lat === 'number') return { lat, lon };
  const points = coordinates.flatMap((part) => middleOf(part) ?? []);
  if (points.length === 0) return undefined;
  const middle = (values: readonly number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  return { lat: middle(points.map((one) => one.lat)), lon: middle(points.map((one) => one.lon)) };
}

interface Socket {
  readonly standard: ConnectorStandard;
  /** Where no output is tagged: judgement, on the low side. */
  readonly usualKw: number;
}

const SOCKETS: Readonly<Record<string, Socket>> = {
  type1: { standard: 'IEC_62196_T1', usualKw: 3.7 },
  type1_combo: { standard: 'IEC_62196_T1_COMBO', usualKw: 50 },
  type2: { standard: 'IEC_62196_T2', usualKw: 11 },
  type2_cable: { standard: 'IEC_62196_T2', usualKw: 11 },
  type2_combo: { standard: 'IEC_62196_T2_COMBO', usualKw: 50 },
  tesla_supercharger_ccs: { standard: 'IEC_62196_T2_COMBO', usualKw: 120 },
  chademo: { standard: 'CHADEMO', usualKw: 50 },
  nacs: { standard: 'SAE_J3400', usualKw: 50 },
  tesla_supercharger: { standard: 'TESLA_S', usualKw: 120 },
  tesla_destination: { standard: 'TESLA_S', usualKw: 11 },
  gb_ac: { standard: 'GBT_AC', usualKw: 7 },
  gb_dc: { standard: 'GBT_DC', usualKw: 50 },
  schuko: { standard: 'DOMESTIC_F', usualKw: 2.3 },
  nema_5_20: { standard: 'NEMA_5_20', usualKw: 1.9 },
  nema_14_50: { standard: 'NEMA_14_50', usualKw: 9.6 },
};
const MOST_POSTS = 100;

/** A post per socket: tags do not say which sockets share one. `capacity` bounds how many cars charge at once. */
function postsOf(tags: Json, id: string, nowMs: number): ChargingLocation['evses'] {
  const capacity = numberOf(tags.capacity) ?? MOST_POSTS;
  return Object.entries(SOCKETS).flatMap(([name, { standard, usualKw }]) => {
    const count = countOf(tags[`socket:${name}`]);
    const maxPowerKw = outputKw(tags[`socket:${name}:output`]) ?? usualKw;
    return Array.from({ length: Math.min(count, Math.max(1, capacity), MOST_POSTS) }, (_, i) => ({
      uid: `osm-${id}-${name}-${i}`.slice(0, 200),
      status: 'UNKNOWN' as const,
      lastUpdatedAtMs: nowMs,
      connectors: [{ standard, powerType: usualPowerType(standard, maxPowerKw), maxPowerKw }],
    }));
  });
}

/** `4`, `yes`, `no`, `2;2`. */
function countOf(value: unknown): number {
  const text = textOf(value)?.toLowerCase();
  if (text === undefined || text === 'no') return 0;
  const count = text.split(';').reduce((sum, part) => sum + (numberOf(part) ?? 0), 0);
  return count > 0 ? Math.round(count) : text === 'yes' ? 1 : 0;
}

/** `150 kW`, `22`, `22000 W`, `50 kW;22 kW`: the largest. A number alone is kW, or W when no post gives as many kW. */
function outputKw(value: unknown): number | undefined {
  const found = (textOf(value) ?? '').split(';').flatMap((part) => {
    const match = /^(\d+(?:[.,]\d+)?)\s*(kw|kva|w|va|mw)?$/i.exec(part.trim());
    if (match === null) return [];
    const number = Number((match[1] as string).replace(',', '.'));
    const unit = match[2]?.toLowerCase();
    const isWatt = unit === 'w' || unit === 'va' || (unit === undefined && number > 1_000);
    return [isWatt ? number / 1_000 : unit === 'mw' ? number * 1_000 : number];
  });
  const most = Math.max(0, ...found);
  return most > 0 && most <= 5_000 ? most : undefined;
}
