import type { Alert, Forecast, Notification } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import { z } from 'zod';
import { viewAlert, viewForecast } from '../shapes/alerts.ts';
import type { commandView } from '../shapes/commands.ts';
import { iso } from '../shapes/fields.ts';

/** A message of the live feed; `cursor` goes into `?after=` when the feed is opened again. */
export type LiveMessage =
  | { readonly type: 'hello'; readonly cursor: string; readonly vehicleIds: readonly string[] }
  | { readonly type: 'notification'; readonly cursor: string; readonly notification: LiveNotification }
  | { readonly type: 'forecast'; readonly cursor: string; readonly forecast: ReturnType<typeof viewForecast> }
  | { readonly type: 'alert'; readonly cursor: string; readonly alert: ReturnType<typeof viewAlert> }
  | { readonly type: 'command'; readonly cursor: string; readonly command: CommandCard }
  | { readonly type: 'need'; readonly cursor: string; readonly alert: NeedShown }
  | { readonly type: 'places'; readonly cursor: string; readonly places: readonly LivePlace[] };

/** As `GET /v1/alerts` lists it. */
type NeedShown = ReturnType<typeof viewAlert> & { readonly isSynthetic?: true };

/** Where a car that needs help said it was, degrees WGS84, and when. */
export interface LivePlace {
  readonly vehicleId: string;
  readonly lat: number;
  readonly lon: number;
  readonly at: string;
}

/** With the time here: ages are told by it, whatever clock the reader has. */
export const textOf = (message: LiveMessage, atMs: number): string =>
  JSON.stringify({ ...message, at: iso(atMs) });

export type LiveNotification = Omit<Notification, 'at' | 'reason'> & {
  readonly reason?: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly expiresAt: string;
};

/** What the car is asked to do, in words as well; the next of the same `commandId` replaces it. */
export type CommandCard = z.infer<typeof commandView> & {
  /** Of the charging stop it is for; absent: a person asked, or none is known. */
  readonly stopName?: string;
  readonly title: string;
  readonly body: string;
};

/** A cursor is an instant: everything that changed up to a minute before it is told again, ids decide. */
export const writeCursor = (atMs: number): string => atMs.toString(36);

export function readCursor(text: string): number | undefined {
  if (!/^[0-9a-z]{1,9}$/.test(text)) return undefined;
  const atMs = Number.parseInt(text, 36);
  return Number.isSafeInteger(atMs) ? atMs : undefined;
}

export function notificationMessage(record: Notification, cursor: string): LiveMessage {
  const { at, reason, ...rest } = record;
  return {
    type: 'notification',
    cursor,
    notification: {
      ...rest,
      ...(reason !== undefined && { reason }),
      createdAt: iso(at.createdMs),
      changedAt: iso(at.changedMs),
      expiresAt: iso(at.expiresMs),
    },
  };
}

export const forecastMessage = (record: Forecast, cursor: string, nowMs: number): LiveMessage => ({
  type: 'forecast',
  cursor,
  forecast: viewForecast(record, nowMs),
});

export const alertMessage = (record: Alert, cursor: string): LiveMessage => ({
  type: 'alert',
  cursor,
  alert: viewAlert(record),
});

/** The words of a message as the notifier keeps them; what else it keeps for a channel is not for the feed. */
const wording = z.object({
  title: z.string().optional(),
  body: z.string().optional(),
  spoken: z.string().optional(),
});

/** A stored decision as the feed tells it; `sealedWords` is the row's box, opened. */
export function storedNotificationMessage(
  row: NotificationRow,
  sealedWords: Uint8Array | undefined,
  cursor: string,
): LiveMessage {
  const words =
    sealedWords === undefined
      ? undefined
      : wording.safeParse(JSON.parse(new TextDecoder().decode(sealedWords))).data;
  const { notificationId, alertId, revision, vehicleId, ruleId, state, severity, interrupts, purpose } = row;
  return {
    type: 'notification',
    cursor,
    notification: {
      notificationId,
      alertId,
      revision,
      vehicleId,
      ruleId,
      state,
      severity,
      interrupts,
      purpose,
      attempts: row.attempts,
      ...(row.personId !== null && { personId: row.personId }),
      ...(row.channel !== null && { channel: row.channel }),
      ...(row.reason !== null && { reason: row.reason }),
      ...(words?.title !== undefined && { title: words.title }),
      ...(words?.body !== undefined && { body: words.body }),
      ...(words?.spoken !== undefined && { spoken: words.spoken }),
      createdAt: iso(row.createdAtMs),
      changedAt: iso(row.changedAtMs),
      expiresAt: iso(row.expiresAtMs),
    },
  };
}
