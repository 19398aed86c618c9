import { z } from 'zod';
import { atMs, band, probability, recordKey, shortText, socPct, vehicleId } from './fields.ts';
import { restraintKind } from './rule-restraint.ts';

/** `info` is a silent card; `warning` and `critical` interrupt. */
export const severity = z
  .enum(['info', 'warning', 'critical'])
  .describe('`info` is a silent card; `warning` and `critical` interrupt.');
export type Severity = z.infer<typeof severity>;

/** Whom a warning is for, where it is not for the driver: those who look after cars without being in one. */
export const audience = z.enum(['operators']);
export type Audience = z.infer<typeof audience>;

/** How the trip ends if it is done, and the last moment at which doing it still works. */
const arrival = {
  arrivalSocPct: band.describe('Charge at the end of the way if it is done.'),
  belowReserveProbability: probability.describe('That the reserve is not kept, if it is done.'),
  deadlineAtMs: atMs.optional().describe('Last moment at which it still works; absent: none is known.'),
};

const plugKw = z.number().positive();
const chargerName = shortText.describe('Of the place; `here`: where the car stands, and nobody names it.');

/** Something that helps, already simulated: what to do and how the trip ends if it is done. */
export const remedy = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('charge-longer').describe('Stay on this cable.'),
    locationId: recordKey
      .optional()
      .describe('The charging place in `chargers.v1`; absent: none that is known.'),
    name: chargerName,
    minutes: z.number().min(0).describe('How long to do it.'),
    untilSocPct: socPct.describe('Charge when that is done.'),
    powerKw: plugKw.describe('Of the plug it is on, at most.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('charge-at').describe('Drive to a charger.'),
    locationId: recordKey.describe('The charging place in `chargers.v1`.'),
    name: shortText.describe('Of that place, as its source calls it.'),
    minutes: z.number().min(0).describe('How long to do it.'),
    untilSocPct: socPct.describe('Charge when that is done.'),
    distanceM: z.number().min(0).describe('From here.'),
    detourM: z.number().min(0).describe('Extra distance there and back.'),
    worksProbability: probability.describe('That a plug there works and can be used on arrival.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('hold-speed').describe('Drive no faster.'),
    speedMps: z.number().positive().describe('Top speed from here on.'),
    cabinTempC: z
      .number()
      .optional()
      .describe('Cabin temperature to set as well, when the speed alone is not enough.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('plug-in').describe('Plug in where it stands, until it leaves.'),
    name: chargerName,
    powerKw: plugKw.describe('Of the plug; 1.44, a weak household outlet, where nobody says.'),
    untilSocPct: socPct.describe('Charge when that is done.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('turn-back').describe('Go back: home, or to the last charger passed.'),
    locationId: recordKey.optional().describe('The charging place in `chargers.v1`; absent: home.'),
    name: shortText.describe('Of that place; `home` is home.'),
    distanceM: z.number().min(0).describe('From here.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('precondition').describe('Warm the battery on the way to a fast charger.'),
    minutes: z.number().min(0).describe('How long that takes.'),
    stopName: shortText
      .optional()
      .describe('Of the charging stop it is for; absent: the next stop of the plan is none.'),
    ...arrival,
  }),
  z.strictObject({
    kind: z.literal('check').describe('Look after a part of the car; how the trip ends says nothing of it.'),
    words: recordKey.describe('Name of the message that says what to look at.'),
    deadlineAtMs: arrival.deadlineAtMs,
  }),
]);
export type Remedy = z.infer<typeof remedy>;

/** A remedy for a trip: it says how the trip ends. */
export type TripRemedy = Exclude<Remedy, { readonly kind: 'check' }>;
export const isTripRemedy = (remedy: Remedy): remedy is TripRemedy => remedy.kind !== 'check';

/** One input a decision rested on, and how old it was then. */
export const evidenceInput = z.strictObject({
  name: shortText.describe('In words, or the name of a fact the rule read.'),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]).describe('null: it was not known.'),
  unit: z.string().max(20).optional().describe('Absent: it has none, or says it in its name.'),
  ageS: z.number().min(0).nullable().describe('How old it was then; null where that means nothing.'),
});

export const evidence = z.strictObject({
  inputs: z.array(evidenceInput).max(100).describe('What was looked at: the car’s readings, the facts.'),
  modelVersion: shortText.describe(
    'Version of the model, kind of car, and how many drives it has learned from.',
  ),
  ruleVersion: shortText.describe('Another when the rule’s text or one of its thresholds is.'),
  snapshotId: recordKey.optional().describe('The record of `conditions.v1` it used; absent: there was none.'),
  heldToCard: restraintKind
    .optional()
    .describe('The rule was held to silent cards then, and why; absent: it was not, or this interrupts.'),
  forecastId: recordKey.optional().describe('The record of `forecasts.v1` it used, where it names one.'),
});
export type Evidence = z.infer<typeof evidence>;

/** An address or a path, without spaces and without a password in it. */
export const runbook = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\s\p{C}]+$/u, 'an address or a path without spaces')
  .refine((text) => !/:\/\/[^/]*@/.test(text), 'without a name or password in it');

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
  state: z.enum(['firing', 'resolved']).describe('`resolved` ends it; `facts.because` says why.'),
  severity,
  startedAtMs: atMs.describe('When the rule’s condition began.'),
  changedAtMs: atMs.describe('When this step happened.'),
  expiresAtMs: atMs.describe('No message about it after this.'),
  deadlineAtMs: atMs.optional().describe('Last moment the first remedy still works.'),
  deadlinePlace: shortText
    .optional()
    .describe('Place of that deadline, by name; `here`: where the car stands. Absent: none is named.'),
  tripId: recordKey.optional().describe('The plan in `trips.v1` that counted then; absent: none did.'),
  stopName: shortText
    .optional()
    .describe('Of the stop it is about; absent: about none, or none of the plan that counts now.'),
  message: recordKey.describe('Name of the words to say it with.'),
  audience: audience
    .optional()
    .describe('`operators`: only dispatchers of the car are told; absent: the driver is told first.'),
  runbook: runbook
    .optional()
    .describe('Where dispatchers and crew find what to do: an address or a path; absent: nowhere.'),
  digestForS: z
    .number()
    .positive()
    .optional()
    .describe(
      'Whoever looks after many cars is told of it together with others of its rule, so long after the first; absent: one by one.',
    ),
  isDrill: z
    .literal(true)
    .optional()
    .describe('Of a canary: it shows that warnings arrive, and is about no road; absent: it is meant.'),
  facts: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]))
    .describe('Facts the text may use, with their units in their names.'),
  probability: probability.optional().describe('That the stop is reached with less than the reserve.'),
  arrivalSocPct: band.optional().describe('Charge on arrival as it was forecast.'),
  reserveSocPct: socPct.optional().describe('Charge the driver wants to keep.'),
  repeatsAtHalfLead: z
    .boolean()
    .optional()
    .describe('Said again once when half of the time to the advice’s deadline has passed.'),
  remedies: z.array(remedy).max(3).describe('Best first; at most three.'),
  evidence: evidence.describe('Why: what the decision rested on.'),
});
export type Alert = z.infer<typeof alert>;
