import type { Clock } from '@outrider/runtime';
import { ProviderUnavailable, type UnavailableKind } from './provider.ts';

export interface Refusal {
  readonly kind?: UnavailableKind;
  /** When asking again makes sense. */
  readonly retryAtMs?: number;
}

interface Refusing {
  readonly name: string;
  readonly clock: Clock;
  readonly secrets?: readonly (string | undefined)[];
  readonly isPersonal?: boolean;
  readonly readRefusal?: (status: number, text: string, nowMs: number) => Refusal;
}

/** So much of what a vendor says is repeated in an error. */
const SAID_LENGTH = 120;

/** What an answer that is none means. */
export function refusalOf(
  { name, clock, readRefusal, secrets = [], isPersonal = false }: Refusing,
  { status, headers, text }: { readonly status: number; readonly headers: Headers; readonly text: string },
): ProviderUnavailable {
  const nowMs = clock.nowMs();
  const said = isPersonal ? '' : plainWords(text, secrets);
  const own = readRefusal?.(status, text, nowMs) ?? {};
  const kind = own.kind ?? kindOf(status);
  const isPassing = kind === 'rate-limited' || kind === 'unavailable';
  const retryAtMs =
    own.retryAtMs ?? (isPassing ? retryAfterMs(headers.get('retry-after'), nowMs) : undefined);
  return new ProviderUnavailable(name, `answered ${status}${said === '' ? '' : ` (${said})`}`, {
    kind,
    ...(retryAtMs === undefined ? {} : { retryAtMs }),
  });
}

/** The beginning of a vendor's words: errors reach logs and terminals, so neither our keys nor control characters. */
function plainWords(text: string, secrets: readonly (string | undefined)[]): string {
  let said = text.slice(0, 4_096);
  for (const secret of secrets) if (secret?.trim()) said = said.replaceAll(secret.trim(), '[secret]');
  return said
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, SAID_LENGTH);
}

/** What a status means, for vendors that keep to HTTP. */
function kindOf(status: number): UnavailableKind {
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 422) return 'no-data';
  return status >= 500 || status === 408 ? 'unavailable' : 'bad-request';
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header === '') return undefined;
  const atMs = /^\d+$/.test(header) ? nowMs + 1000 * Number(header) : Date.parse(header);
  return Number.isNaN(atMs) ? undefined : atMs;
}
