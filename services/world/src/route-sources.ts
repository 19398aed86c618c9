import {
  type CallerDeps,
  type ElevationProvider,
  hgtFolder,
  IN_PROCESS_URL,
  openValhallaTiles,
  osrm,
  type Probe,
  valhalla,
  valhallaHeights,
} from '@outrider/providers';
import { SettingsError, type SettingsOf } from '@outrider/runtime';
import type { RoadSources } from './ask-road.ts';
import type { worldSettings } from './settings.ts';

type RouteSettings = Pick<
  SettingsOf<typeof worldSettings>,
  'valhallaUrl' | 'valhallaTiles' | 'osrmUrl' | 'elevationFolder'
>;

export interface RouteSources extends RoadSources {
  /** A question for each of them that is asked over the network. */
  readonly probes: readonly Probe[];
}

/**
 * Those the settings name, in the order they are asked; none of them by default.
 * @throws SettingsError when there are no tiles where they should be, or nobody to read them
 */
export function routeSources(settings: RouteSettings, deps: CallerDeps): RouteSources {
  const { osrmUrl, elevationFolder } = settings;
  const made = <T>(
    baseUrl: string | undefined,
    create: (options: CallerDeps & { baseUrl: string }) => T,
  ): T[] => (baseUrl === undefined ? [] : [create({ ...deps, baseUrl })]);
  const ofValhalla = valhallaOptions(settings, deps).map((options) => ({
    roads: valhalla(options),
    heights: valhallaHeights(options),
  }));
  const valhallas = ofValhalla.map(({ roads }) => roads);
  const osrms = made(osrmUrl, osrm);
  const folder: ElevationProvider[] = elevationFolder === undefined ? [] : [hgtFolder(elevationFolder)];
  return {
    routing: [...valhallas, ...osrms],
    elevation: [...ofValhalla.map(({ heights }) => heights), ...folder],
    matrix: valhallas,
    probes: [...valhallas, ...osrms],
  };
}

/** How Valhalla is asked: by its address, or in process; not at all by default. */
function valhallaOptions(
  { valhallaUrl, valhallaTiles }: RouteSettings,
  deps: CallerDeps,
): readonly (CallerDeps & { readonly baseUrl: string })[] {
  if (valhallaUrl !== undefined) return [{ ...deps, baseUrl: valhallaUrl }];
  if (valhallaTiles === undefined) return [];
  try {
    const { fetch } = openValhallaTiles(valhallaTiles, deps.clock);
    return [{ ...deps, fetch, baseUrl: IN_PROCESS_URL }];
  } catch (error) {
    throw new SettingsError([`VALHALLA_TILES cannot be used: ${(error as Error).message}.`]);
  }
}
