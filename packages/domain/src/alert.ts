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
    minutes: z.number().min(0),
    untilSocPct: socPct,
    powerKw: z.number().positive(),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('charge-at'),
    locationId: recordKey,
    name: shortText,
    minutes: z.number().min(0),
    untilSocPct: socPct,
    distanceM: z.number().min(0),
    detourM: z.number().min(0),
    worksProbability: probability,
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('hold-speed'),
    speedMps: z.number().positive(),
    /** Cabin temperature to set as well, when the speed alone is not enough. */
    cabinTempC: z.number().optional(),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('plug-in'),
    name: shortText,
    powerKw: z.number().positive(),
    untilSocPct: socPct,
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('turn-back'),
    locationId: recordKey.optional(),
    name: shortText,
    distanceM: z.number().min(0),
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
  ageS: z.number().min(0).nullable(),
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
  alertId: recordKey,
  revision: z.int().min(1),
  vehicleId,
  ruleId: recordKey,
  /** What it is about: a stop, a charger, the car itself. */
  subject: recordKey,
  state: z.enum(['firing', 'resolved']),
  severity,
  /** When the rule's condition began, when this step happened; event time. */
  startedAtMs: atMs,
  changedAtMs: atMs,
  /** No message about it after this. */
  expiresAtMs: atMs,
  /** Last moment the first remedy still works. */
  deadlineAtMs: atMs.optional(),
  deadlinePlace: shortText.optional(),
  tripId: recordKey.optional(),
  stopName: shortText.optional(),
  message: recordKey,
  /** Facts the text may use, with their units in their names. */
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  probability: probability.optional(),
  arrivalSocPct: band.optional(),
  reserveSocPct: socPct.optional(),
  /** Said again once when half of the time to the advice's deadline has passed. */
  repeatsAtHalfLead: z.boolean().optional(),
  /** Best first; at most three. */
  remedies: z.array(remedy).max(3),
  evidence,
});
export type Alert = z.infer<typeof alert>;
