import type { IncomingMessage } from 'node:http';
import { type Clock, hashSecret, randomId, randomSecret } from '@outrider/runtime';
import type { State, Token } from '@outrider/state';
import type { Role } from '@outrider/trust';
import { mayUseCookie } from './own-origin.ts';

/** Who is asking: a person, in the role of the token shown. */
export interface Principal {
  readonly personId: string;
  readonly role: Role;
  readonly tokenHash: string;
}

export const ROLES = ['driver', 'crew', 'operator', 'product', 'admin'] as const satisfies readonly Role[];

/** Who may own a car here. Staff who drive have a second token for it: a role never mixes the two. */
export const OWNER_ROLES = ['driver'] as const satisfies readonly Role[];
/** Who helps: sees warnings of drivers who allowed being warned. */
export const HELPER_ROLES = ['crew', 'operator'] as const satisfies readonly Role[];

/** Longer than any token of ours; saves hashing what cannot be one. */
const TOKEN_LENGTH_MAX = 200;
const SUBPROTOCOL_PREFIX = 'bearer.';

/** `Authorization: Bearer …`, nothing else. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A secret as it was shown, and what it is taken for: a program's token, or what a page was given. */
export interface Shown {
  readonly kind: 'person' | 'session';
  readonly secret: string;
}

/** What a request shows: a bearer token, or the cookie of a page of ours. */
export function shownBy(request: IncomingMessage, publicUrl: string | undefined): Shown | undefined {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return { kind: 'person', secret: bearer };
  const secret = mayUseCookie(request, publicUrl) ? cookieOf(request) : undefined;
  return secret === undefined ? undefined : { kind: 'session', secret };
}

/** Browsers cannot set headers on a WebSocket, so the token may come as `Sec-WebSocket-Protocol: bearer.<token>`. */
export function shownByUpgrade(request: IncomingMessage, publicUrl: string | undefined): Shown | undefined {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const secret = offered
    .find((name) => name.startsWith(SUBPROTOCOL_PREFIX))
    ?.slice(SUBPROTOCOL_PREFIX.length);
  return secret === undefined ? shownBy(request, publicUrl) : { kind: 'person', secret };
}

const SESSION_COOKIE = 'outrider_session';

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const cookies = headers.cookie?.split(';').map((one) => one.trim()) ?? [];
  return cookies.find((one) => one.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

/** How long a page stays signed in: 30 days from when it was. */
export const SESSION_LIVES_MS = 30 * 86_400_000;
/** How long somebody may take to follow the link that signs them in. */
export const SIGN_IN_LIVES_MS = 15 * 60_000;

/** The `Set-Cookie` of a session, or the one that ends it. No script can read it, and no other site makes it come along. */
export function sessionCookie(secret: string | undefined, publicUrl: string | undefined): string {
  const life = secret === undefined ? 0 : SESSION_LIVES_MS / 1000;
  const isTls = publicUrl?.startsWith('https:') === true;
  return `${SESSION_COOKIE}=${secret ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}${isTls ? '; Secure' : ''}`;
}

/** The person behind what was shown, or undefined when it is unknown, revoked, over or a device's. */
export async function authenticate(
  state: State,
  shown: Shown | undefined,
  nowMs: number,
): Promise<Principal | undefined> {
  if (shown === undefined || shown.secret.length > TOKEN_LENGTH_MAX) return undefined;
  const token = await state.tokens.findByHash(hashSecret(shown.secret));
  return token?.kind === shown.kind ? principalOf(token, nowMs) : undefined;
}

/** Asks again with the hash alone: long-lived sockets keep no token. */
export async function stillValid(state: State, principal: Principal, nowMs: number): Promise<boolean> {
  const found = principalOf(await state.tokens.findByHash(principal.tokenHash), nowMs);
  return found?.personId === principal.personId && found.role === principal.role;
}

function principalOf(token: Token | undefined, nowMs: number): Principal | undefined {
  if (token === undefined || token.revokedAtMs !== null) return undefined;
  if (token.kind !== 'person' && token.kind !== 'session') return undefined;
  if (token.kind === 'session' && nowMs >= token.createdAtMs + SESSION_LIVES_MS) return undefined;
  return { personId: token.personId, role: token.role, tokenHash: token.tokenHash };
}

/** Creates a token of that kind and keeps its hash. The token itself is returned once and never again. */
export async function issuePersonToken(
  state: State,
  personId: string,
  role: Role,
  atMs: number,
  kind: 'person' | 'session' | 'sign-in' = 'person',
): Promise<string> {
  const token = randomSecret(kind);
  await state.tokens.insert({
    kind,
    tokenHash: hashSecret(token),
    personId,
    role,
    createdAtMs: atMs,
    revokedAtMs: null,
  });
  return token;
}

/** A car's token, bound to that one vehicle; see `issuePersonToken`. */
export async function issueDeviceToken(
  state: State,
  vehicleId: string,
  atMs: number,
): Promise<{ readonly tokenId: string; readonly token: string }> {
  const token = randomSecret('device');
  const tokenHash = hashSecret(token);
  await state.tokens.insert({ kind: 'device', tokenHash, vehicleId, createdAtMs: atMs, revokedAtMs: null });
  return { tokenId: tokenIdOf(tokenHash), token };
}

/** Names a token without being one: part of its hash. */
export const tokenIdOf = (tokenHash: string): string => tokenHash.slice(0, 16);

/**
 * The first admin token of a new installation, or undefined when there is an admin already.
 * Whoever starts the server prints it once; only its hash is kept.
 */
export async function ensureAdminToken(state: State, clock: Clock): Promise<string | undefined> {
  return state.transaction(async (tx) => {
    if ((await tx.tokens.countAdmins()) > 0) return undefined;
    const personId = randomId('per');
    const atMs = clock.nowMs();
    await tx.people.insert({
      personId,
      name: 'Administrator',
      email: null,
      phone: null,
      webhookUrl: null,
      webhookSecret: null,
      language: 'en',
      units: 'metric',
      timeZone: 'UTC',
      quietFromMinute: null,
      quietToMinute: null,
      channels: ['feed'],
      createdAtMs: atMs,
    });
    return issuePersonToken(tx, personId, 'admin', atMs);
  });
}
