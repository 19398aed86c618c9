import {
  type Alert,
  alert,
  channelName,
  type Forecast,
  feedback,
  forecast,
  NOT_USEFUL_BECAUSE,
  notificationState,
  notUsefulBecause,
  personId,
  recordKey,
  shownAt,
  stopForecast,
} from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';
import { viewWatch, watchView } from './watch.ts';

/** An alert as it is listed and streamed. `evidence` is its "why": inputs with their ages, model, snapshots. */
export const alertView = alert
  .omit({ startedAtMs: true, changedAtMs: true, expiresAtMs: true, deadlineAtMs: true })
  .extend({
    startedAt: isoText,
    changedAt: isoText,
    expiresAt: isoText,
    deadlineAt: isoText.optional().describe('Last moment the first remedy still works.'),
  });
export type AlertView = z.infer<typeof alertView>;

export function viewAlert(record: Alert): AlertView {
  const { startedAtMs, changedAtMs, expiresAtMs, deadlineAtMs, ...rest } = record;
  return {
    ...rest,
    startedAt: iso(startedAtMs),
    changedAt: iso(changedAtMs),
    expiresAt: iso(expiresAtMs),
    ...(deadlineAtMs !== undefined && { deadlineAt: iso(deadlineAtMs) }),
  };
}

/** One decision about telling somebody: sent, or why not. */
export const toldView = z.strictObject({
  notificationId: recordKey,
  revision: z.int(),
  personId: personId.nullable(),
  channel: channelName.nullable(),
  state: notificationState,
  interrupts: z.boolean(),
  purpose: z.enum(['alert', 'update', 'resolve']),
  reason: z.string().nullable().describe('Why it was not sent, or why sending failed.'),
  attempts: z.int(),
  createdAt: isoText,
  changedAt: isoText,
});

export function viewTold(row: NotificationRow): z.infer<typeof toldView> {
  const { notificationId, revision, channel, state, interrupts, purpose, reason, attempts } = row;
  return {
    notificationId,
    revision,
    personId: row.personId,
    channel,
    state,
    interrupts,
    purpose,
    reason,
    attempts,
    createdAt: iso(row.createdAtMs),
    changedAt: iso(row.changedAtMs),
  };
}

/** What a person can say about an alert. */
export const feedbackBody = z
  .strictObject({
    kind: feedback.shape.kind.exclude(['shown', 'forget-learned', 'delivered', 'undelivered']),
    because: notUsefulBecause.optional().describe(
      `With \`not-useful\`: ${Object.entries(NOT_USEFUL_BECAUSE)
        .map(([name, about]) => `\`${name}\`: ${about}`)
        .join(' ')}`,
    ),
    note: feedback.shape.note,
  })
  .refine(({ kind, because }) => because === undefined || kind === 'not-useful', {
    path: ['because'],
    message: 'goes with `not-useful` only',
  });

export const forecastView = forecast
  .omit({ madeAtMs: true, stops: true, validUntilMs: true, unknownSinceMs: true, lastKnown: true })
  .extend({
    madeAt: isoText,
    validUntil: isoText.optional().describe('Until when it may be shown, unless a newer one comes.'),
    watch: watchView,
    stops: z.array(stopForecast.omit({ arriveAtMs: true }).extend({ arriveAt: isoText })),
  });

/** As it may be shown at `nowMs`. */
export function viewForecast(record: Forecast, nowMs: number): z.infer<typeof forecastView> {
  const shown = shownAt(record, nowMs);
  const { madeAtMs, stops, validUntilMs, unknownSinceMs: _, lastKnown: __, ...rest } = shown;
  return {
    ...rest,
    madeAt: iso(madeAtMs),
    ...(validUntilMs !== undefined && { validUntil: iso(validUntilMs) }),
    watch: viewWatch(shown),
    stops: stops.map(({ arriveAtMs, ...stop }) => ({ ...stop, arriveAt: iso(arriveAtMs) })),
  };
}
