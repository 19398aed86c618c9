import { healthSettings, integer, processSettings, type SettingsOf } from '@outrider/runtime';
import { type FleetSource, readSources } from './sources.ts';

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
  sources: {
    env: 'INGEST_SOURCES_FILE',
    about: 'Kafka clusters of others that are read: a .json file as services/ingest/README.md shows it.',
    parse: (path: string): readonly FleetSource[] => (path === '' ? [] : readSources(path)),
    default: '',
  },
} as const;

export type IngestSettings = SettingsOf<typeof ingestSettings>;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  telemetryUrl: processSettings.telemetryUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9082'),
} as const;
