import { distanceM, type Position } from '@outrider/domain';
import {
  type CallerDeps,
  createMemory,
  type FoundPlace,
  firstAvailable,
  type Geocoder,
  type NamedPlace,
  nominatim,
  type Probe,
  ProviderUnavailable,
  photon,
} from '@outrider/providers';
import type { ApiSettings } from './settings.ts';

/** What was found of some texts. */
export interface FoundPlaces {
  /** By the text that was asked for. */
  readonly found: readonly NamedPlace[];
  /** Nobody could tell now: neither that there is such a place nor that there is none. */
  readonly unanswered: ReadonlySet<string>;
}

/** Looks places up by what a person wrote; only the text leaves us. */
export interface PlaceFinder {
  /** The likeliest first; undefined when nobody could tell now. */
  look(text: string, signal: AbortSignal): Promise<readonly FoundPlace[] | undefined>;
  /** At most a few texts are asked for at a time, the others are unanswered; `near` stays here. Never rejects. */
  find(texts: ReadonlySet<string>, near: Position, signal: AbortSignal | undefined): Promise<FoundPlaces>;
}

/** A namesake farther away than anybody drives is not what was meant. */
const FARTHEST_M = 1_000_000;
/** Servers allow one question a second, and nobody waits long for a calendar. */
const ASKED_AT_ONCE = 5;
/** Texts remembered, in memory only, and for how long. */
const REMEMBERED = 2_000;
const REMEMBERED_MS = 86_400_000;

type GeocoderSettings = Pick<ApiSettings, 'photonUrl' | 'nominatimUrl'>;

/** Those the settings name, in the order they are asked; none of them by default. */
export const geocoders = (
  { photonUrl, nominatimUrl }: GeocoderSettings,
  deps: CallerDeps,
): readonly (Geocoder & Probe)[] => [
  ...(photonUrl === undefined ? [] : [photon({ ...deps, baseUrl: photonUrl })]),
  ...(nominatimUrl === undefined ? [] : [nominatim({ ...deps, baseUrl: nominatimUrl })]),
];

/** Undefined when the settings name no server: nobody is asked. */
export function createPlaceFinder(settings: GeocoderSettings, deps: CallerDeps): PlaceFinder | undefined {
  const known = geocoders(settings, deps);
  if (known.length === 0) return undefined;
  const memory = createMemory<{ readonly places: readonly FoundPlace[]; readonly atMs: number }>(REMEMBERED);

  const remembered = (text: string): readonly FoundPlace[] | undefined => {
    const known = memory.get(text);
    return known && deps.clock.nowMs() - known.atMs < REMEMBERED_MS ? known.places : undefined;
  };
  const ask = async (text: string, signal: AbortSignal): Promise<readonly FoundPlace[] | undefined> => {
    try {
      const places = await firstAvailable(known, (geocoder) => geocoder.find(text, signal));
      memory.set(text, { places, atMs: deps.clock.nowMs() });
      return places;
    } catch (error) {
      if (error instanceof ProviderUnavailable) return undefined;
      throw error;
    }
  };

  return {
    look: async (text, signal) => remembered(text) ?? ask(text, signal),
    async find(texts, near, signal = new AbortController().signal) {
      const found: NamedPlace[] = [];
      const unanswered = new Set<string>();
      let asked = 0;
      for (const text of texts) {
        let places = remembered(text);
        if (places === undefined && asked < ASKED_AT_ONCE) {
          asked += 1;
          places = await ask(text, signal);
        }
        const place = places?.find((one) => distanceM(near, one) <= FARTHEST_M);
        if (places === undefined) unanswered.add(text);
        else if (place !== undefined) found.push({ name: text, lat: place.lat, lon: place.lon });
      }
      return { found, unanswered };
    },
  };
}
