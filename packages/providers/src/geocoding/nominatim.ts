import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import type { Probe } from '../probe.ts';
import {
  GEOCODER_BUDGET,
  GEOCODER_HEADERS,
  GEOCODER_TIMEOUT_MS,
  type Geocoder,
  PLACES_MAX,
} from './geocoder.ts';

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
export function nominatim(options: CallerDeps & { readonly baseUrl: string }): Geocoder & Probe {
  const caller = createCaller({
    ...options,
    name: NAME,
    timeoutMs: GEOCODER_TIMEOUT_MS,
    headers: GEOCODER_HEADERS,
    budget: GEOCODER_BUDGET,
  });
  const find: Geocoder['find'] = async (text, signal) => {
    const query = { q: text, format: 'jsonv2', limit: String(PLACES_MAX) };
    const { value } = await caller.askJson({ path: '/search', query, signal }, answer);
    return value.slice(0, PLACES_MAX).map(({ display_name, lat, lon }) => ({ name: display_name, lat, lon }));
  };
  return {
    name: NAME,
    kind: 'geocoding',
    find,
    probe: async (signal) => `${(await find('Berlin', signal)).length} places called Berlin`,
  };
}
