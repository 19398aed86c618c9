import type { IncomingMessage } from 'node:http';

/** Where people reach us besides the name in the request, e.g. behind a proxy that changes it; else undefined. */
type PublicUrl = string | undefined;

/** The page that asks is ours: of the host it asks, or of where people reach us. */
export function isOurs(origin: string, { headers }: IncomingMessage, publicUrl: PublicUrl): boolean {
  if (!URL.canParse(origin)) return false;
  const { host, origin: asked } = new URL(origin);
  return host === headers.host || (publicUrl !== undefined && new URL(publicUrl).origin === asked);
}

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

/**
 * Whether a cookie counts. A browser sends it by itself, also when somebody else's page makes it ask: so it counts
 * only where the browser says that a page of ours asks, and, unless something is to be changed, where it says nothing.
 */
export function mayUseCookie(request: IncomingMessage, publicUrl: PublicUrl): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && !isOurs(origin, request, publicUrl)) return false;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin !== undefined || site === 'same-origin' || SAFE_METHODS.includes(request.method ?? '');
}
