import type { Clock } from '@outrider/runtime';

/** The other way: what is called when warnings do not arrive, over nothing of Outrider. */
export interface Pager {
  /** False when nobody could be reached; never throws. */
  page(event: PageEvent): Promise<boolean>;
  /** Says that a round was good, so that somebody else notices when none says so any more. */
  sayAlive(): Promise<boolean>;
}

export interface PageEvent {
  readonly event: 'trigger' | 'resolve';
  readonly summary: string;
  /** As `rule by channel`. */
  readonly missing: readonly string[];
  readonly at: string;
}

/** The same for all pages of one trouble, so that a receiver can tell a repeat. */
const DEDUP_KEY = 'outrider-canary';
const TRIES = 3;
const PAUSE_MS = 2_000;
const REQUEST_MS = 10_000;

/** @param pageUrl is posted a `PageEvent` with its `dedupKey`; `aliveUrl` is posted nothing, after each good round */
export function createPager(
  { pageUrl, aliveUrl }: { readonly pageUrl: string | undefined; readonly aliveUrl: string | undefined },
  realClock: Clock,
): Pager {
  const post = async (url: string | undefined, body: object): Promise<boolean> => {
    if (url === undefined) return true;
    for (let tries = 1; ; tries++) {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(REQUEST_MS),
          redirect: 'error',
        });
        if (response.ok) return true;
      } catch {
        // Told by the result: the URL may hold a secret, and so may what fetch says of it.
      }
      if (tries === TRIES) return false;
      await realClock.sleep(PAUSE_MS);
    }
  };
  return {
    page: (event) => post(pageUrl, { ...event, dedupKey: DEDUP_KEY }),
    sayAlive: () => post(aliveUrl, {}),
  };
}
