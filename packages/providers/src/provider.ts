/**
 * Why a provider could not tell: too many questions, down or slow, a question it does not take, nothing known of
 * this place or time, a key it refuses, an answer nobody can use. Stable words: they go into metric labels.
 */
export type UnavailableKind =
  | 'rate-limited'
  | 'unavailable'
  | 'bad-request'
  | 'no-data'
  | 'auth'
  | 'bad-payload';

export interface UnavailableOptions extends ErrorOptions {
  /** Default: unavailable. */
  readonly kind?: UnavailableKind;
  /** When asking again makes sense, real time; absent: nobody said. */
  readonly retryAtMs?: number;
}

/** A provider could not tell. The wrapper asks the next one; only when none is left does the floor answer. */
export class ProviderUnavailable extends Error {
  readonly provider: string;
  readonly kind: UnavailableKind;
  readonly retryAtMs: number | undefined;
  constructor(provider: string, why: string, options: UnavailableOptions = {}) {
    super(`${provider}: ${why}`, options);
    this.name = 'ProviderUnavailable';
    this.provider = provider;
    this.kind = options.kind ?? 'unavailable';
    this.retryAtMs = options.retryAtMs;
  }
}
