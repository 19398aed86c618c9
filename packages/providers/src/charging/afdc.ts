import { type ChargingLocation, type ConnectorStandard, chargingLocation } from '@outrider/domain';
import { z } from 'zod';
import type { CallerDeps } from '../caller.ts';
import { ProviderUnavailable } from '../provider.ts';
import type { ChargerAnswer, ChargerSource } from './charger-provider.ts';
import { listCaller, listUrlOf } from './list-url.ts';
import { type Counting, counting } from './ocpi/tally.ts';
import { instantOf, isObject, type Json, numberOf, objectsOf, textOf, wordOf } from './ocpi/words.ts';
import { operatorOf, usualPowerType } from './raw-location.ts';

export const AFDC = 'afdc';

export interface AfdcOptions extends CallerDeps {
  /** The stations endpoint, `…/api/alt-fuel-stations/v1.json`; its query narrows the list down, such as `state=CT`. */
  readonly url: string;
  readonly key?: string;
}

const shape = z.object({ fuel_stations: z.array(z.unknown()) });

/**
 * Electric stations of the US and Canada from the Alternative Fuels Data Center (developer.nlr.gov), in one
 * answer. No live status; opening hours are free text and nothing is made of them.
 */
export function afdc(options: AfdcOptions): ChargerSource {
  const list = listUrlOf(options.url);
  const headers = options.key === undefined ? {} : { 'x-api-key': options.key };
  const caller = listCaller(options, AFDC, list, headers, [options.key]);
  const ask = (limit: string, signal: AbortSignal | undefined) =>
    caller.askJson(
      {
        path: list.path,
        query: { fuel_type: 'ELEC', access: 'public', ...list.query, limit },
        ...(signal === undefined ? {} : { signal }),
      },
      shape,
    );
  return {
    name: AFDC,
    kind: 'charging',
    tellsChanges: false,
    async list({ signal } = {}) {
      const { value, fetchedAtMs } = await ask('all', signal);
      return readStations(value.fuel_stations, fetchedAtMs);
    },
    async probe(signal) {
      const { value } = await ask('1', signal);
      return `${value.fuel_stations.length} of its stations`;
    },
  };
}

function readStations(items: readonly unknown[], fetchedAtMs: number): ChargerAnswer {
  const [quarantined, mended] = [counting(), counting()];
  const locations = items.flatMap((item) => {
    const place = placeOf(isObject(item) ? item : {}, fetchedAtMs, quarantined, mended);
    return place === undefined ? [] : [place];
  });
  if (locations.length === 0)
    throw new ProviderUnavailable(AFDC, 'lists no station that can be used', { kind: 'no-data' });
  return {
    kind: 'whole',
    ...{ locations, gone: [], fetchedAtMs },
    quarantined: quarantined.counts,
    mended: mended.counts,
  };
}

function placeOf(
  raw: Json,
  nowMs: number,
  quarantined: Counting,
  mended: Counting,
): ChargingLocation | undefined {
  const id = textOf(raw.id);
  const [lat, lon] = [numberOf(raw.latitude), numberOf(raw.longitude)];
  if (id === undefined || lat === undefined || lon === undefined || (lat === 0 && lon === 0)) {
    quarantined.note(id === undefined ? 'location-without-id' : 'coordinates-unreadable');
    return undefined;
  }
  const status = wordOf(raw.status_code);
  if (status === 'P' || wordOf(raw.access_code) === 'PRIVATE') {
    quarantined.note(status === 'P' ? 'planned' : 'not-public');
    return undefined;
  }
  const lastUpdatedAtMs = instantOf(raw.updated_at, nowMs) ?? nowMs;
  const evses = objectsOf(raw.ev_charging_units)
    .flatMap((unit, i) => portsOf(unit, `afdc-${id}-${i}`, mended))
    .slice(0, 500)
    .map((port) => ({
      ...port,
      status: status === 'T' ? ('INOPERATIVE' as const) : ('UNKNOWN' as const),
      lastUpdatedAtMs,
    }));
  const parsed = chargingLocation.safeParse({
    locationId: `afdc-${id}`,
    name: (textOf(raw.station_name) ?? `AFDC ${id}`).slice(0, 200),
    ...{ lat, lon, evses, ...operatorOf(raw.ev_network), source: AFDC, lastUpdatedAtMs },
  });
  if (!parsed.success)
    quarantined.note(evses.length === 0 ? 'location-without-evses' : 'location-out-of-bounds');
  return parsed.data;
}

const PLUGS: ReadonlyMap<string, ConnectorStandard> = new Map([
  ['J1772', 'IEC_62196_T1'],
  ['J1772COMBO', 'IEC_62196_T1_COMBO'],
  ['CHADEMO', 'CHADEMO'],
  ['TESLA', 'SAE_J3400'],
  ['J3400', 'SAE_J3400'],
  ['J3271', 'MCS'],
  ['NEMA515', 'NEMA_5_20'],
  ['NEMA520', 'NEMA_5_20'],
  ['NEMA1450', 'NEMA_14_50'],
]);
/** Of a unit that states no power, by charging level: what the level begins with in the US. Judgement. */
const LEVEL_KW: Readonly<Record<string, number>> = { '1': 1.4, '2': 6.2, DC_FAST: 50 };

/** A unit charges one car per port, whichever of its plugs is used; the plugs' counts say how many ports. */
function portsOf(
  unit: Json,
  uid: string,
  mended: Counting,
): { readonly uid: string; readonly connectors: ChargingLocation['evses'][number]['connectors'] }[] {
  const plugs = isObject(unit.connectors) ? Object.entries(unit.connectors) : [];
  let ports = 1;
  const connectors = plugs.slice(0, 20).map(([name, value]) => {
    const raw = isObject(value) ? value : {};
    const standard = PLUGS.get(name.toUpperCase()) ?? 'OTHER';
    if (standard === 'OTHER') mended.note('standard-unknown');
    const stated = numberOf(raw.power_kw) ?? 0;
    if (stated <= 0) mended.note('power-assumed');
    const maxPowerKw = stated > 0 ? stated : (LEVEL_KW[textOf(unit.charging_level) ?? ''] ?? 1.4);
    ports = Math.max(ports, Math.min(100, Math.round(numberOf(raw.port_count) ?? 1)));
    const powerType =
      textOf(unit.charging_level) === 'DC_FAST' ? ('DC' as const) : usualPowerType(standard, maxPowerKw);
    return { standard, powerType, maxPowerKw };
  });
  return connectors.length === 0
    ? []
    : Array.from({ length: ports }, (_, i) => ({ uid: `${uid}-${i}`, connectors }));
}
