import {
  type ChargingLocation,
  type ConnectorStandard,
  chargingLocation,
  connectorStandard,
  evseStatus,
  powerType,
} from '@outrider/domain';
import { z } from 'zod';
import { textOf } from './ocpi/words.ts';

/** A charging place as flat files write it: one power, one plug (or several), a count of posts. */
export const rawLocation = z.object({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  lat: z.number(),
  lon: z.number(),
  powerKw: z.number().positive(),
  connectors: z.array(connectorStandard).min(1),
  evses: z.int().min(1).max(500).default(1),
  status: evseStatus.default('UNKNOWN'),
  /** Absent: what the plug and the power suggest. */
  powerType: powerType.optional(),
  lastUpdatedAtMs: z.number().optional(),
});
export type RawLocation = z.infer<typeof rawLocation>;

/** Plugs that only ever carry direct current, and Tesla's own, which carries it from 25 kW up. */
export const DC_ONLY: ReadonlySet<ConnectorStandard> = new Set([
  'IEC_62196_T1_COMBO',
  'IEC_62196_T2_COMBO',
  'CHADEMO',
  'GBT_DC',
  'MCS',
]);
const EITHER: ReadonlySet<ConnectorStandard> = new Set(['TESLA_S', 'SAE_J3400']);
const EITHER_DC_FROM_KW = 25;
/** The most one phase gives: 32 A at 230 V. A European plug with more has three. */
const ONE_PHASE_KW = 7.4;

export function usualPowerType(
  standard: ConnectorStandard,
  powerKw: number,
): 'DC' | 'AC_1_PHASE' | 'AC_3_PHASE' {
  if (DC_ONLY.has(standard) || (EITHER.has(standard) && powerKw >= EITHER_DC_FROM_KW)) return 'DC';
  return standard === 'IEC_62196_T2' && powerKw > ONE_PHASE_KW ? 'AC_3_PHASE' : 'AC_1_PHASE';
}

/** What sources write where there is no operator. */
const NOBODY = /^\(?(?:unknown|none|n\/?a|non-networked|business owner).*$/i;

/** Whose place it is, in any words; nothing where nobody says. */
export function operatorOf(value: unknown): { readonly operator?: string } {
  const operator = textOf(value)?.slice(0, 200);
  return operator === undefined || NOBODY.test(operator) ? {} : { operator };
}

/** The OCPI form, checked. @throws z.ZodError when a bound is broken. */
export function toLocation(raw: RawLocation, source: string, nowMs: number): ChargingLocation {
  const lastUpdatedAtMs = raw.lastUpdatedAtMs ?? nowMs;
  return chargingLocation.parse({
    locationId: raw.id,
    name: raw.name,
    lat: raw.lat,
    lon: raw.lon,
    source,
    lastUpdatedAtMs,
    evses: Array.from({ length: raw.evses }, (_, i) => ({
      uid: `${raw.id}-${i + 1}`,
      status: raw.status,
      lastUpdatedAtMs,
      connectors: raw.connectors.map((standard) => ({
        standard,
        powerType: raw.powerType ?? usualPowerType(standard, raw.powerKw),
        maxPowerKw: raw.powerKw,
      })),
    })),
  });
}
