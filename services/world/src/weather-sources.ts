import {
  cachedVendor,
  type ForecastVendor,
  keptForecasts,
  type MetNorwayDeps,
  metNorway,
  nwsGrid,
  openMeteo,
  type Probe,
  type WeatherProvider,
  type WeatherVendor,
  weatherProbe,
} from '@outrider/providers';
import { SettingsError, type SettingsOf } from '@outrider/runtime';
import type { worldSettings } from './settings.ts';

export type WeatherSettings = Pick<
  SettingsOf<typeof worldSettings>,
  'openMeteoUrl' | 'openMeteoKey' | 'metNorwayUrl' | 'nwsUrl' | 'providerContact' | 'weatherOrder'
>;

export interface WeatherSources {
  /** In the order they are asked; what they said lately comes last. */
  readonly weather: readonly WeatherProvider[];
  /** A question for each of them, past what is kept. */
  readonly probes: readonly Probe[];
}

/** Places each of them must know. */
const OSLO = { lat: 59.91, lon: 10.75 };
const WASHINGTON = { lat: 38.89, lon: -77.04 };

/**
 * Those the settings name; none of them by default.
 * @throws SettingsError when one is named that wants a contact, and there is none
 */
export function weatherSources(settings: WeatherSettings, deps: MetNorwayDeps): WeatherSources {
  const vendors = settings.weatherOrder.flatMap((name) => vendorOf(name, settings, deps) ?? []);
  const cached = vendors.map((vendor) => cachedVendor(vendor, deps));
  return {
    weather:
      cached.length === 0
        ? []
        : [...cached.map(({ provider }) => provider), keptForecasts(cached, deps.clock)],
    probes: vendors.map((vendor) =>
      weatherProbe(vendor, vendor.name === 'nws-grid' ? WASHINGTON : OSLO, deps.clock),
    ),
  };
}

function vendorOf(
  name: WeatherVendor,
  settings: WeatherSettings,
  deps: MetNorwayDeps,
): ForecastVendor | undefined {
  const { openMeteoUrl, openMeteoKey, metNorwayUrl, nwsUrl } = settings;
  if (name === 'open-meteo')
    return openMeteoUrl === undefined
      ? undefined
      : openMeteo({ url: openMeteoUrl, ...(openMeteoKey === undefined ? {} : { key: openMeteoKey }) }, deps);
  if (name === 'met-norway')
    return metNorwayUrl === undefined
      ? undefined
      : metNorway({ url: metNorwayUrl, contact: contactOf(settings, 'MET_NORWAY_URL') }, deps);
  return nwsUrl === undefined
    ? undefined
    : nwsGrid({ url: nwsUrl, contact: contactOf(settings, 'NWS_URL') }, deps);
}

function contactOf({ providerContact }: WeatherSettings, setting: string): string {
  if (providerContact === undefined)
    throw new SettingsError([`PROVIDER_CONTACT is missing: ${setting} refuses whoever does not give one.`]);
  return providerContact;
}
