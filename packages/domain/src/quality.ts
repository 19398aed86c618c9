import { z } from 'zod';
import { atMs, probability, recordKey, shortText } from './fields.ts';

/**
 * What came of the warnings on one stretch of a plan, judged when the stretch ended. A word about the warnings,
 * never about whoever drove.
 */
export const OUTCOMES = {
  acted: 'Warned in time, something was done, and without it the reserve would not have been kept.',
  ignored: 'Warned in time, and the reserve was not kept all the same.',
  late: 'Warned only when nothing helped any more, and the reserve was not kept.',
  missed: 'Not warned, and the reserve was not kept.',
  'false-alarm': 'Warned, and the reserve would have been kept without doing anything.',
  uneventful: 'Not warned, and the reserve was kept.',
  censored: 'Nobody can say: the stretch was not driven to its end, or not seen.',
} as const;
export const outcome = z.enum(Object.keys(OUTCOMES) as [keyof typeof OUTCOMES, ...(keyof typeof OUTCOMES)[]]);
export type Outcome = z.infer<typeof outcome>;

/** Why a stretch cannot be judged. */
export const censoredBecause = z.enum(['plan-changed', 'off-route', 'data-gap', 'charge-unknown']);
export type CensoredBecause = z.infer<typeof censoredBecause>;

/** A stretch of a plan with its outcome: no car, no person, no place, and no time finer than a day. */
export const stretchLabel = z.strictObject({
  dayMs: atMs.describe('Start of the UTC day on which the stretch ended.'),
  outcome,
  censoredBecause: censoredBecause.optional().describe('Set with `censored`.'),
  warnings: z
    .array(
      z.strictObject({
        ruleId: recordKey,
        ruleVersion: shortText.optional().describe('The text of the rule that warned first.'),
        times: z.int().min(1).describe('Episodes of it; each one more than the first is a flip.'),
        leadS: z.number().min(0).describe('From the first one to the last moment its advice worked.'),
        isLate: z
          .boolean()
          .optional()
          .describe(
            'Its rule asks for more lead than that, or nothing worked any more; absent: it asks for none.',
          ),
      }),
    )
    .max(50)
    .describe('Those that interrupted; silent cards are none.'),
  forecast: z
    .strictObject({
      belowReserveProbability: probability,
      isBelowReserve: z.boolean(),
      isWithinBand: z.boolean().describe('Between p10 and p90.'),
    })
    .optional()
    .describe(
      'As it was when the drive began, beside what came; absent: none, or the car was charged since.',
    ),
});
export type StretchLabel = z.infer<typeof stretchLabel>;
