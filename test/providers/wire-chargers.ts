import type { ChargingLocation } from '@outrider/domain';

/** The charging places of a drive as an OCPI 2.2.1 peer lists them, one page. */
export const ocpiAnswer = (
  places: readonly ChargingLocation[],
  { nowMs, ageMs }: { nowMs: number; ageMs: number },
) => ({
  status_code: 1000,
  timestamp: new Date(nowMs).toISOString(),
  data: places.map((place) => locationOf(place, new Date(nowMs - ageMs).toISOString())),
});

function locationOf({ locationId, name, lat, lon, evses }: ChargingLocation, lastUpdated: string) {
  return {
    ...{ country_code: 'US', party_id: 'OUT', id: locationId, publish: true, name },
    coordinates: { latitude: lat.toFixed(6), longitude: lon.toFixed(6) },
    time_zone: 'Etc/UTC',
    evses: evses.map(({ uid, status, connectors }) => ({
      ...{ uid, status },
      connectors: connectors.map(({ standard, powerType, maxPowerKw }, i) => ({
        ...{ id: String(i + 1), standard, format: 'CABLE', power_type: powerType },
        ...{ max_voltage: 400, max_amperage: Math.round((maxPowerKw * 1000) / 400) },
        max_electric_power: Math.round(maxPowerKw * 1000),
        last_updated: lastUpdated,
      })),
      last_updated: lastUpdated,
    })),
    last_updated: lastUpdated,
  };
}
