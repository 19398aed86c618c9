import { z } from 'zod';
import type { Probe } from '../probe.ts';
import { createGeocoder, type Geocoder, type GeocoderOptions, PLACES_MAX } from './geocoder.ts';

const NAME = 'nominatim';

/** Its coordinates are text. */
const degrees = (most: number) =>
  z
    .string()
    .regex(/^-?\d{1,3}(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(-most).max(most));
const answer = z.array(z.object({ lat: degrees(90), lon: degrees(180), display_name: z.string() }));

/** Places from a Nominatim server. Source: its HTTP API, `/search` in the format `jsonv2`. */
export const nominatim = (options: GeocoderOptions): Geocoder & Probe =>
  createGeocoder(options, {
    name: NAME,
    path: '/search',
    query: (text) => ({ q: text, format: 'jsonv2', limit: String(PLACES_MAX) }),
    answer,
    placesOf: (places) => places.map(({ display_name, lat, lon }) => ({ name: display_name, lat, lon })),
  });
