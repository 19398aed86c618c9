import { COMMAND_STATES, type Command, commandStateAt, recordKey, vehicleId } from '@outrider/domain';
import { z } from 'zod';
import { instant, iso, isoText } from './fields.ts';

export const commandBody = z.strictObject({
  kind: z.enum(['precondition-battery']).describe('Warm the battery for a fast charger.'),
  minutes: z.number().min(1).max(120).optional().describe('How long; absent: the car knows best.'),
  expiresAt: instant
    .optional()
    .describe('Not to be begun after this, two hours from now at most. Absent: in half an hour.'),
});

export const commandView = z.strictObject({
  commandId: recordKey,
  vehicleId,
  kind: z.enum(['precondition-battery']),
  state: z
    .enum(COMMAND_STATES)
    .describe('`asked` until the car answers; `expired`: it did not begin in time. The rest is its answer.'),
  askedAt: isoText,
  changedAt: isoText,
  expiresAt: isoText,
  minutes: z.number().optional(),
  energyKwh: z.number().optional().describe('What it takes out of the battery, as far as is known.'),
  alertId: recordKey.optional().describe('The warning it belongs to; absent: a person asked.'),
  reason: z
    .string()
    .optional()
    .describe(
      'Why the car refused or failed, in its words; `driver`, `no-consent`, `plan-changed` or `asked-already` when it was cancelled.',
    ),
});

export function viewCommand(one: Command, nowMs: number): z.infer<typeof commandView> {
  const { askedAtMs, changedAtMs = askedAtMs, expiresAtMs, ...rest } = one;
  const times = { askedAt: iso(askedAtMs), changedAt: iso(changedAtMs), expiresAt: iso(expiresAtMs) };
  return { ...rest, state: commandStateAt(one, nowMs), ...times };
}
