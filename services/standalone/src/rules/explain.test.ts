import { encodeRecord, openBus, TOPICS } from '@outrider/bus';
import { type Alert, SIGNAL } from '@outrider/domain';
import { manualClock, silentLog } from '@outrider/runtime';
import { type NotificationRow, openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explain, type RuleNow } from './explain.ts';
import { explanationText } from './explain-text.ts';

const CAR = 'veh_milford0001';
const [FIRST, SECOND] = ['per_first000001', 'per_second00001'];
const NOON_MS = Date.UTC(2026, 0, 15, 12);
const MINUTE_MS = 60_000;
const SOLD_MS = NOON_MS - 600 * MINUTE_MS;

const rule: RuleNow = {
  id: 'arrival-below-reserve',
  about: 'A rule for a test.',
  mode: 'on',
  when: 'isUnderway &&\n  belowReserveProbability >= 0.5',
  forS: 60,
  version: 'v1',
};

async function openStores() {
  const clock = manualClock(NOON_MS);
  const bus = await openBus('memory:', { clock, partitions: 2, log: silentLog });
  const state = await openState('memory:', { log: silentLog });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock });
  return { clock, bus, state, telemetry, trust, openLog: async () => bus };
}

let stores: Awaited<ReturnType<typeof openStores>>;

beforeEach(async () => {
  stores = await openStores();
  await stores.state.vehicles.insert({
    ...{ vehicleId: CAR, label: 'Car', modelId: 'generic', vin: null, homeSealed: null, reserveSocPct: 5 },
    createdAtMs: 0,
  });
});
afterEach(async () => {
  await stores.bus.close();
  await stores.state.close();
  await stores.telemetry.close();
});

async function own(personId: string, fromMs: number, isAgreed = true): Promise<void> {
  const { state, trust } = stores;
  if (personId === SECOND)
    await trust.endOwnership({ vehicleId: CAR, personId: FIRST, actor: 'test', toMs: fromMs });
  await state.people.insert({
    ...{ personId, name: 'Somebody', email: null, phone: null, webhookUrl: null, webhookSecret: null },
    ...{ language: 'en', units: 'metric', timeZone: 'UTC', quietFromMinute: null, quietToMinute: null },
    ...{ channels: ['feed'], createdAtMs: 0 },
  });
  await trust.registerOwnership({
    ...{ vehicleId: CAR, personId, actor: 'test', fromMs, textVersion: '1' },
    consents: { alert_driver: isAgreed, show_driver: true },
  });
  await trust.prepare([CAR]);
}

const alertAt = (atMs: number, change: Partial<Alert> = {}): Alert => ({
  ...{ alertId: `alert-${atMs}`, revision: 1, vehicleId: CAR, ruleId: rule.id, subject: 'stop-milford' },
  ...{ state: 'firing', severity: 'warning', startedAtMs: atMs, changedAtMs: atMs },
  ...{ expiresAtMs: atMs + 30 * MINUTE_MS, stopName: 'Milford', message: rule.id, facts: {} },
  ...{ probability: 0.64, remedies: [] },
  evidence: {
    inputs: [
      { name: 'charge', value: 42, unit: '%', ageS: 30 },
      { name: 'isUnderway', value: null, ageS: 0 },
    ],
    ...{ modelVersion: 'model-1', ruleVersion: 'rule-1' },
  },
  ...change,
});

/** Stores an alert as the predictor does; on the log too unless its rule is in shadow. */
async function storeAlert(alert: Alert, isShadow = false): Promise<void> {
  const { state, trust, bus } = stores;
  const { keyId, box } = trust.seal(CAR, alert.changedAtMs, Buffer.from(JSON.stringify(alert)));
  const { alertId, vehicleId, revision, ruleId, subject, severity } = alert;
  const { startedAtMs, changedAtMs, expiresAtMs } = alert;
  const row = {
    alertId,
    vehicleId,
    revision,
    ruleId,
    subject,
    severity,
    startedAtMs,
    changedAtMs,
    expiresAtMs,
  };
  const before = await state.predictor.readCheckpoint(0);
  await state.predictor.writeCheckpoint({
    partition: 0,
    previous: before,
    next: { partition: 0, generation: 1, offsets: new Map(), savedAtMs: alert.changedAtMs },
    vehicles: [],
    alerts: [{ ...row, state: alert.state, keyId, box: Buffer.from(box).toString('base64url') }],
    outbox: [],
    labels: [],
  });
  if (!isShadow) await bus.publish([encodeRecord(TOPICS.alerts, CAR, alert, alert.changedAtMs, trust)]);
}

