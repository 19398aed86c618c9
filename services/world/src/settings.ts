import { chargerSourceNames, WEATHER_VENDORS, type WeatherVendor } from '@outrider/providers';
import {
  healthSettings,
  integer,
  nonEmpty,
  number,
  oneOf,
  optional,
  port,
  processSettings,
  text,
  url,
} from '@outrider/runtime';

/** @throws Error for a name that no source has */
function sourceNames(value: string): readonly string[] {
  return value.split(',').map((name) => oneOf(...chargerSourceNames)(name.trim()));
}

/** What can stand in a header and be written to. */
function contact(value: string): string {
  if (!/^[\x21-\x7e]{3,200}$/.test(value) || !/@|:\/\//.test(value))
    throw new Error('is neither a mail address nor a page');
  return value;
}

/** Printable, and too long to be guessed. */
function pushToken(value: string): string {
  if (!/^[\x21-\x7e]{16,255}$/.test(value)) throw new Error('is not 16 to 255 printable characters');
  return value;
}

function weatherOrder(value: string): readonly WeatherVendor[] {
  const names = value.split(',').map((name) => name.trim());
  const known = WEATHER_VENDORS.filter((name) => names.includes(name));
  if (known.length !== names.length)
    throw new Error(`is not a list of ${WEATHER_VENDORS.join(', ')}, each once`);
  return names as WeatherVendor[];
}

export const worldSettings = {
  chargersFile: {
    env: 'CHARGERS_FILE',
    about: 'Charging places: a .geojson, .csv or .osm.geojson file.',
    parse: optional(text),
    default: '',
  },
  ocpiUrl: {
    env: 'OCPI_URL',
    about:
      'Charging places: the Locations endpoint of an OCPI peer, or a list of them as a .json or .json.gz file.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  ocpiToken: {
    env: 'OCPI_TOKEN',
    about: 'The token that peer gave us.',
    parse: optional(text),
    default: '',
    secret: true,
  },
  ocpiTokenEncoding: {
    env: 'OCPI_TOKEN_ENCODING',
    about: 'How that token is sent: base64 as OCPI 2.2 has it, or raw as OCPI 2.1.1 and many peers want it.',
    parse: oneOf('base64', 'raw'),
    default: 'base64',
  },
  ocpiPushToken: {
    env: 'OCPI_PUSH_TOKEN',
    about: 'The token an OCPI peer uses to push locations to us; without it nobody can.',
    parse: optional(pushToken),
    default: '',
    secret: true,
  },
  ocpiPushHost: {
    env: 'OCPI_PUSH_HOST',
    about: 'Address to listen on for pushed locations. Anything but loopback belongs behind a TLS proxy.',
    parse: nonEmpty,
    default: '127.0.0.1',
  },
  ocpiPushPort: {
    env: 'OCPI_PUSH_PORT',
    about: 'Port for pushed locations; 0 takes a free one.',
    parse: port,
    default: '8082',
  },
  ocpiPushUrl: {
    env: 'OCPI_PUSH_URL',
    about:
      'Where the peer reaches that port; told in the versions document. Default: the address listened on.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  openChargeMapUrl: {
    env: 'OPEN_CHARGE_MAP_URL',
    about: 'Charging places: the v3 poi endpoint of Open Charge Map; its query narrows it down.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  openChargeMapKey: {
    env: 'OPEN_CHARGE_MAP_KEY',
    about: 'The key for it.',
    parse: optional(text),
    default: '',
    secret: true,
  },
  afdcUrl: {
    env: 'AFDC_URL',
    about:
      'Charging places of the US and Canada: the alt-fuel-stations v1.json endpoint of developer.nlr.gov.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  afdcKey: {
    env: 'AFDC_KEY',
    about: 'The key for it.',
    parse: optional(text),
    default: '',
    secret: true,
  },
  chargerTrust: {
    env: 'CHARGER_TRUST',
    about: 'Which charger source counts when two say something as new of one place, most trusted first.',
    parse: sourceNames,
    default: 'ocpi-pull,open-charge-map,afdc',
  },
  chargerRefreshH: {
    env: 'CHARGER_REFRESH_H',
    about: 'Hours between two questions to a charger source, give or take a fifth.',
    parse: number(0.5, 168),
    default: '6',
  },
  weatherFile: {
    env: 'WEATHER_FILE',
    about: 'Weather forecasts: a .json file of forecast rows.',
    parse: optional(text),
    default: '',
  },
  openMeteoUrl: {
    env: 'OPEN_METEO_URL',
    about:
      'Weather anywhere: https://api.open-meteo.com (non-commercial use), https://customer-api.open-meteo.com, or a server of your own.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  openMeteoKey: {
    env: 'OPEN_METEO_KEY',
    about: 'The key of a paid Open-Meteo plan.',
    parse: optional(text),
    default: '',
    secret: true,
  },
  metNorwayUrl: {
    env: 'MET_NORWAY_URL',
    about: 'Weather anywhere, best in the Nordic countries: https://api.met.no. Needs PROVIDER_CONTACT.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  nwsUrl: {
    env: 'NWS_URL',
    about: 'Weather in the United States: https://api.weather.gov. Needs PROVIDER_CONTACT.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  providerContact: {
    env: 'PROVIDER_CONTACT',
    about: 'A mail address or page of yours, sent to providers that want to know whom to write to.',
    parse: optional(contact),
    default: '',
  },
  weatherOrder: {
    env: 'WEATHER_ORDER',
    about: 'Who is asked first, next and last for weather; WEATHER_FILE comes before all of them.',
    parse: weatherOrder,
    default: 'open-meteo,met-norway,nws-grid',
  },
  valhallaUrl: {
    env: 'VALHALLA_URL',
    about: 'Roads, heights and detours: a Valhalla server of your own.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  valhallaTiles: {
    env: 'VALHALLA_TILES',
    about:
      'Roads, heights and detours without a server: the folder of Valhalla tiles with their valhalla.json. Needs @valhallajs/valhallajs beside them; VALHALLA_URL comes first.',
    parse: optional(text),
    default: '',
  },
  osrmUrl: {
    env: 'OSRM_URL',
    about: 'Roads when Valhalla cannot tell: an OSRM server of your own.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  elevationFolder: {
    env: 'ELEVATION_FOLDER',
    about: 'Heights when the road’s source knows none: a folder of SRTM cells (.hgt).',
    parse: optional(text),
    default: '',
  },
  snapshotTimeoutMs: {
    env: 'WORLD_TIMEOUT_MS',
    about: 'Longest wait for providers per snapshot, in milliseconds.',
    parse: integer(100, 120_000),
    default: '15000',
  },
} as const;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9083'),
} as const;
