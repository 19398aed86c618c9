import { healthSettings, integer, number, optional, processSettings, text } from '@outrider/runtime';

export const predictorSettings = {
  reorderWindowS: {
    env: 'REORDER_WINDOW_S',
    about:
      'How far records may be displaced in event time without changing an alert, in seconds. Alerts wait this long.',
    parse: number(0, 300),
    default: '10',
  },
  checkpointEveryS: {
    env: 'CHECKPOINT_EVERY_S',
    about: 'State is stored at least this often, in seconds; at once when an alert changes.',
    parse: number(0.1, 300),
    default: '5',
  },
  checkpointRecords: {
    env: 'CHECKPOINT_RECORDS',
    about: 'State is stored after so many records at the latest.',
    parse: integer(1, 1_000_000),
    default: '10000',
  },
  rulesFolder: {
    env: 'RULES_FOLDER',
    about:
      'Folder of rule files, read again when they change; empty means the rules that come with Outrider.',
    parse: optional(text),
    default: '',
  },
} as const;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  telemetryUrl: processSettings.telemetryUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9084'),
} as const;
