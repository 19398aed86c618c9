import { hashSecret } from '@outrider/runtime';
import type { State } from '@outrider/state';

/** The car a device speaks for. A device token is bound to exactly one. */
export interface Device {
  readonly vehicleId: string;
  readonly tokenHash: string;
}

export type Tokens = Pick<State['tokens'], 'findByHash'>;

/** Longer than any token we make: not worth a hash. */
const TOKEN_LENGTH_MAX = 200;

/** Undefined when the token is unknown, revoked or no device's. @throws when the state store does not answer. */
export async function authenticate(tokens: Tokens, token: string | undefined): Promise<Device | undefined> {
  if (token === undefined || token === '' || token.length > TOKEN_LENGTH_MAX) return undefined;
  const tokenHash = hashSecret(token);
  const vehicleId = await vehicleOf(tokens, tokenHash);
  return vehicleId === undefined ? undefined : { vehicleId, tokenHash };
}

/** The vehicle a token hash speaks for now; undefined once revoked. */
export async function vehicleOf(tokens: Tokens, tokenHash: string): Promise<string | undefined> {
  const token = await tokens.findByHash(tokenHash);
  return token?.kind === 'device' && token.revokedAtMs === null ? token.vehicleId : undefined;
}

/** The token of `Authorization: Bearer …`. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer ([\w~+/.=-]+)$/i.exec(authorization ?? '')?.[1];