const decide = (alert: Alert, change: Partial<NotificationRow>) =>
  stores.state.notifications.insert([
    {
      ...{ notificationId: `${alert.alertId} ${change.channel} ${alert.revision}`, alertId: alert.alertId },
      ...{ revision: alert.revision, vehicleId: CAR, ruleId: alert.ruleId, subject: alert.subject },
      ...{ personId: FIRST, channel: 'feed', state: 'sent', severity: alert.severity, interrupts: true },
      ...{ purpose: 'alert', reason: null, createdAtMs: alert.changedAtMs, changedAtMs: alert.changedAtMs },
      ...{
        expiresAtMs: alert.expiresAtMs,
        notBeforeMs: alert.changedAtMs,
        attempts: 1,
        keyId: null,
        box: null,
      },
      ...change,
    },
  ]);

const ask = async (change: { ruleId?: string; atMs?: number; rules?: readonly RuleNow[] } = {}) =>
  explanationText(
    await explain(
      stores,
      { vehicleId: CAR, ruleId: change.ruleId, atMs: change.atMs ?? NOON_MS },
      change.rules ?? [rule],
      NOON_MS,
    ),
  );

test('what is not stored is said plainly', async () => {
  await own(FIRST, 0);
  const text = await ask();
  expect(text).toContain('said nothing about its charge');
  expect(text).toContain('No forecast is stored');
  expect(text).toContain('No alert is stored of that time from\n  arrival-below-reserve');
});

test('one rule is asked about with what it needs', async () => {
  await own(FIRST, 0);
  const text = await ask({ ruleId: rule.id });
  expect(text).toContain('It needs, for 60 s: isUnderway && belowReserveProbability >= 0.5');
  expect(await ask({ ruleId: 'no-such-rule' })).toContain('No rule no-such-rule is in the set of today');
  expect(await ask({ rules: [{ ...rule, mode: 'off' }] })).toContain(
    'arrival-below-reserve, off in the set of today',
  );
});

test('what the car sent and what was forecast are told', async () => {
  await own(FIRST, 0);
  const { telemetry } = stores;
  const madeAtMs = NOON_MS - 10 * MINUTE_MS;
  const row = { vehicleId: CAR, stopId: 'milford', p10: -2, p50: 3, p90: 8 };
  await telemetry.writeSignals([
    ...[madeAtMs, NOON_MS].map((observedAtMs) => ({
      ...{ vehicleId: CAR, observedAtMs, recordId: `r${observedAtMs}`, receivedAtMs: observedAtMs },
      values: { [SIGNAL.soc]: 40 },
    })),
  ]);
  await telemetry.writeForecasts([
    { ...row, madeAtMs, forecastId: 'f1', belowReserveProbability: 0.7 },
    { ...row, madeAtMs: NOON_MS, forecastId: 'f2', belowReserveProbability: 0.2 },
  ]);
  const text = await ask();
  expect(text).toContain('told its charge from 2026-01-15 11:50 to 2026-01-15 12:00');
  expect(text).toContain('Newest forecast, 2026-01-15 12:00: 3 % (−2 to 8 %) at milford, 20 % likely');
  expect(text).toContain('Gravest forecast, 2026-01-15 11:50: 3 % (−2 to 8 %) at milford, 70 % likely');
});

test('a card of a rule that is held says so', async () => {
  await own(FIRST, NOON_MS - 60 * MINUTE_MS);
  const free = alertAt(NOON_MS - 2 * MINUTE_MS);
  await storeAlert({ ...free, severity: 'info', evidence: { ...free.evidence, heldToCard: 'below-bar' } });
  const query = { vehicleId: CAR, ruleId: undefined, atMs: NOON_MS };
  const text = explanationText(await explain(stores, query, [rule], NOON_MS));
  expect(text).toContain('It was a silent card since its rule is held (below-bar): Fewer than half');
});

