import type { ForecastView, StopShown } from '../server/answers.ts';

/** What a glance has to tell. */
export type Verdict =
  | { readonly kind: 'sure' | 'likely' | 'open' | 'unlikely'; readonly stop: StopShown }
  /** Watched, and nothing is ahead. */
  | { readonly kind: 'nothing-ahead' }
  /** Nobody can tell; `why` in the api's words. Never read as "fine". */
  | {
      readonly kind: 'not-watching';
      readonly why: string;
      readonly since?: string;
      readonly lastKnown?: { readonly at: string; readonly socPct: number; readonly stop?: StopShown };
    }
  | { readonly kind: 'no-forecast' };

/** Probabilities of falling below the reserve: from where people are told, and where messages say that it may go either way. */
const TOLD_FROM = 1 / 11;
const UNCERTAIN_FROM = 0.35;
const UNCERTAIN_TO = 0.75;

/**
 * The forecast in one word. A forecast whose time is over while the page hears nothing says so itself.
 * @param nowMs the server's time
 */
export function verdictOf(forecast: ForecastView | undefined, nowMs: number): Verdict {
  if (forecast === undefined) return { kind: 'no-forecast' };
  const { watch, validUntil } = forecast;
  if (watch.state === 'not-watching') {
    const { state: _, ...rest } = watch;
    return { kind: 'not-watching', ...rest };
  }
  const { stop } = watch;
  if (validUntil !== undefined && nowMs > Date.parse(validUntil) + GRACE_MS) {
    const lastKnown = { at: forecast.madeAt, socPct: forecast.socPct, ...(stop && { stop }) };
    return { kind: 'not-watching', why: 'no newer forecast came', since: validUntil, lastKnown };
  }
  if (stop === undefined) return { kind: 'nothing-ahead' };
  const below = 1 - stop.sure;
  if (below < TOLD_FROM) return { kind: 'sure', stop };
  if (below < UNCERTAIN_FROM) return { kind: 'likely', stop };
  return { kind: below <= UNCERTAIN_TO ? 'open' : 'unlikely', stop };
}

/** As the api waits before it says so. */
const GRACE_MS = 2 * 60_000;
