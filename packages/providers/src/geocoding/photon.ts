import { z } from 'zod';
import type { Probe } from '../probe.ts';
import {
  createGeocoder,
  type FoundPlace,
  type Geocoder,
  type GeocoderOptions,
  PLACES_MAX,
} from './geocoder.ts';

const NAME = 'photon';

const word = z.string().optional();
const feature = z.object({
  geometry: z.object({ coordinates: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]) }),
  properties: z.object({
    name: word,
    street: word,
    housenumber: word,
    city: word,
    state: word,
    country: word,
  }),
});
const answer = z.object({ features: z.array(feature) });

/** Places from a Photon server. Source: its HTTP API, `/api`: GeoJSON, longitude first. */
export const photon = (options: GeocoderOptions): Geocoder & Probe =>
  createGeocoder(options, {
    name: NAME,
    path: '/api',
    query: (text) => ({ q: text, limit: String(PLACES_MAX) }),
    answer,
    placesOf: ({ features }) => features.map(placeOf),
  });

function placeOf({ geometry, properties }: z.infer<typeof feature>): FoundPlace {
  const [lon, lat] = geometry.coordinates;
  const { name, street, housenumber, city, state, country } = properties;
  const address = street === undefined ? undefined : `${street} ${housenumber ?? ''}`.trim();
  const words = [name, address, city, state, country].filter((one) => one !== undefined && one !== '');
  return { name: [...new Set(words)].join(', '), lat, lon };
}
