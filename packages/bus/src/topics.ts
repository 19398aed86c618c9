import {
  alert,
  chargingLocation,
  command,
  conditions,
  feedback,
  forecast,
  notification,
  rejectedRecord,
  signalRecord,
  trip,
} from '@outrider/domain';
import type { z } from 'zod';

const DAY_MS = 86_400_000;
/** What rules are tried on again: the plans and the world of so many days. */
export const PLAN_HISTORY_MS = 14 * DAY_MS;

/**
 * How a topic keeps places unreadable for who may not read them: `whole` seals the record,
 * `fields` means the record carries its own sealed part, `none` holds nothing about a person's places.
 */
export type Sealing = 'whole' | 'fields' | 'none';

export interface Topic<T = unknown> {
  readonly name: string;
  /** `vehicleId/tripId`: in the partition of its car, where compaction keeps the newest record of each plan. */
  readonly key: 'vehicleId' | 'vehicleId/tripId' | 'locationId' | 'as-found';
  /** Absent for raw frames: bytes as received. */
  readonly schema?: z.ZodType<T>;
  /** What stands behind the car in the key; absent: nothing does. */
  partOf?(record: T): string;
  readonly writer: string;
  readonly sealing: Sealing;
  /** Of its own, beside those of every record: name → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cleanup:
    | { readonly kind: 'delete'; readonly retentionMs: number }
    /** Only the newest record of a key stays, and each record for `historyMs` in any case; default 0. */
    | { readonly kind: 'compact'; readonly historyMs?: number };
}

const topic = <T>(definition: Topic<T>): Topic<T> => definition;

/** THE list of topics: what services meet at. */
export const TOPICS = {
  raw: topic<Uint8Array>({
    name: 'telemetry.raw.v1',
    key: 'vehicleId',
    writer: 'gateway',
    sealing: 'whole',
    headers: {
      format: 'The wire format of the frame, which is the value: `vss-json` or `abrp`.',
      receivedAtMs: 'When the gateway took it, ms since 1970 in decimal digits.',
    },
    cleanup: { kind: 'delete', retentionMs: 30 * DAY_MS },
  }),
  signals: topic({
    name: 'telemetry.signals.v1',
    key: 'vehicleId',
    schema: signalRecord,
    writer: 'ingest',
    sealing: 'fields',
    cleanup: { kind: 'delete', retentionMs: 7 * DAY_MS },
  }),
  rejected: topic({
    name: 'telemetry.rejected.v1',
    key: 'as-found',
    schema: rejectedRecord,
    writer: 'ingest',
    sealing: 'none',
    cleanup: { kind: 'delete', retentionMs: 7 * DAY_MS },
  }),
  trips: topic({
    name: 'trips.v1',
    key: 'vehicleId/tripId',
    partOf: ({ tripId }) => tripId,
    schema: trip,
    writer: 'api',
    sealing: 'whole',
    cleanup: { kind: 'compact', historyMs: PLAN_HISTORY_MS },
  }),
  conditions: topic({
    name: 'conditions.v1',
    key: 'vehicleId',
    schema: conditions,
    writer: 'world',
    sealing: 'whole',
    cleanup: { kind: 'compact', historyMs: PLAN_HISTORY_MS },
  }),
  chargers: topic({
    name: 'chargers.v1',
    key: 'locationId',
    schema: chargingLocation,
    writer: 'world',
    sealing: 'none',
    headers: { ocpi: 'What an OCPI peer pushed of the place, JSON; absent when nobody did.' },
    cleanup: { kind: 'compact' },
  }),
  forecasts: topic({
    name: 'forecasts.v1',
    key: 'vehicleId',
    schema: forecast,
    writer: 'predictor',
    sealing: 'whole',
    cleanup: { kind: 'compact' },
  }),
  alerts: topic({
    name: 'alerts.v1',
    key: 'vehicleId',
    schema: alert,
    writer: 'predictor',
    sealing: 'whole',
    cleanup: { kind: 'delete', retentionMs: 90 * DAY_MS },
  }),
  commands: topic({
    name: 'commands.v1',
    key: 'vehicleId',
    schema: command,
    writer: 'predictor, api, gateway',
    sealing: 'none',
    cleanup: { kind: 'delete', retentionMs: 7 * DAY_MS },
  }),
  notifications: topic({
    name: 'notifications.v1',
    key: 'vehicleId',
    schema: notification,
    writer: 'notifier',
    sealing: 'whole',
    headers: { id: 'The same for every repeat of this decision.' },
    cleanup: { kind: 'delete', retentionMs: 90 * DAY_MS },
  }),
  feedback: topic({
    name: 'feedback.v1',
    key: 'vehicleId',
    schema: feedback,
    writer: 'api',
    sealing: 'whole',
    cleanup: { kind: 'delete', retentionMs: 365 * DAY_MS },
  }),
} as const;

export const topicList: readonly Topic[] = Object.values(TOPICS) as readonly Topic[];
