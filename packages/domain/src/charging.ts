import { z } from 'zod';
import { atMs, latitude, longitude, probability, recordKey, shortText } from './fields.ts';

// OCPI's words and spellings: location > EVSE > connector.

export const connectorStandard = z.enum([
  'IEC_62196_T1',
  'IEC_62196_T1_COMBO',
  'IEC_62196_T2',
  'IEC_62196_T2_COMBO',
  'CHADEMO',
  'TESLA_R',
  'TESLA_S',
  'SAE_J3400',
  'DOMESTIC_A',
  'DOMESTIC_B',
  'DOMESTIC_F',
  'NEMA_5_20',
  'NEMA_6_50',
  'NEMA_14_50',
  'GBT_AC',
  'GBT_DC',
  'MCS',
  /** A plug that no source's words are known for: it is there, and fits no car. */
  'OTHER',
]);
export type ConnectorStandard = z.infer<typeof connectorStandard>;

export const evseStatus = z.enum([
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'PLANNED',
  'REMOVED',
  'RESERVED',
  'UNKNOWN',
]);
export type EvseStatus = z.infer<typeof evseStatus>;

export const powerType = z
  .enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_3_PHASE', 'DC'])
  .describe('OCPI’s word; taken from plug and power where the source does not say.');

export const connector = z.strictObject({
  standard: connectorStandard.describe('OCPI’s word for the plug; `OTHER` fits no car.'),
  powerType,
  maxPowerKw: z
    .number()
    .positive()
    .max(5_000)
    .describe('What it gives at most; what is usual where the source does not say.'),
});

export const evse = z.strictObject({
  uid: recordKey.describe('Of one post, as its source names it.'),
  status: evseStatus.describe(
    'OCPI’s word, as it was last told; `UNKNOWN`: nobody tells, or not since when.',
  ),
  connectors: z.array(connector).min(1).max(20).describe('Its plugs, of which one car uses one at a time.'),
  lastUpdatedAtMs: atMs.describe('When that was last told; when it was read where the source has no date.'),
});

/** From … to, epoch ms, the end not included. */
const span = z.strictObject({
  fromMs: atMs.describe('Begin.'),
  toMs: atMs.describe('End, not included.'),
});

/** When a place lets cars charge. Absent where it always does, or where nobody says. */
export const openingHours = z.strictObject({
  timeZone: shortText.describe('IANA name; the regular hours are local times there.'),
  /** 1 is Monday. Minutes of the local day; none crosses midnight. */
  regular: z
    .array(
      z.strictObject({
        weekday: z.int().min(1).max(7).describe('1 is Monday.'),
        fromMinute: z.int().min(0).max(1_440).describe('Of the local day.'),
        toMinute: z.int().min(0).max(1_440).describe('Of the local day; no span crosses midnight.'),
      }),
    )
    .max(100)
    .describe('When it is open in a usual week.'),
  openings: z.array(span).max(100).describe('Open beside the regular hours.'),
  closings: z.array(span).max(100).describe('Closed within them.'),
});
export type OpeningHours = z.infer<typeof openingHours>;

/** `chargers.v1` (compacted): a charging location with its EVSEs. Public data, not sealed. */
export const chargingLocation = z.strictObject({
  locationId: recordKey.describe('The record’s key, by which trips, conditions and remedies name the place.'),
  name: shortText.describe('As the source calls the place.'),
  lat: latitude,
  lon: longitude,
  operator: shortText
    .optional()
    .describe('Whose place it is, as the source writes it. Absent: it does not say.'),
  evses: z.array(evse).min(1).max(500).describe('Posts.'),
  hours: openingHours.optional().describe('When it lets cars charge; absent: always, or nobody says.'),
  source: shortText.describe('The list or network that says so.'),
  lastUpdatedAtMs: atMs.describe('When anything of the place was last told, its posts included.'),
});
export type ChargingLocation = z.infer<typeof chargingLocation>;

/** A location as a trip sees it: where along the route, how far off it, and how likely it works. */
export const chargerOnRoute = z.strictObject({
  locationId: recordKey.describe('The charging place in `chargers.v1`.'),
  name: shortText.describe('As its source calls the place.'),
  lat: latitude,
  lon: longitude,
  alongM: z
    .number()
    .min(0)
    .describe('Distance along the route to the point where the car leaves it for this charger.'),
  detourM: z.number().min(0).describe('Extra distance there and back to the route.'),
  maxPowerKw: z.number().positive().describe('Of its strongest plug that fits the car.'),
  powerType: powerType.describe('OCPI’s word, of that plug.'),
  worksProbability: probability.describe(
    'Probability that it works and can be used on arrival, with the age of what we know.',
  ),
  statusAgeS: z.number().min(0).nullable().describe('How old the word on its state is; null: there is none.'),
  isClosedOnArrival: z
    .literal(true)
    .optional()
    .describe(
      'Its hours say that nobody can charge there when the car comes by. Absent: open, or nobody says.',
    ),
});
export type ChargerOnRoute = z.infer<typeof chargerOnRoute>;
