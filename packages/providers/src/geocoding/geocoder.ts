import type { Position } from '@outrider/domain';
import type { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import type { Probe } from '../probe.ts';

export interface FoundPlace extends Position {
  /** As people say it: name, street, town, country. */
  readonly name: string;
}

/** Finds a place somebody wrote down. What is asked is text of a person: only a server of the settings hears it. */
export interface Geocoder {
  readonly name: string;
  /** The likeliest first, at most five; none when there is no such place. Rejects with `ProviderUnavailable`. */
  find(text: string, signal: AbortSignal): Promise<readonly FoundPlace[]>;
}

/** Answers wanted of one question. */
export const PLACES_MAX = 5;
const NAME_LENGTH = 200;
const TIMEOUT_MS = 4_000;
/** Typing is not a question: one a second, as the public servers demand. */
const BUDGET = { perS: 1, burst: 1 };
/** Servers refuse who does not say what they are. */
const HEADERS = { 'user-agent': 'outrider' };

export type GeocoderOptions = CallerDeps & { readonly baseUrl: string };

/** What geocoders differ in: whom they ask, how, and where the places stand in the answer. */
interface Dialect<T> {
  readonly name: string;
  readonly path: string;
  readonly query: (text: string) => Readonly<Record<string, string>>;
  readonly answer: z.ZodType<T>;
  readonly placesOf: (answer: T) => readonly FoundPlace[];
}

export function createGeocoder<T>(options: GeocoderOptions, dialect: Dialect<T>): Geocoder & Probe {
  const { name, path, query, answer, placesOf } = dialect;
  const caller = createCaller({
    ...{ ...options, name, timeoutMs: TIMEOUT_MS, headers: HEADERS, budget: BUDGET, isPersonal: true },
  });
  const find: Geocoder['find'] = async (text, signal) =>
    placesOf((await caller.askJson({ path, query: query(text), signal }, answer)).value)
      .flatMap((place) => (place.name === '' ? [] : [{ ...place, name: place.name.slice(0, NAME_LENGTH) }]))
      .slice(0, PLACES_MAX);
  return {
    name,
    kind: 'geocoding',
    find,
    probe: async (signal) => `${(await find('Berlin', signal)).length} places called Berlin`,
  };
}
