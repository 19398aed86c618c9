import {
  type AlertQuality,
  lapsesAtMs,
  notUsefulBecause,
  OUTCOMES,
  outcome,
  RESTRAINTS,
  RULE_BAR,
  type RuleRestraint,
  restraintKind,
} from '@outrider/domain';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';

const ratio = z.number().min(0).max(1).nullable();
const share = z
  .strictObject({
    of: z.int().min(0).describe('Cases it is a share of.'),
    ratio: ratio.describe('null: too few cases.'),
    low: ratio.describe('95 % interval.'),
    high: ratio,
  })
  .describe('A share of cases, with what chance alone leaves open.');

const heldView = z.strictObject({
  ruleId: z.string(),
  ruleVersion: z.string().describe('Another text of the rule is not held.'),
  kind: restraintKind.describe(
    Object.entries(RESTRAINTS)
      .map(([name, about]) => `\`${name}\`: ${about}`)
      .join(' '),
  ),
  since: isoText,
  until: isoText.optional().describe('When it ends by itself unless somebody keeps it; absent: it does not.'),
  isKept: z.boolean().describe('An operator wants it so.'),
  figures: z.record(z.string(), z.number()).describe('What that was decided on.'),
});

export const viewHeld = (restraint: RuleRestraint): z.infer<typeof heldView> => {
  const { ruleId, ruleVersion, kind, sinceMs, figures } = restraint;
  const untilMs = lapsesAtMs(restraint);
  const isKept = restraint.answer?.kind === 'keep';
  const until = untilMs === null ? {} : { until: iso(untilMs) };
  return { ruleId, ruleVersion, kind, since: iso(sinceMs), ...until, isKept, figures };
};

/** A domain `AlertQuality`, field by field. */
export const qualityView = z.strictObject({
  days: z.int().describe('So many days up to today, in UTC.'),
  isCut: z.boolean().describe('There were more stretches than one answer counts; it is about the newest.'),
  notUseful: z
    .array(
      z.strictObject({
        ruleId: z.string(),
        notUseful: z.int().describe('Warnings that somebody found not useful.'),
        mostly: z
          .strictObject({ because: notUsefulBecause, count: z.int() })
          .nullable()
          .describe('The reason given most; null: too few gave one.'),
      }),
    )
    .describe('What people said of warnings, the rule with most complaints first.'),
  held: z.array(heldView).describe('Rules that may raise silent cards only, now.'),
  isSynthetic: z
    .boolean()
    .describe('About cars that a simulation made up; else about real ones, never about both.'),
  leftOut: z.int().describe('Stretches of the other kind of cars in that time, in no figure here.'),
  stretches: z.int().describe('Stretches of plans that ended in that time.'),
  outcomes: z.record(outcome, z.int()).describe(
    `How many: ${Object.entries(OUTCOMES)
      .map(([name, about]) => `\`${name}\`: ${about}`)
      .join(' ')}`,
  ),
  recall: share.describe('Of all stretches in need, somebody was warned in time.'),
  rules: z
    .array(
      z.strictObject({
        ruleId: z.string(),
        stretches: z.int().describe('On which it interrupted.'),
        precision: share.describe('The reserve was missed, or would have been.'),
        isBelowBar: z
          .boolean()
          .describe(`A precision below ${RULE_BAR.precision} of at least ${RULE_BAR.fewestCases} cases.`),
        actedOn: share.describe('Of those in need, something was done and helped.'),
        recall: share.describe('Of all stretches in need, this rule warned in time.'),
        inTime: share.describe(
          'Of those in need whose rule asks for a lead, it came so long before; of none where it asks for none.',
        ),
        leadS: z
          .number()
          .nullable()
          .describe('Median from the warning to the last moment its advice worked.'),
        flipsPerStretch: z.number().nullable().describe('Repetitions of a warning that had ended.'),
      }),
    )
    .describe('Those that interrupted about a stop of a plan.'),
  forecasts: z.strictObject({
    count: z.int().describe('Forecasts with which a drive began, on stretches without a charge since.'),
    brier: z.number().nullable().describe('Mean squared error of the probability; 0 is perfect.'),
    coverage: share.describe('Arrived between p10 and p90; 0.8 when the band means what it says.'),
    reliability: z.array(
      z.strictObject({
        from: z.number(),
        to: z.number(),
        forecasts: z.int(),
        meanProbability: ratio,
        observed: ratio.describe('How often the reserve was missed then.'),
      }),
    ),
  }),
});

export type QualityView = z.infer<typeof qualityView>;

export const viewQuality = (
  quality: AlertQuality,
  about: Pick<QualityView, 'days' | 'isCut' | 'isSynthetic' | 'leftOut' | 'held' | 'notUseful'>,
): QualityView => ({
  ...quality,
  ...about,
  rules: [...quality.rules],
  forecasts: { ...quality.forecasts, reliability: [...quality.forecasts.reliability] },
});
