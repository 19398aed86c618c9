import type { StyleSpecification } from 'maplibre-gl';
import { feature, mesh } from 'topojson-client';
import statesUrl from 'us-atlas/states-10m.json?url';
import bordersUrl from 'world-atlas/countries-50m.json?url';
import type { MapView } from '../server/answers-staff.ts';
import { fetchAsset } from '../server/ask.ts';
import type { Colours } from './map-shapes.ts';

type World = Parameters<typeof feature>[0];

/** Land and borders that the page brings; over them tiles, where the settings name some. */
export function plainMap({ tiles, credit }: MapView, colours: Colours): StyleSpecification {
  const empty = { type: 'FeatureCollection' as const, features: [] };
  return {
    version: 8,
    sources: {
      land: { type: 'geojson', data: empty, tolerance: 0.3 },
      borders: { type: 'geojson', data: empty, tolerance: 0.3 },
      ...(tiles !== null && {
        tiles: {
          ...{ type: 'raster' as const, tiles: [tiles], tileSize: 256, maxzoom: 19 },
          ...(credit !== null && { attribution: '' }),
        },
      }),
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': colours.line } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colours.paper } },
      {
        id: 'borders',
        type: 'line',
        source: 'borders',
        paint: { 'line-color': colours.ink, 'line-opacity': 0.25, 'line-width': 1 },
      },
      ...(tiles === null ? [] : [{ id: 'tiles', type: 'raster' as const, source: 'tiles' }]),
    ],
  };
}

export interface PlainWorld {
  readonly land: GeoJSON.GeoJSON;
  readonly borders: GeoJSON.GeoJSON;
}

/** The world's land, its countries' borders, and those of the states of the USA. */
export async function loadPlainWorld(): Promise<PlainWorld> {
  const [world, usa] = await Promise.all([fetchAsset<World>(bordersUrl), fetchAsset<World>(statesUrl)]);
  const { land, countries } = world.objects;
  const { states } = usa.objects;
  if (land === undefined || countries === undefined || states === undefined)
    throw new Error('the map brought along is not the one expected');
  const lines = [mesh(world, countries as never), mesh(usa, states as never, (one, other) => one !== other)];
  return {
    land: feature(world, land) as GeoJSON.GeoJSON,
    borders: {
      type: 'FeatureCollection',
      features: lines.map((geometry) => ({ type: 'Feature', geometry, properties: {} })),
    },
  };
}
