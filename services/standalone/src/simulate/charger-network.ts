import type { ChargingLocation } from '@outrider/domain';
import type { Fleet } from '@outrider/fleet';
import { z } from 'zod';

/** The network of chargers that do not exist: to the services an OCPI peer that pushes. */
export interface ChargerNetwork {
  /** Pushes what is otherwise than it was told last; resolves once all of it is durable. Returns how many places. */
  tell(atMs: number): Promise<number>;
}

/** XX is a country that nobody has. */
const [COUNTRY, PARTY] = ['XX', 'SYN'];
const OWNER = `${COUNTRY}*${PARTY}*`;

/** By which the services know a site of the fleet. */
export const locationIdOf = (siteId: string): string => OWNER + siteId;

/** Of a place of another network: its id as it is, which no site has. */
export const siteIdOf = (locationId: string): string =>
  locationId.startsWith(OWNER) ? locationId.slice(OWNER.length) : locationId;

const AT_ONCE = 8;
const TIMEOUT_MS = 30_000;
const OCPI_TAKEN = 1_000;
const answered = z.object({ status_code: z.literal(OCPI_TAKEN) });

/** @param baseUrl where the world listens for pushes */
export function createChargerNetwork(
  fleet: Pick<Fleet, 'chargersAt'>,
  { baseUrl, token }: { readonly baseUrl: string; readonly token: string },
): ChargerNetwork {
  const told = new Map<string, string>();
  const push = async (place: ChargingLocation, atMs: number): Promise<void> => {
    const url = `${baseUrl}/ocpi/emsp/2.2.1/locations/${COUNTRY}/${PARTY}/${place.locationId}`;
    const response = await fetch(url, {
      method: 'PUT',
      headers: {
        authorization: `Token ${Buffer.from(token).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(ocpiOf(place, atMs)),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said = await response.text();
    if (!response.ok)
      throw new Error(`a push of ${place.locationId} was answered ${response.status}: ${said}`);
    answered.parse(JSON.parse(said));
  };
  return {
    async tell(atMs) {
      const changed = fleet.chargersAt(atMs).filter((place) => told.get(place.locationId) !== stateOf(place));
      for (let first = 0; first < changed.length; first += AT_ONCE)
        await Promise.all(changed.slice(first, first + AT_ONCE).map((place) => push(place, atMs)));
      for (const place of changed) told.set(place.locationId, stateOf(place));
      return changed.length;
    },
  };
}

/** What a driver may count on there; when it was last looked at is no news. */
const stateOf = ({ evses }: ChargingLocation): string =>
  evses.map(({ status, connectors }) => `${status} ${connectors.map(({ maxPowerKw }) => maxPowerKw)}`).join();

/** As OCPI 2.2.1 has it. */
function ocpiOf({ locationId, name, lat, lon, evses }: ChargingLocation, atMs: number): object {
  const last_updated = new Date(atMs).toISOString();
  return {
    ...{ country_code: COUNTRY, party_id: PARTY, id: locationId, publish: true, name },
    ...{ address: 'synthetic', city: 'synthetic', country: 'ZZZ', time_zone: 'Europe/Berlin', last_updated },
    coordinates: { latitude: lat.toFixed(5), longitude: lon.toFixed(5) },
    evses: evses.map(({ uid, status, connectors }) => ({
      ...{ uid, status, last_updated },
      connectors: connectors.map(({ standard, powerType, maxPowerKw }, i) => ({
        ...{ id: `${i + 1}`, standard, format: 'CABLE', power_type: powerType, last_updated },
        max_electric_power: Math.round(1_000 * maxPowerKw),
      })),
    })),
  };
}
