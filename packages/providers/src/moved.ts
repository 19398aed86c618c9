/** Statuses that say where to ask instead. */
const MOVED = new Set([301, 302, 307, 308]);
/** What a question takes along to another server: who asks, and what of the answer is known already. */
const TAKEN_ALONG: readonly string[] = ['accept', 'user-agent', 'if-modified-since'];

/**
 * Where a vendor has moved to, if it may be followed there: on the same origin, or from one server of `domain` to
 * another, over https on its usual port. Undefined: it has not moved, or it may not.
 */
export function movedTo(asked: URL, response: Response, domain: string | undefined): URL | undefined {
  if (domain === undefined || !MOVED.has(response.status)) return undefined;
  const location = response.headers.get('location');
  if (location === null) return undefined;
  const url = URL.parse(location, asked.href);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  if (url.origin === asked.origin) return url;
  const isOf = ({ hostname }: URL) => hostname === domain || hostname.endsWith(`.${domain}`);
  return url.protocol === 'https:' && url.port === '' && isOf(asked) && isOf(url) ? url : undefined;
}

/** The same request as another server may see it. */
export function withoutSecrets(request: RequestInit): RequestInit {
  const headers = Object.entries(request.headers as Record<string, string>);
  return { ...request, headers: Object.fromEntries(headers.filter(([name]) => TAKEN_ALONG.includes(name))) };
}
