import type { Position } from '@outrider/domain';

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
export const GEOCODER_TIMEOUT_MS = 4_000;
/** Typing is not a question: one a second, as the public servers demand. */
export const GEOCODER_BUDGET = { perS: 1, burst: 1 };
/** Servers refuse who does not say what they are. */
export const GEOCODER_HEADERS = { 'user-agent': 'outrider' };
