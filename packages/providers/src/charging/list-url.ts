import { type Caller, type CallerDeps, createCaller } from '../caller.ts';

/** Lists are long: 30 s for a page of them, which may be all of a country in one file. */
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 256_000_000;

/** Where a source's list is, as the settings name it; its query narrows the list down (a country, a state). */
export interface ListUrl {
  readonly origin: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export function listUrlOf(text: string): ListUrl {
  const url = new URL(text);
  return { origin: url.origin, path: url.pathname, query: Object.fromEntries(url.searchParams) };
}

export const listCaller = (
  { clock, random, fetch }: CallerDeps,
  name: string,
  { origin }: ListUrl,
  headers: Readonly<Record<string, string>>,
  secrets: readonly (string | undefined)[],
): Caller =>
  createCaller({
    ...{ clock, random, fetch, name, headers, secrets },
    baseUrl: origin,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MOST_BYTES,
  });
