import type { RoutePoint } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { z } from 'zod';
import { boundedName, pointOf, type Road, type RoadInput, tripOfRoads } from './roads.ts';
import { type TripSource, unreadable } from './trip-source.ts';

/** FeatureCollection, features, feature, geometry, coordinates of a MultiLineString. */
const DEPTH = 12;

const line = z.array(z.array(z.number()).min(2)).max(200_000);
const geometry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('LineString'), coordinates: line }),
  z.object({ type: z.literal('MultiLineString'), coordinates: z.array(line).max(100) }),
]);
const feature = z.object({
  type: z.literal('Feature'),
  geometry,
  properties: z.looseObject({ name: z.unknown() }).nullish(),
});
const collection = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(z.unknown()).max(1_000),
});

/**
 * GeoJSON (RFC 7946: longitude first, the third number is metres): every LineString is a leg, and so is every
 * part of a MultiLineString. Other geometries of a collection are passed over.
 */
export const geojson: TripSource<RoadInput> = {
  name: 'geojson',
  read(input) {
    const decoded = decodeStrictJson(input.text, DEPTH);
    if (decoded.kind === 'refused') return unreadable('geojson', decoded.reason);
    const roads = roadsOf(decoded.value);
    if (roads === undefined) return unreadable('geojson', 'there is no LineString that can be used');
    return tripOfRoads(roads, input);
  },
};

/** Undefined when a line holds what is no place. */
function roadsOf(value: unknown): readonly Road[] | undefined {
  const many = collection.safeParse(value);
  const roads: Road[] = [];
  for (const item of many.success ? many.data.features : [value]) {
    const one = feature.safeParse(item);
    const shape = one.success ? one.data.geometry : geometry.safeParse(item).data;
    if (shape === undefined) continue;
    const said = one.data?.properties?.name;
    const name = typeof said === 'string' ? boundedName(said) : undefined;
    for (const coordinates of shape.type === 'LineString' ? [shape.coordinates] : shape.coordinates) {
      const points = coordinates.map(([lon, lat, heightM]) => pointOf(lat ?? Number.NaN, lon ?? 0, heightM));
      if (points.includes(undefined)) return undefined;
      roads.push({ name, points: points as RoutePoint[] });
    }
  }
  return roads.length > 0 ? roads : undefined;
}
