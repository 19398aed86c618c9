import type { IncomingMessage } from 'node:http';
import { type Clock, hashSecret, randomId, randomSecret } from '@outrider/runtime';
import type { State, Token } from '@outrider/state';
import type { Role } from '@outrider/trust';

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

/** Browsers cannot set headers on a WebSocket, so the token may come as `Sec-WebSocket-Protocol: bearer.<token>`. */
export function bearerOfUpgrade(request: IncomingMessage): string | undefined {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const named = offered.find((name) => name.startsWith(SUBPROTOCOL_PREFIX));
  return bearerOf(request) ?? named?.slice(SUBPROTOCOL_PREFIX.length);
}

/** The person behind a token, or undefined when it is unknown, revoked or a device's. */
export async function authenticate(state: State, token: string | undefined): Promise<Principal | undefined> {
  if (token === undefined || token.length > TOKEN_LENGTH_MAX) return undefined;
  const tokenHash = hashSecret(token);
  return principalOf(await state.tokens.findByHash(tokenHash));
}

/** Asks again with the hash alone: long-lived sockets keep no token. */
export async function stillValid(state: State, principal: Principal): Promise<boolean> {
  const found = principalOf(await state.tokens.findByHash(principal.tokenHash));
  return found?.personId === principal.personId && found.role === principal.role;
}

function principalOf(token: Token | undefined): Principal | undefined {
  if (token?.kind !== 'person' || token.revokedAtMs !== null) return undefined;
  return { personId: token.personId, role: token.role, tokenHash: token.tokenHash };
}

/** Creates a token and keeps its hash. The token itself is returned once and never again. */
export async function issuePersonToken(
  state: State,
  personId: string,
  role: Role,
  atMs: number,
): Promise<string> {
  const token = randomSecret('person');
  await state.tokens.insert({
    kind: 'person',
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
