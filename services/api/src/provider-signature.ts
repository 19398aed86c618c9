import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Twilio's signature of a form: HMAC-SHA1 over the whole address as the provider knows it, followed by each field's
 * name and value in the order of the names; the values of one name once each, in order.
 */
export function signatureOf(authToken: string, url: string, form: URLSearchParams): string {
  let signed = url;
  for (const name of [...new Set(form.keys())].toSorted())
    for (const value of [...new Set(form.getAll(name))].toSorted()) signed += `${name}${value}`;
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** Slack's signature of a body as it came: HMAC-SHA256 over version, the moment it was sent and the body. */
export const slackSignatureOf = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

/** In constant time. */
export function isSignedBySlack(
  said: string | undefined,
  secret: string,
  timestamp: string | undefined,
  body: string,
): boolean {
  const given = Buffer.from(said ?? '');
  const own = Buffer.from(slackSignatureOf(secret, timestamp ?? '', body));
  return timestamp !== undefined && own.length === given.length && timingSafeEqual(own, given);
}

/** In constant time; any of the tokens, so that one can be changed while texts are on their way. */
export function isSigned(
  said: string | undefined,
  authTokens: readonly string[],
  url: string,
  form: URLSearchParams,
): boolean {
  const given = Buffer.from(said ?? '');
  const matches = authTokens.map((token) => {
    const own = Buffer.from(signatureOf(token, url, form));
    return own.length === given.length && timingSafeEqual(own, given);
  });
  return matches.includes(true);
}
