import { integer, optional, text, url } from '@outrider/runtime';

export const worldSettings = {
  chargersFile: {
    env: 'CHARGERS_FILE',
    about: 'Charging places: a .geojson or .csv file.',
    parse: optional(text),
    default: '',
  },
  weatherFile: {
    env: 'WEATHER_FILE',
    about: 'Weather forecasts: a .json file of forecast rows.',
    parse: optional(text),
    default: '',
  },
  valhallaUrl: {
    env: 'VALHALLA_URL',
    about: 'Roads, heights and detours: a Valhalla server of your own.',
    parse: optional(url('http', 'https')),
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
  photonUrl: {
    env: 'PHOTON_URL',
    about: 'Places by name: a Photon server.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  nominatimUrl: {
    env: 'NOMINATIM_URL',
    about: 'Places by name when Photon cannot tell: a Nominatim server.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  snapshotTimeoutMs: {
    env: 'WORLD_TIMEOUT_MS',
    about: 'Longest wait for providers per snapshot, in milliseconds.',
    parse: integer(100, 120_000),
    default: '10000',
  },
} as const;
