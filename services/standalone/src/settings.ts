import { apiSettings } from '@outrider/api';
import { gatewaySettings } from '@outrider/gateway';
import { ingestSettings } from '@outrider/ingest';
import { notifierSettings } from '@outrider/notifier';
import { predictorSettings } from '@outrider/predictor';
import {
  processSettings,
  readSettings,
  type Setting,
  SettingsError,
  type SettingsOf,
  type SettingsSchema,
} from '@outrider/runtime';
import { worldSettings } from '@outrider/world';

/** Every service's settings, by service; `start` reads all of them from the environment. */
export const settingsSchemas = {
  process: processSettings,
  gateway: gatewaySettings,
  ingest: ingestSettings,
  world: worldSettings,
  predictor: predictorSettings,
  notifier: notifierSettings,
  api: apiSettings,
} as const;

export type StandaloneSettings = {
  readonly [S in keyof typeof settingsSchemas]: SettingsOf<(typeof settingsSchemas)[S]>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingsError naming every wrong setting of every service at once. */
export function readStandaloneSettings(environment: Environment): StandaloneSettings {
  const problems = new Set<string>();
  const read = <S extends SettingsSchema>(schema: S): SettingsOf<S> | undefined => {
    try {
      return readSettings(schema, environment);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const problem of error.problems) problems.add(problem);
      return undefined;
    }
  };
  const settings = {
    process: read(settingsSchemas.process),
    gateway: read(settingsSchemas.gateway),
    ingest: read(settingsSchemas.ingest),
    world: read(settingsSchemas.world),
    predictor: read(settingsSchemas.predictor),
    notifier: read(settingsSchemas.notifier),
    api: read(settingsSchemas.api),
  };
  if (problems.size > 0) throw new SettingsError([...problems]);
  return settings as StandaloneSettings;
}

/** Every setting once, as the README's table shows it; the process's own words win over a service's. */
export function everySetting(): readonly Setting<unknown>[] {
  const byName = new Map<string, Setting<unknown>>();
  for (const schema of Object.values<SettingsSchema>(settingsSchemas))
    for (const setting of Object.values(schema))
      if (!byName.has(setting.env)) byName.set(setting.env, setting);
  return [...byName.values()];
}
