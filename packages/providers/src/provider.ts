/** A provider could not tell. The wrapper asks the next one; only when none is left does the floor answer. */
export class ProviderUnavailable extends Error {
  readonly provider: string;
  constructor(provider: string, why: string, options?: ErrorOptions) {
    super(`${provider}: ${why}`, options);
    this.name = 'ProviderUnavailable';
    this.provider = provider;
  }
}
