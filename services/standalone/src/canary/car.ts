import { type ChannelName, channelName } from '@outrider/domain';
import { z } from 'zod';
import { type ApiClient, apiClient } from '../demo/api-client.ts';

/** The canary as the doors know it, and whom its warnings are for. */
export interface CanaryCar {
  readonly apiUrl: string;
  readonly framesUrl: string;
  readonly token: string;
  readonly vehicleId: string;
  readonly deviceToken: string;
  readonly deviceTokenId: string;
}

/** For one answer of the api: who does not answer by then is not there. */
const REQUEST_MS = 15_000;

const me = z.looseObject({ channels: z.array(channelName) });
const cars = z.object({
  vehicles: z.array(z.looseObject({ vehicleId: z.string(), isCanary: z.boolean().optional() })),
});
const purposes = z.object({ textVersion: z.string() });
const registered = z.object({ vehicle: z.looseObject({ vehicleId: z.string() }) });
const device = z.object({ tokenId: z.string(), token: z.string() });

/**
 * The person's canary, registered the first time: synthetic, so that no figure counts it, and agreed to nothing but
 * warnings. @throws ApiRefusal, or what fetch throws when nobody answers
 */
export async function findCanary(apiUrl: string, gatewayUrl: string, token: string): Promise<CanaryCar> {
  const client = apiClient(apiUrl, token, REQUEST_MS);
  const { vehicles } = await client.ask('GET', '/v1/vehicles', cars);
  const known = vehicles.find(({ isCanary }) => isCanary === true);
  const vehicleId = known?.vehicleId ?? (await register(client));
  const made = await client.ask('POST', `/v1/vehicles/${vehicleId}/device-tokens`, device);
  return {
    ...{ apiUrl, framesUrl: `${gatewayUrl}/v1/frames`, token, vehicleId },
    ...{ deviceToken: made.token, deviceTokenId: made.tokenId },
  };
}

/** How the canary's person wants to be told now. */
export async function channelsFor(apiUrl: string, token: string): Promise<readonly ChannelName[]> {
  return (await apiClient(apiUrl, token, REQUEST_MS).ask('GET', '/v1/people/me', me)).channels;
}

/** Its device token ends with the process that asked for it. Never throws: a server that is away ends nothing. */
export async function leaveCanary({ apiUrl, token, vehicleId, deviceTokenId }: CanaryCar): Promise<void> {
  await fetch(`${apiUrl}/v1/vehicles/${vehicleId}/device-tokens/${deviceTokenId}`, {
    ...{ method: 'DELETE', headers: { authorization: `Bearer ${token}` } },
    signal: AbortSignal.timeout(REQUEST_MS),
  }).catch(() => {});
}

async function register(client: ApiClient): Promise<string> {
  const { textVersion } = await client.ask('GET', '/v1/purposes', purposes);
  const { vehicle } = await client.ask('POST', '/v1/vehicles', registered, {
    ...{ label: 'Canary', modelId: 'generic-compact', isSynthetic: true, isCanary: true, textVersion },
    consents: { alert_driver: true, show_driver: true },
  });
  return vehicle.vehicleId;
}
