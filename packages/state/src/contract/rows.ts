import type {
  AlertRow,
  NotificationRow,
  OutboxRow,
  Person,
  SubjectKey,
  TripRow,
  TripSourceRow,
  Vehicle,
} from '../state.ts';

// Valid rows for the contract; a test names only the fields it is about.

export const person = (change: Partial<Person> = {}): Person => ({
  personId: 'per_aaaaaaaa',
  name: 'Ada',
  email: 'ada@example.org',
  phone: null,
  webhookUrl: null,
  webhookSecret: null,
  language: 'en',
  units: 'metric',
  timeZone: 'Europe/Berlin',
  quietFromMinute: 1320,
  quietToMinute: 420,
  channels: ['feed', 'email'],
  createdAtMs: 1_000,
  ...change,
});

export const vehicle = (change: Partial<Vehicle> = {}): Vehicle => ({
  vehicleId: 'veh_aaaaaaaa',
  label: 'the blue one',
  modelId: 'generic',
  vin: null,
  homeSealed: null,
  reserveSocPct: 5,
  createdAtMs: 1_000,
  ...change,
});

export const subjectKey = (change: Partial<SubjectKey> = {}): SubjectKey => ({
  keyId: 'key_a',
  vehicleId: 'veh_aaaaaaaa',
  secret: new Uint8Array(32).fill(7),
  createdAtMs: 1_000,
  destroyedAtMs: null,
  ...change,
});

export const tripRow = (change: Partial<TripRow> = {}): TripRow => ({
  tripId: 'trip_a',
  vehicleId: 'veh_aaaaaaaa',
  revision: 1,
  departAtMs: 5_000,
  isWithdrawn: false,
  sourceId: null,
  keyId: 'key_a',
  box: 'sealed',
  ...change,
});

export const tripSourceRow = (change: Partial<TripSourceRow> = {}): TripSourceRow => ({
  sourceId: 'source_a',
  vehicleId: 'veh_aaaaaaaa',
  kind: 'ical',
  createdAtMs: 1_000,
  keyId: 'key_a',
  box: 'sealed',
  ...change,
});

export const alertRow = (change: Partial<AlertRow> = {}): AlertRow => ({
  alertId: 'alert_a',
  vehicleId: 'veh_aaaaaaaa',
  revision: 1,
  ruleId: 'arrival-below-reserve',
  subject: 'stop_a',
  state: 'firing',
  severity: 'warning',
  startedAtMs: 10_000,
  changedAtMs: 10_000,
  expiresAtMs: 20_000,
  keyId: 'key_a',
  box: 'sealed',
  ...change,
});

export const outboxRow = (change: Partial<OutboxRow> = {}): OutboxRow => ({
  outboxId: 'out_a',
  writer: 'predictor',
  topic: 'alerts.v1',
  key: 'veh_aaaaaaaa',
  value: new Uint8Array([1, 2, 3]),
  headers: { 'event-time': '10000' },
  createdAtMs: 10_000,
  ...change,
});

export const notificationRow = (change: Partial<NotificationRow> = {}): NotificationRow => ({
  notificationId: 'not_a',
  alertId: 'alert_a',
  revision: 1,
  vehicleId: 'veh_aaaaaaaa',
  ruleId: 'arrival-below-reserve',
  subject: 'stop_a',
  personId: 'per_aaaaaaaa',
  channel: 'email',
  state: 'waiting',
  severity: 'warning',
  interrupts: true,
  purpose: 'alert',
  reason: null,
  createdAtMs: 10_000,
  changedAtMs: 10_000,
  expiresAtMs: 20_000,
  notBeforeMs: 10_000,
  attempts: 0,
  keyId: 'key_a',
  box: 'sealed',
  ...change,
});
