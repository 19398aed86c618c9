import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ProviderUnavailable } from './provider.ts';

/** What every gzip file begins with, and no text does (RFC 1952, 2.3.1). */
const GZIP = Buffer.from([0x1f, 0x8b]);

const inflate = promisify(gunzip);

/**
 * The body as text, without a byte order mark; a file of gzip, as `.json.gz` lists are, is inflated. Neither what is
 * sent nor what becomes of it is longer than `maxBytes`.
 * @throws ProviderUnavailable `bad-payload` when it is, or cannot be inflated
 */
export async function readBody(response: Response, maxBytes: number, name: string): Promise<string> {
  const unusable = (why: string, cause?: unknown) =>
    new ProviderUnavailable(name, `the answer ${why}`, { kind: 'bad-payload', cause });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw unusable(`is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const sent = Buffer.concat(chunks);
  if (!sent.subarray(0, GZIP.length).equals(GZIP)) return new TextDecoder().decode(sent);
  try {
    return new TextDecoder().decode(await inflate(sent, { maxOutputLength: maxBytes }));
  } catch (error) {
    const isTooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw unusable(isTooLong ? `inflates to more than ${maxBytes} bytes` : 'cannot be inflated', error);
  }
}
