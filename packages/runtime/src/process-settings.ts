import { oneOf, type SettingsSchema, url } from './settings.ts';

/** What a process needs beside its services' own settings: where the engines are, and how much is logged. */
export const processSettings = {
  busUrl: {
    env: 'BUS_URL',
    about: 'The log between services: sqlite:<file>, or memory: for one that ends with the process.',
    parse: url('sqlite', 'memory'),
    default: 'sqlite:./data/bus.db',
  },
  telemetryUrl: {
    env: 'TELEMETRY_URL',
    about: 'The time series: sqlite:<file> or memory:.',
    parse: url('sqlite', 'memory'),
    default: 'sqlite:./data/telemetry.db',
  },
  stateUrl: {
    env: 'STATE_URL',
    about: 'People, cars, trips, alerts, keys: sqlite:<file> or memory:.',
    parse: url('sqlite', 'memory'),
    default: 'sqlite:./data/state.db',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    about: 'debug, info, warn, error or silent; the log goes to stderr.',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
  },
} as const satisfies SettingsSchema;
