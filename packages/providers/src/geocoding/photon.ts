import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import type { Probe } from '../probe.ts';
import {
  type FoundPlace,
  GEOCODER_BUDGET,
  GEOCODER_HEADERS,
  GEOCODER_TIMEOUT_MS,
  type Geocoder,
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
export function photon(options: CallerDeps & { readonly baseUrl: string }): Geocoder & Probe {
  const caller = createCaller({
    ...options,
    name: NAME,
    timeoutMs: GEOCODER_TIMEOUT_MS,
    headers: GEOCODER_HEADERS,
    budget: GEOCODER_BUDGET,
  });
  const find: Geocoder['find'] = async (text, signal) => {
    const query = { q: text, limit: String(PLACES_MAX) };
    const { value } = await caller.askJson({ path: '/api', query, signal }, answer);
    return value.features.slice(0, PLACES_MAX).map(placeOf);
  };
  return {
    name: NAME,
    kind: 'geocoding',
    find,
    probe: async (signal) => `${(await find('Berlin', signal)).length} places called Berlin`,
  };
}

function placeOf({ geometry, properties }: z.infer<typeof feature>): FoundPlace {
  const [lon, lat] = geometry.coordinates;
  const { name, street, housenumber, city, state, country } = properties;
  const address = street === undefined ? undefined : `${street} ${housenumber ?? ''}`.trim();
  const words = [name, address, city, state, country].filter((one) => one !== undefined && one !== '');
  return { name: [...new Set(words)].join(', '), lat, lon };
}
