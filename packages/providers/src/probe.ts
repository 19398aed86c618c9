/** One question to one configured provider, for whoever wants to know whether it answers. */
export interface Probe {
  readonly name: string;
  readonly kind: 'weather' | 'routing' | 'charging' | 'geocoding' | 'vehicles' | 'trips';
  /** What it answered, in a few words. Rejects with `ProviderUnavailable` when it cannot tell. */
  probe(signal: AbortSignal): Promise<string>;
}
