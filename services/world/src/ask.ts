import { firstAvailable, ProviderUnavailable } from '@outrider/providers';

export interface Asking {
  /** Aborts when the snapshot has waited long enough. */
  readonly signal: AbortSignal;
}

/**
 * Asks the providers in order until one answers or the time is up; whoever is slow, or fails because the time
 * is up, counts as one that cannot tell. A provider that hears no signal is left alone with its answer.
 * @throws ProviderUnavailable when nobody answered; other errors pass
 */
export function askFirst<P extends { readonly name: string }, T>(
  providers: readonly P[],
  signal: AbortSignal,
  ask: (provider: P) => Promise<T>,
): Promise<T> {
  return firstAvailable(providers, async (provider) => {
    try {
      return await beforeAbort(ask(provider), signal);
    } catch (error) {
      if (!signal.aborted || error instanceof ProviderUnavailable) throw error;
      throw new ProviderUnavailable(provider.name, 'took too long', { cause: error });
    }
  });
}

async function beforeAbort<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  // An answer that is there already counts, however late the question came.
  if (signal.aborted) setImmediate(abort);
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    promise.catch(() => undefined);
    answer.catch(() => undefined);
  }
}
