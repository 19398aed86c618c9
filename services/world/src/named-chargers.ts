import { afdc, type CallerDeps, type ChargerSource, ocpiPull, openChargeMap } from '@outrider/providers';
import type { SettingsOf } from '@outrider/runtime';
import type { worldSettings } from './settings.ts';

type ChargerSettings = Pick<
  SettingsOf<typeof worldSettings>,
  | 'ocpiUrl'
  | 'ocpiToken'
  | 'ocpiTokenEncoding'
  | 'openChargeMapUrl'
  | 'openChargeMapKey'
  | 'afdcUrl'
  | 'afdcKey'
  | 'chargerTrust'
>;

/** The charger sources that the settings name, most trusted first; none of them by default. */
export function chargerSources(settings: ChargerSettings, deps: CallerDeps): readonly ChargerSource[] {
  const { ocpiUrl, ocpiToken, openChargeMapUrl, openChargeMapKey, afdcUrl, afdcKey } = settings;
  const sources: ChargerSource[] = [];
  if (ocpiUrl !== undefined)
    sources.push(
      ocpiPull({
        ...deps,
        url: ocpiUrl,
        tokenEncoding: settings.ocpiTokenEncoding,
        ...(ocpiToken === undefined ? {} : { token: ocpiToken }),
      }),
    );
  if (openChargeMapUrl !== undefined)
    sources.push(openChargeMap({ ...deps, url: openChargeMapUrl, ...keyed(openChargeMapKey) }));
  if (afdcUrl !== undefined) sources.push(afdc({ ...deps, url: afdcUrl, ...keyed(afdcKey) }));
  const rank = ({ name }: ChargerSource): number => {
    const at = settings.chargerTrust.indexOf(name);
    return at === -1 ? settings.chargerTrust.length : at;
  };
  return sources.toSorted((a, b) => rank(a) - rank(b));
}

const keyed = (key: string | undefined): { readonly key?: string } => (key === undefined ? {} : { key });
