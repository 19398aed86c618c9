/** What may follow the `?` of a PostgreSQL URL: how the connection is protected, and how it is called. */
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'];
/** The others of libpq would fall back to no protection, or not look who answers. */
const SSL_MODES = ['disable', 'verify-full'];

/**
 * Looks a PostgreSQL URL over before it is used. TLS: `?sslmode=verify-full`, with `&sslrootcert=<file>` for a
 * certificate authority of one's own; without it the connection is in clear.
 * @throws Error that never shows the URL: it holds a password
 */
export function checkPostgresUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(ql)?:$/.test(parsed.protocol))
    throw new Error('the state URL cannot be read: it must be postgres://user:password@host:port/database');
  if (parsed.hostname === '' || parsed.pathname.length < 2)
    throw new Error(
      'the state URL names no host or no database: postgres://user:password@host:port/database',
    );
  const unknown = [...parsed.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new Error(`the state URL has a parameter that is none of ${PARAMETERS.join(', ')}`);
  const mode = parsed.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode))
    throw new Error(`the state URL has an sslmode that is none of ${SSL_MODES.join(', ')}`);
  const files = ['sslrootcert', 'sslcert', 'sslkey'];
  if (mode !== 'verify-full' && files.some((name) => parsed.searchParams.has(name)))
    throw new Error('the state URL names certificates without sslmode=verify-full');
}

/** Passwords cross the network unprotected, unless it ends within this machine. */
export function isInClear(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return !isHere && searchParams.get('sslmode') !== 'verify-full';
}
