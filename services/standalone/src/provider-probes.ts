import { geocoders } from '@outrider/api';
import { type CallerDeps, type Probe, vpic } from '@outrider/providers';
import type { Log } from '@outrider/runtime';
import { chargerSources, routeSources, weatherSources } from '@outrider/world';
import type { StandaloneSettings } from './settings.ts';

/** A question for every provider that these settings name. */
export function providerProbes(
  { world, api }: StandaloneSettings,
  deps: CallerDeps & { readonly log: Log },
): readonly Probe[] {
  return [
    ...weatherSources(world, deps).probes,
    ...routeSources(world, deps).probes,
    ...chargerSources(world, deps),
    ...geocoders(api, deps),
    ...(api.vpicUrl === undefined ? [] : [vpic({ ...deps, baseUrl: api.vpicUrl })]),
  ];
}