test('an alert is told with the evidence of its first and newest step, and each decision with stage and reason', async () => {
  await own(FIRST, 0);
  const alert = alertAt(NOON_MS - 30 * MINUTE_MS);
  await storeAlert(alert);
  await decide(alert, {});
  await decide(alert, { channel: 'email', state: 'waiting', reason: 'driver-moving' });
  const next = { ...alert, revision: 2, probability: 0.8, changedAtMs: NOON_MS - 20 * MINUTE_MS };
  await storeAlert(next);
  await decide(next, { interrupts: false, purpose: 'update' });
  await decide(next, { channel: 'webhook', state: 'failed', reason: 'unreachable' });
  const text = await ask();
  expect(text).toContain('arrival-below-reserve about Milford: warning, firing, step 2');
  expect(text).toContain(
    'Step 1 rested on: 64 % likely below the reserve; charge 42 % (30 s old); isUnderway unknown.',
  );
  expect(text).toContain('Step 2 rested on: 80 %');
  expect(text).toMatch(/11:30 step 1, feed: sent\./);
  expect(text).toMatch(/11:30 step 1, email: waiting; driving-state: driver-moving, the car was moving/);
  expect(text).toMatch(/11:40 step 2, feed \(update\): sent, a silent card; dedup: silent/);
  expect(text).toMatch(/11:40 step 2, webhook: failed; outbox: unreachable/);
  expect(text).not.toContain('No alert is stored');
});

test('an alert nobody was told of says why: its rule is in shadow, or was', async () => {
  await own(FIRST, 0);
  await storeAlert(alertAt(NOON_MS - 30 * MINUTE_MS), true);
  const shadow = { ...rule, mode: 'shadow', switched: { by: 'crew', why: 'too many' } } as const;
  expect(await ask({ rules: [shadow] })).toContain('its rule is shadow (crew: too many) in the set of today');
  expect(await ask({ rules: [{ ...rule, share: 0.1 }] })).toContain('its rule is on for 10 % of the fleet');
  expect(await ask()).toContain('its record is not on the log. Its rule was in shadow then');
});

test('an alert on the log without a decision waits for the notifier', async () => {
  await own(FIRST, 0);
  await storeAlert(alertAt(NOON_MS - 30 * MINUTE_MS));
  expect(await ask()).toContain('the notifier has not come to it');
});

test('an alert that could not be read is told with its reason', async () => {
  await own(FIRST, 0);
  await decide(alertAt(NOON_MS - MINUTE_MS, { ruleId: 'unknown' }), {
    ...{ channel: null, state: 'failed', reason: 'bad-request', personId: null },
  });
  expect(await ask()).toMatch(/could not be read\n.*no channel: failed; outbox: bad-request/);
});

test('what is older than a day, or later than the moment, is left out', async () => {
  await own(FIRST, 0);
  await storeAlert(alertAt(NOON_MS - 2 * 1440 * MINUTE_MS));
  await storeAlert(alertAt(NOON_MS + MINUTE_MS));
  expect(await ask()).toContain('No alert is stored');
  expect(await ask({ atMs: NOON_MS + MINUTE_MS })).not.toContain('No alert is stored');
});

test('the owner of that moment is answered, and what belongs to another is not shown', async () => {
  await own(FIRST, 0);
  await storeAlert(alertAt(SOLD_MS - MINUTE_MS));
  await own(SECOND, SOLD_MS);
  expect(await ask({ atMs: SOLD_MS - 1 })).toContain('about Milford');
  const text = await ask();
  expect(text).not.toContain('Milford');
  expect(text).toContain('from 2026-01-15 02:00 to');
});

test('without consent nothing is read; a read is on the owner’s list', async () => {
  await own(FIRST, 0, false);
  await storeAlert(alertAt(NOON_MS - MINUTE_MS));
  expect(await ask()).toMatch(/^Not shown: .*does not agree/);
  const reads = async () =>
    (await stores.state.audit.list(CAR, 100)).filter(({ action }) => action === 'explain-warnings');
  expect(await reads()).toEqual([]);
  await own(SECOND, SOLD_MS);
  await ask();
  expect(await reads()).toEqual([expect.objectContaining({ purpose: 'alert_driver', vehicleId: CAR })]);
});

test('a car nobody registered, and a time before anybody did, are said to be that', async () => {
  expect(await ask()).toBe('No such car is registered.\n');
  await own(FIRST, NOON_MS);
  expect(await ask({ atMs: NOON_MS - 1 })).toContain('nobody owned the car then');
});
