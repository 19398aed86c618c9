import { z } from 'zod';
import { atMs, band, probability, recordKey, shortText, socPct, vehicleId } from './fields.ts';

/** `info` is a silent card; `warning` and `critical` interrupt. */
export const severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof severity>;

/** How the trip ends if it is done, and the last moment at which doing it still works. */
const arrival = { arrivalSocPct: band, belowReserveProbability: probability, deadlineAtMs: atMs.optional() };

/** Something that helps, already simulated: what to do and how the trip ends if it is done. */
export const remedy = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('charge-longer'),
    locationId: recordKey.optional(),
    name: shortText,
    minutes: z.number().min(0).describe('How long to do it.'),
    untilSocPct: socPct.describe('Charge when that is done.'),
    powerKw: z.number().positive(),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('charge-at'),
    locationId: recordKey,
    name: shortText,
    minutes: z.number().min(0).describe('How long to do it.'),
    untilSocPct: socPct.describe('Charge when that is done.'),
    distanceM: z.number().min(0).describe('From here.'),
    detourM: z.number().min(0).describe('Extra distance there and back.'),
    worksProbability: probability,
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('hold-speed'),
    speedMps: z.number().positive(),
    cabinTempC: z
      .number()
      .optional()
      .describe('Cabin temperature to set as well, when the speed alone is not enough.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('plug-in'),
    name: shortText,
    powerKw: z.number().positive(),
    untilSocPct: socPct.describe('Charge when that is done.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('turn-back'),
    locationId: recordKey.optional(),
    name: shortText,
    distanceM: z.number().min(0).describe('From here.'),
    ...arrival,
  }),
  z.strictObject({ kind: z.literal('precondition'), minutes: z.number().min(0), ...arrival }),
]);
export type Remedy = z.infer<typeof remedy>;

/** One input a decision rested on, and how old it was then. */
export const evidenceInput = z.strictObject({
  name: shortText,
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  unit: z.string().max(20).optional(),
  ageS: z.number().min(0).nullable().describe('How old it was then; null where that means nothing.'),
});

export const evidence = z.strictObject({
  inputs: z.array(evidenceInput).max(100),
  modelVersion: shortText,
  ruleVersion: shortText,
  snapshotId: recordKey.optional(),
  forecastId: recordKey.optional(),
});
export type Evidence = z.infer<typeof evidence>;

/**
 * `alerts.v1`: one step in an alert's life. `alertId` = vehicle, rule, subject, episode start in event time –
 * never the rule's version. `revision` grows when severity or remedy changes; a repeat has the same number.
 */
export const alert = z.strictObject({
  alertId: recordKey.describe('Car, rule, subject and the start of its episode: a repeat has the same.'),
  revision: z.int().min(1).describe('Grows when severity or remedy changes.'),
  vehicleId,
  ruleId: recordKey.describe('Name of the rule that fired.'),
  subject: recordKey.describe('What it is about: a stop, a charger, the car itself.'),
  state: z.enum(['firing', 'resolved']),
  severity,
  startedAtMs: atMs.describe('When the rule’s condition began.'),
  changedAtMs: atMs.describe('When this step happened.'),
  expiresAtMs: atMs.describe('No message about it after this.'),
  deadlineAtMs: atMs.optional().describe('Last moment the first remedy still works.'),
  deadlinePlace: shortText.optional(),
  tripId: recordKey.optional(),
  stopName: shortText.optional(),
  message: recordKey.describe('Name of the words to say it with.'),
  facts: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
    .describe('Facts the text may use, with their units in their names.'),
  probability: probability.optional().describe('That the stop is reached with less than the reserve.'),
  arrivalSocPct: band.optional().describe('Charge on arrival as it was forecast.'),
  reserveSocPct: socPct.optional(),
  repeatsAtHalfLead: z
    .boolean()
    .optional()
    .describe('Said again once when half of the time to the advice’s deadline has passed.'),
  remedies: z.array(remedy).max(3).describe('Best first; at most three.'),
  evidence,
});
export type Alert = z.infer<typeof alert>;
