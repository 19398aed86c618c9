import { z } from 'zod';
import type { ChargerFile } from './charger-provider.ts';
import { rawLocation, toLocation } from './raw-location.ts';

const feature = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  geometry: z.object({
    type: z.literal('Point'),
    coordinates: z.tuple([z.number(), z.number()]).rest(z.number()),
  }),
  properties: z.record(z.string(), z.unknown()),
});
const collection = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(z.unknown()).max(200_000),
});

/**
 * GeoJSON (RFC 7946: longitude first) with one Point per place and the properties `id`, `name`, `powerKw`,
 * `connectors` (OCPI names; `plug` for a single one), `evses`, `status`, `powerType`.
 */
export const geojsonFile: ChargerFile = {
  name: 'geojson',
  extensions: ['.geojson', '.json'],
  read(text, source, nowMs) {
    const parsed = collection.safeParse(JSON.parse(text));
    if (!parsed.success) return { locations: [], problems: [`${source}: not a GeoJSON FeatureCollection`] };
    const problems: string[] = [];
    const locations = parsed.data.features.flatMap((item, i) => {
      try {
        const { id, geometry, properties } = feature.parse(item);
        const plugs =
          properties.connectors ?? (properties.plug === undefined ? undefined : [properties.plug]);
        const raw = rawLocation.parse({
          ...properties,
          id: idOf(properties.id ?? id ?? `${source}#${i}`),
          connectors: plugs,
          lon: geometry.coordinates[0],
          lat: geometry.coordinates[1],
        });
        return [toLocation(raw, source, nowMs)];
      } catch (error) {
        problems.push(`${source}: feature ${i}: ${describe(error)}`);
        return [];
      }
    });
    return { locations, problems };
  },
};

/** RFC 7946 allows numbers; anything else is left for the schema to refuse. */
const idOf = (id: unknown): unknown => (typeof id === 'number' ? String(id) : id);

const describe = (error: unknown): string =>
  error instanceof z.ZodError
    ? error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    : String(error);
