import {
  type CallerDeps,
  type ElevationProvider,
  type Geocoder,
  hgtFolder,
  nominatim,
  osrm,
  type Probe,
  photon,
  valhalla,
  valhallaHeights,
} from '@outrider/providers';
import type { SettingsOf } from '@outrider/runtime';
import type { RoadSources } from './ask-road.ts';
import type { worldSettings } from './settings.ts';

type RouteSettings = Pick<
  SettingsOf<typeof worldSettings>,
  'valhallaUrl' | 'osrmUrl' | 'elevationFolder' | 'photonUrl' | 'nominatimUrl'
>;

export interface RouteSources extends RoadSources {
  readonly geocoding: readonly Geocoder[];
  /** A question for each of them that is asked over the network. */
  readonly probes: readonly Probe[];
}

/** Those the settings name, in the order they are asked; none of them by default. */
export function routeSources(settings: RouteSettings, deps: CallerDeps): RouteSources {
  const { valhallaUrl, osrmUrl, elevationFolder, photonUrl, nominatimUrl } = settings;
  const made = <T>(
    baseUrl: string | undefined,
    create: (options: CallerDeps & { baseUrl: string }) => T,
  ): T[] => (baseUrl === undefined ? [] : [create({ ...deps, baseUrl })]);
  const valhallas = made(valhallaUrl, valhalla);
  const osrms = made(osrmUrl, osrm);
  const geocoding = [...made(photonUrl, photon), ...made(nominatimUrl, nominatim)];
  const folder: ElevationProvider[] = elevationFolder === undefined ? [] : [hgtFolder(elevationFolder)];
  return {
    routing: [...valhallas, ...osrms],
    elevation: [...made(valhallaUrl, valhallaHeights), ...folder],
    matrix: valhallas,
    geocoding,
    probes: [...valhallas, ...osrms, ...geocoding],
  };
}
