import { nonEmpty, oneOf, port, type SettingsSchema, url } from './settings.ts';

/** What a process needs beside its services' own settings: where the engines are, and how much is logged. */
export const processSettings = {
  busUrl: {
    env: 'BUS_URL',
    about:
      'The log between services: sqlite:<file>, memory: for one that ends with the process, or kafka://host:port,… which processes share.',
    parse: url('sqlite', 'memory', 'kafka'),
    secret: true,
    default: 'sqlite:./data/bus.db',
  },
  telemetryUrl: {
    env: 'TELEMETRY_URL',
    about: 'The time series: sqlite:<file>, memory:, or influxdb://user:password@host:8086/<database>.',
    parse: url('sqlite', 'memory', 'influxdb', 'influxdbs'),
    default: 'sqlite:./data/telemetry.db',
  },
  stateUrl: {
    env: 'STATE_URL',
    about:
      'People, cars, trips, alerts, keys: sqlite:<file>, memory:, or postgres://user:password@host:port/database, which processes share.',
    parse: url('sqlite', 'memory', 'postgres', 'postgresql'),
    secret: true,
    default: 'sqlite:./data/state.db',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    about: 'debug, info, warn, error or silent; the log goes to stderr.',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
  },
} as const satisfies SettingsSchema;

/** The small door of a service that runs alone; `defaultPort` differs per service, so that all fit on one machine. */
export const healthSettings = <const P extends string>(defaultPort: P) =>
  ({
    healthHost: {
      env: 'HEALTH_HOST',
      about: 'Address to listen on for health and metrics, which ask for no token.',
      parse: nonEmpty,
      default: '127.0.0.1',
    },
    healthPort: {
      env: 'HEALTH_PORT',
      about: 'Port for /livez, /readyz and /metrics of this process; 0 takes a free one.',
      parse: port,
      default: defaultPort,
    },
  }) as const satisfies SettingsSchema;
