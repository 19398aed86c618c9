import { integer, nonEmpty, oneOf, type SettingsOf, text } from '@outrider/runtime';

/** Settings of ingest; the README's table is checked against this. */
export const ingestSettings = {
  batchRecordsMax: {
    env: 'INGEST_BATCH_RECORDS_MAX',
    about: 'Frames decoded and written together.',
    parse: integer(1, 10_000),
    default: '500',
  },
  tracksMax: {
    env: 'INGEST_TRACKS_MAX',
    about: 'Vehicles whose last position is remembered, to notice impossible jumps.',
    parse: integer(1, 10_000_000),
    default: '50000',
  },
} as const;

export type IngestSettings = SettingsOf<typeof ingestSettings>;

/** What `main.ts` needs besides, to run this service alone. */
export const processSettings = {
  busUrl: {
    env: 'BUS_URL',
    about: 'The log between services.',
    parse: text,
    default: 'sqlite:./data/bus.db',
  },
  telemetryUrl: {
    env: 'TELEMETRY_URL',
    about: 'The time series.',
    parse: text,
    default: 'sqlite:./data/telemetry.db',
  },
  stateUrl: { env: 'STATE_URL', about: 'The state store.', parse: text, default: 'sqlite:./data/state.db' },
  dataFolder: {
    env: 'DATA_DIR',
    about: 'Locked while this runs: one process at a time on the embedded engines.',
    parse: nonEmpty,
    default: './data',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    about: 'How much is logged.',
    parse: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'info',
  },
} as const;
