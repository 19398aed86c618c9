import type { NotificationRow, OutboxRow, Person } from '@outrider/state';

// Valid rows; a test names only what it is about.

export const personRow = (personId: string): Person => ({
  ...{ personId, name: 'Ada', email: null, phone: null, webhookUrl: null, webhookSecret: null },
  ...{ language: 'en', units: 'metric', timeZone: 'Europe/Berlin' },
  ...{ quietFromMinute: null, quietToMinute: null, channels: ['feed'], createdAtMs: 1_000 },
});

export const outboxRow = (change: Partial<OutboxRow> = {}): OutboxRow => ({
  ...{ outboxId: 'out_a', writer: 'api', topic: 'trips.v1', key: 'veh_aaaaaaaa/trip_a' },
  ...{ value: new Uint8Array([1, 2, 3]), headers: {}, createdAtMs: 10_000 },
  ...change,
});

export const notificationRow = (notificationId: string): NotificationRow => ({
  ...{ notificationId, alertId: 'alert_a', revision: 1, vehicleId: 'veh_aaaaaaaa' },
  ...{ ruleId: 'arrival-below-reserve', subject: 'stop_a', personId: 'per_a', channel: 'email' },
  ...{ state: 'waiting', severity: 'warning', interrupts: true, purpose: 'alert', reason: null },
  ...{ createdAtMs: 10_000, changedAtMs: 10_000, expiresAtMs: 20_000, notBeforeMs: 10_000 },
  ...{ attempts: 0, keyId: 'key_a', box: 'sealed' },
});
