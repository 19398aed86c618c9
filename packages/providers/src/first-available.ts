import { ProviderUnavailable } from './provider.ts';

/**
 * Asks the providers in order and returns the first answer.
 * @throws ProviderUnavailable naming every reason when none answered; other errors pass at once.
 */
export async function firstAvailable<P extends { readonly name: string }, T>(
  providers: readonly P[],
  ask: (provider: P) => Promise<T>,
): Promise<T> {
  const reasons: string[] = [];
  for (const provider of providers) {
    try {
      return await ask(provider);
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      reasons.push(error.message);
    }
  }
  throw new ProviderUnavailable('first-available', reasons.join('; ') || 'no provider is configured');
}
