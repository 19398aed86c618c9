import { forecast, stopForecast } from '@outrider/domain';
import type { Ahead, Change } from '@outrider/energy';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';

/** What is to be otherwise; what is absent stays as it is. */
export const changeBody = z.strictObject({
  tempShiftK: z.number().min(-40).max(40).optional().describe('Warmer by this everywhere; below 0 colder.'),
  speedRatio: z.number().min(0.5).max(1.5).optional().describe('Of the speeds the road is driven at.'),
  leaveLaterMin: z.number().min(0).max(1_440).optional().describe('Than planned, or than now.'),
  chargeToSocPct: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .describe('To leave with; on the road, to leave the next charging stop with.'),
});

export const changeOf = ({ leaveLaterMin, ...rest }: z.infer<typeof changeBody>): Change => ({
  ...rest,
  ...(leaveLaterMin !== undefined && { leaveLaterS: leaveLaterMin * 60 }),
});

const ahead = z.strictObject({
  stops: z.array(stopForecast.omit({ arriveAtMs: true }).extend({ arriveAt: isoText })),
  curve: forecast.shape.curve,
  topSpeedMps: z.number().describe('The fastest piece of the stretch being driven, or about to be.'),
  chargeMinutes: z
    .number()
    .optional()
    .describe('How long charging here takes for it; absent: nothing is charged, or no station is known.'),
});
export type AheadView = z.infer<typeof ahead>;

const asOf = isoText.describe('When it was asked; of the car’s last checkpoint, seconds old.');

const judged = z.strictObject({
  asOf,
  reserveSocPct: z.number(),
  room: z
    .strictObject({ canLeaveLater: z.boolean(), canCharge: z.boolean() })
    .describe('Which changes mean something for this car now; the others do nothing.'),
  asIs: ahead.describe('Without the change, made the same way.'),
  changed: ahead,
});

export const whatIfView = z.union([
  judged,
  z.strictObject({ asOf, unknown: z.string().describe('Why nothing can be judged now.') }),
]);
export type WhatIfView = z.infer<typeof whatIfView>;

export const viewAhead = ({ stops, ...rest }: Ahead): AheadView => ({
  ...rest,
  stops: stops.map(({ arriveAtMs, ...stop }) => ({ ...stop, arriveAt: iso(arriveAtMs) })),
});
