import { readFile } from 'node:fs/promises';
import type { ChargingLocation } from '@outrider/domain';
import {
  type ChargerSource,
  forecastFile,
  forecastRow,
  type MetNorwayDeps,
  readChargers,
  type WeatherProvider,
} from '@outrider/providers';
import { type Log, SettingsError, type SettingsOf } from '@outrider/runtime';
import { z } from 'zod';
import type { RoadSources } from './ask-road.ts';
import { chargerSources } from './named-chargers.ts';
import type { PushSettings } from './push-server.ts';
import { routeSources } from './route-sources.ts';
import type { worldSettings } from './settings.ts';
import { weatherSources } from './weather-sources.ts';

type WorldSettings = SettingsOf<typeof worldSettings>;

/** Everything that is asked of the world besides the cars, as the settings name it. */
export interface WorldSources extends RoadSources {
  /** Those of CHARGERS_FILE. */
  readonly locations: readonly ChargingLocation[];
  readonly chargerSources: readonly ChargerSource[];
  /** In the order they are asked; WEATHER_FILE first. */
  readonly weather: readonly WeatherProvider[];
}

/**
 * Reads the two files and makes the providers that the settings name; by default there is none. Rows of
 * CHARGERS_FILE that cannot be used are named in the log.
 * @throws SettingsError when a file cannot be used, or a provider lacks something
 */
export async function openWorldSources(settings: WorldSettings, deps: MetNorwayDeps): Promise<WorldSources> {
  const { chargersFile, weatherFile } = settings;
  const { routing, elevation, matrix } = routeSources(settings, deps);
  const ofFile = weatherFile === undefined ? [] : [await weatherOf(weatherFile)];
  return {
    locations: chargersFile === undefined ? [] : await chargersOf(chargersFile, deps.clock.nowMs(), deps.log),
    chargerSources: chargerSources(settings, deps),
    weather: [...ofFile, ...weatherSources(settings, deps).weather],
    routing,
    ...(elevation && { elevation }),
    ...(matrix && { matrix }),
  };
}

/** How the world goes about it, in the units it is made with. Nobody listens for pushes without a token. */
export function worldOptions(settings: WorldSettings): {
  readonly chargerRefreshMs: number;
  readonly snapshotTimeoutMs: number;
  readonly ocpiPush?: PushSettings;
} {
  const { ocpiPushToken: token, ocpiPushHost: host, ocpiPushPort: port, ocpiPushUrl: publicUrl } = settings;
  return {
    chargerRefreshMs: settings.chargerRefreshH * 3_600_000,
    snapshotTimeoutMs: settings.snapshotTimeoutMs,
    ...(token !== undefined && { ocpiPush: { token, host, port, ...(publicUrl && { publicUrl }) } }),
  };
}

/** A file without a usable row is refused. */
async function chargersOf(file: string, nowMs: number, log: Log): Promise<readonly ChargingLocation[]> {
  const { locations, problems } = readChargers(file, await textOf('CHARGERS_FILE', file), nowMs);
  if (locations.length === 0)
    throw new SettingsError([
      `CHARGERS_FILE holds no charger that can be used: ${problems[0] ?? `${file} is empty`}`,
    ]);
  for (const problem of problems) log.warn({ problem }, 'a charger of CHARGERS_FILE is left out');
  return locations;
}

async function weatherOf(file: string): Promise<WeatherProvider> {
  const text = await textOf('WEATHER_FILE', file);
  try {
    return forecastFile(z.array(forecastRow).parse(JSON.parse(text)));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SettingsError([`WEATHER_FILE ${file} is not a JSON array of forecast rows: ${why}`]);
  }
}

async function textOf(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SettingsError([`${setting} cannot be read: ${(error as Error).message}`]);
  }
}
