import { integer, optional, text } from '@outrider/runtime';

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
  snapshotTimeoutMs: {
    env: 'WORLD_TIMEOUT_MS',
    about: 'Longest wait for providers per snapshot, in milliseconds.',
    parse: integer(100, 120_000),
    default: '10000',
  },
} as const;
